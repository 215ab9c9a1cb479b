#include "domain/clients/client.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <utility>

namespace lanyard::clients {
namespace {

Client web() {
  Client client;
  client.id = ClientId("hub");
  client.kind = "oauth";
  client.name = "Hub";
  client.redirect_uris = {"https://hub.example.org/oauth/callback"};
  return client;
}

bool has_fault(const Client& client, std::string_view member) {
  return std::ranges::any_of(check(client), [&](const Fault& fault) {
    return fault.member == member || fault.member.starts_with(std::string(member) + "[");
  });
}

TEST(Client, a_plain_one_has_no_fault) {
  EXPECT_TRUE(check(web()).empty());
}

TEST(Client, attack_053_near_misses_of_a_redirect_address) {
  Client client = web();
  client.redirect_uris = {"https://app.example.org/cb", "http://127.0.0.1/cb", "http://localhost:4242/cb",
                          "org.example.app:/cb"};
  for (const std::string& registered : client.redirect_uris)
    EXPECT_NE(find_redirect(client, registered), nullptr) << registered;
  const std::string near_misses[] = {
      "https://app.example.org/cbx",                    // suffix
      "https://app.example.org/cb/",                    // slash at the end
      "https://app.example.org/cb/../evil",             // dot segments
      "https://app.example.org/./cb",                   //
      "https://app.example.org/%2e%2e/cb",              // encoded dot segments
      "https://app.example.org/c",                      // prefix
      "https://app.example.org",                        // no path
      "https://app.example.org//cb",                    // doubled slash
      "https://app.example.org/CB",                     // case of the path
      "https://APP.example.org/cb",                     // case of the host
      "HTTPS://app.example.org/cb",                     // case of the scheme
      "https://app.example.org:443/cb",                 // the scheme's own port
      "https://app.example.org:8443/cb",                // another port
      "https://app.example.org@evil.example/cb",        // user information
      "https://user@app.example.org/cb",                //
      "https://app.example.org%2fcb",                   // encoded slash
      "https://app.example.org/%63b",                   // encoded letter
      "https://app.example.org\\@evil.example/cb",      // backslash
      "https://app.example.org/cb#",                    // fragment
      "https://app.example.org/cb#x",                   //
      "https://app.example.org/cb?",                    // query
      "https://app.example.org/cb?a=b",                 //
      "https://app.example.org/cb\r\nSet-Cookie: a=b",  // CRLF
      "https://app.example.org/cb ",                    // space
      "https://app.example.org.evil.example/cb",        // suffix of the host
      "https://evil-app.example.org/cb",                // prefix of the host
      "https://app.example.org./cb",                    // dot at the end of the host
      "http://app.example.org/cb",                      // scheme
      "//app.example.org/cb",                           // no scheme
      "http://2130706433/cb",                           // decimal address
      "http://0x7f.0.0.1/cb",                           // hexadecimal address
      "http://127.1/cb",                                // short address
      "http://127.0.0.2/cb",                            // another loopback address
      "http://[::1]/cb",                                // another family
      "http://localhost/cb",                            // the name has no free port
      "http://localhost:4243/cb",                       //
      "https://127.0.0.1/cb",                           // scheme of the loopback address
      "http://127.0.0.1:0/cb",                          // no port
      "http://127.0.0.1:70000/cb",                      // beyond the ports
      "http://127.0.0.1:080/cb",                        // leading zero
      "http://127.0.0.1:8080x/cb",                      // not a port
      "http://127.0.0.1:8080@evil.example/cb",          // user information behind a port
      "http://127.0.0.1.evil.example/cb",               // the address as a prefix of a name
      "http://127.0.0.1:/cb",                           // an empty port
      "http://127.0.0.1:8080/cb/",                      // suffix with a free port
      "http://127.0.0.1:8080/cb?a=b",                   // query with a free port
      "org.example.app:/cb2",                           // private scheme, suffix
      "org.example.app://cb",                           // private scheme, as a host
      "",                                               //
  };
  EXPECT_GE(std::size(near_misses), 28U);
  for (const std::string& uri : near_misses) EXPECT_EQ(find_redirect(client, uri), nullptr) << uri;
}

TEST(Client, a_loopback_address_has_a_free_port) {
  Client client = web();
  client.redirect_uris = {"http://127.0.0.1:4711/cb", "http://[::1]/cb"};
  EXPECT_EQ(find_redirect(client, "http://127.0.0.1:9/cb"), &client.redirect_uris[0]);
  EXPECT_EQ(find_redirect(client, "http://127.0.0.1/cb"), &client.redirect_uris[0]);
  EXPECT_EQ(find_redirect(client, "http://[::1]:65535/cb"), &client.redirect_uris[1]);
  EXPECT_EQ(find_redirect(client, "http://[::1]:65536/cb"), nullptr);
}

TEST(Client, attack_054_wildcards_and_other_unsafe_redirect_addresses_are_refused) {
  for (const char* uri : {"https://*.example.org/cb",
                          "https://app.example.org/*",
                          "https://app.example.org/cb*",
                          "*",
                          "https://app.example.org/cb#x",
                          "https://user:pw@app.example.org/cb",
                          "javascript:alert(1)",
                          "data:text/html,x",
                          "vbscript:x",
                          "file:///etc/passwd",
                          "myapp:/cb",
                          "http://app.example.org/cb",
                          "/cb",
                          "cb",
                          "",
                          "https:///cb",
                          "https://app.example.org/a/../b",
                          "https://app.example.org/%2E%2e/b",
                          "https://app.example.org/a b",
                          "https://app.example.org\\cb",
                          "http://127.1/cb",
                          "app.:/cb",
                          "org.example.app:cb",
                          "org.example.app://user@host/cb",
                          "https://b\xc3\xbc.example.org/cb",
                          "java\nscript.x:/a"}) {
    Client client = web();
    client.redirect_uris = {uri};
    EXPECT_TRUE(has_fault(client, "redirect_uris")) << uri;
    client = web();
    client.post_logout_redirect_uris = {uri};
    EXPECT_TRUE(has_fault(client, "post_logout_redirect_uris")) << uri;
  }
  for (const char* uri : {"https://app.example.org/cb", "https://app.example.org:8443/cb?tenant=a",
                          "http://127.0.0.1/cb", "http://[::1]:80/", "http://localhost:4242",
                          "edu.kit.data.oidc-agent:/redirect", "com.example.app:/oauth/cb"}) {
    Client client = web();
    client.redirect_uris = {uri};
    EXPECT_TRUE(check(client).empty()) << uri << " " << check(client).front().what;
  }
}

TEST(Client, attack_078_an_id_that_looks_like_an_account_s_is_refused) {
  Client client = web();
  for (const char* id : {"abcdefghijklmno", "000000000000000", "a1b2c3d4e5f6g7h"}) {
    client.id = ClientId(id);
    EXPECT_TRUE(has_fault(client, "client_id")) << id;
  }
  for (const char* id : {"", "a b", "a/b", "a:b", "\xc3\xa9"}) {
    client.id = ClientId(id);
    EXPECT_TRUE(has_fault(client, "client_id")) << id;
  }
  client.id = ClientId(std::string(65, 'a'));
  EXPECT_TRUE(has_fault(client, "client_id"));
  for (const char* id :
       {"abcdefghijklmn", "abcdefghijklmnop", "Abcdefghijklmno", "abcdefg-ijklmno", "a.b_c"}) {
    client.id = ClientId(id);
    EXPECT_TRUE(check(client).empty()) << id;
  }
}

TEST(Client, attack_089_a_name_can_not_rearrange_the_text_around_it) {
  for (const char* mark :
       {"\xE2\x80\x8E", "\xE2\x80\x8F", "\xE2\x80\xAA", "\xE2\x80\xAE", "\xE2\x81\xA6", "\xE2\x81\xA9"}) {
    Client client = web();
    client.name = std::string("Good") + mark + "name";
    EXPECT_TRUE(has_fault(client, "client_name")) << mark;
    client = web();
    client.contacts = {std::string("a@example.org") + mark};
    EXPECT_TRUE(has_fault(client, "contacts")) << mark;
  }
  Client client = web();
  client.name = "\xE2\x80\x9CGood\xE2\x80\x9D \xD7\x90 \xE2\x82\xAC";  // quotation marks, Hebrew, a currency
  EXPECT_TRUE(check(client).empty());
}

TEST(Client, a_public_one_has_nothing_to_prove_itself_with) {
  Client client = web();
  client.auth = AuthMethod::none;
  EXPECT_TRUE(check(client).empty());
  client.grants.push_back(Grant::client_credentials);
  EXPECT_TRUE(has_fault(client, "grant_types"));
  client.grants = {Grant::device_code, Grant::refresh_token};
  client.refresh = RefreshPolicy::none;
  EXPECT_TRUE(has_fault(client, "refresh_policy"));
}

TEST(Client, what_its_settings_need_of_one_another) {
  Client client = web();
  client.redirect_uris.clear();
  EXPECT_TRUE(has_fault(client, "redirect_uris"));
  client.grants = {Grant::device_code};
  EXPECT_TRUE(check(client).empty());
  client.grants = {Grant::refresh_token};
  EXPECT_TRUE(has_fault(client, "grant_types"));
  client.grants = {};
  EXPECT_TRUE(has_fault(client, "grant_types"));
  client = web();
  client.auth = AuthMethod::private_key_jwt;
  EXPECT_TRUE(has_fault(client, "jwks"));
  client.jwks_uri = "http://keys.example.org/";
  EXPECT_TRUE(has_fault(client, "jwks_uri"));
  client.jwks_uri = "https://keys.example.org/";
  EXPECT_TRUE(check(client).empty());
  client.jwks = {{"keys", json::Array{json::Object{{"kty", "oct"}, {"k", "c2VjcmV0"}}}}};
  client.jwks_uri.clear();
  EXPECT_TRUE(has_fault(client, "jwks")) << "no symmetric key";
  client = web();
  client.auth = AuthMethod::tls_client_auth;
  EXPECT_TRUE(has_fault(client, "tls_client_auth_subject_dn"));
  client = web();
  client.scopes = {"openid", "role:production"};
  EXPECT_TRUE(has_fault(client, "scope"));
  client = web();
  client.id_token_algorithm = crypto::Algorithm::ps512;
  EXPECT_TRUE(has_fault(client, "id_token_signed_response_alg"));
  client = web();
  client.lives.access_token = std::chrono::seconds(1);
  client.lives.id_token = std::chrono::hours(24 * 365);
  EXPECT_EQ(check(client).size(), 2U) << "all faults at once";
}

TEST(Client, attack_062_who_may_leave_pkce_out) {
  Client client = web();
  client.may_omit_pkce = true;
  EXPECT_TRUE(check(client).empty());
  client.redirect_uris.emplace_back("http://127.0.0.1/cb");
  EXPECT_TRUE(check(client).empty()) << "a trial on this machine";
  client.redirect_uris.emplace_back("org.example.app:/cb");
  EXPECT_TRUE(has_fault(client, "pkce_exception"));
  client = web();
  client.may_omit_pkce = true;
  client.source = "registration";
  EXPECT_TRUE(has_fault(client, "pkce_exception"));
  client = web();
  client.may_omit_pkce = true;
  client.auth = AuthMethod::none;
  EXPECT_TRUE(has_fault(client, "pkce_exception"));
}

TEST(Client, is_the_same_after_a_way_through_json) {
  Client client = web();
  client.name = "Hub \xc3\xa9";
  client.grants = {Grant::authorization_code, Grant::refresh_token, Grant::device_code,
                   Grant::client_credentials, Grant::token_exchange};
  client.scopes = {"openid", "storage.read:/data"};
  client.audiences = {"https://data.example.org"};
  client.exchanges_for = {"portal"};
  client.auth = AuthMethod::client_secret_post;
  client.profile = Profile::wlcg;
  client.id_token_algorithm = crypto::Algorithm::es256;
  client.access_token_algorithm = crypto::Algorithm::rs256;
  client.lives.id_token = std::chrono::hours(24);
  client.refresh = RefreshPolicy::grace;
  client.grace = std::chrono::seconds(90);
  client.requires_dpop = client.requires_pushed_requests = client.requires_tls_binding = true;
  client.is_trusted = client.is_native = true;
  client.enabled = false;
  client.virtual_organisation = "Rubin";
  client.issuer_path = "/vo/rubin";
  client.robot_roles = {"production"};
  client.may_omit_pkce = true;
  client.owner = AccountId("abcdefghijklmno");
  const auto again = parse_client(to_json(client));
  ASSERT_TRUE(again.ok());
  EXPECT_EQ(to_json(*again), to_json(client));
  EXPECT_EQ(again->lives.id_token, client.lives.id_token);
  EXPECT_TRUE(again->may(Grant::token_exchange));
  EXPECT_EQ(again->issuer_path, client.issuer_path);
  EXPECT_EQ(again->robot_roles, client.robot_roles);
  EXPECT_TRUE(again->may_omit_pkce);
}

TEST(Client, json_of_the_wrong_kind_names_its_member) {
  for (const auto& [name, value] : std::initializer_list<std::pair<std::string, json::Value>>{
           {"redirect_uris", "https://a.example"},
           {"redirect_uris", json::Array{1}},
           {"grant_types", json::Array{"implicit"}},
           {"trusted", "yes"},
           {"access_token_seconds", -1},
           {"access_token_seconds", 1.5},
           {"token_endpoint_auth_method", "client_secret_jwt"},
           {"id_token_signed_response_alg", "none"},
           {"application_type", "desktop"},
           {"jwks", "x"}}) {
    json::Object object;
    object.set(name, value);
    const auto client = parse_client(object);
    ASSERT_FALSE(client.ok()) << name;
    EXPECT_EQ(client.error().code, Code::invalid);
    EXPECT_NE(client.error().message.find(name), std::string::npos) << client.error().message;
  }
}

TEST(Client, names_read_back) {
  EXPECT_EQ(*parse_grant("device_code"), Grant::device_code);
  EXPECT_EQ(*parse_grant(to_string(Grant::device_code)), Grant::device_code);
  EXPECT_EQ(*parse_grant("token_exchange"), Grant::token_exchange);
  EXPECT_FALSE(parse_grant("password").ok());
  EXPECT_EQ(*parse_auth_method("self_signed_tls_client_auth"), AuthMethod::self_signed_tls_client_auth);
  EXPECT_EQ(*parse_refresh_policy("grace"), RefreshPolicy::grace);
  EXPECT_EQ(*parse_profile("iam"), Profile::iam);
  EXPECT_FALSE(parse_profile("IAM").ok());
}

}  // namespace
}  // namespace lanyard::clients
