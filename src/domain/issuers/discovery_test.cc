#include "domain/issuers/discovery.h"

#include <gtest/gtest.h>

#include "base/text.h"
#include "test/support/outside.h"
#include "test/support/test_issuer.h"

namespace lanyard::issuers {
namespace {

using Addresses = std::vector<std::string>;

TEST(MetadataAddresses, append_for_openid_and_insert_for_oauth) {
  EXPECT_EQ(metadata_addresses("https://a.example.org"),
            (Addresses{"https://a.example.org/.well-known/openid-configuration",
                       "https://a.example.org/.well-known/oauth-authorization-server"}));
  EXPECT_EQ(metadata_addresses("https://a.example.org/"), metadata_addresses("https://a.example.org"));
  EXPECT_EQ(metadata_addresses("https://a.example.org:8443/realms/x"),
            (Addresses{"https://a.example.org:8443/realms/x/.well-known/openid-configuration",
                       "https://a.example.org:8443/.well-known/oauth-authorization-server/realms/x",
                       "https://a.example.org:8443/.well-known/openid-configuration/realms/x",
                       "https://a.example.org:8443/realms/x/.well-known/oauth-authorization-server"}));
}

const std::string kIssuer = "https://a.example.org";

json::Object document() {
  return {{"issuer", kIssuer},
          {"jwks_uri", "https://keys.example.org/jwks"},
          {"token_endpoint", "https://a.example.org/token"},
          {"authorization_response_iss_parameter_supported", true},
          {"token_endpoint_auth_methods_supported", json::Array{"client_secret_post", 7}},
          {"x", 1}};
}

Result<Metadata> read(const json::Object& object, const net::Reach& reach = {}) {
  return read_metadata(json::write(object), kIssuer, reach);
}

Result<Metadata> read_with(std::string name, json::Value value, const net::Reach& reach = {}) {
  auto object = document();
  object.set(std::move(name), std::move(value));
  return read(object, reach);
}

TEST(ReadMetadata, takes_what_we_use_and_keeps_the_document) {
  const auto metadata = read(document());
  ASSERT_TRUE(metadata.ok()) << metadata.error().message;
  EXPECT_EQ(metadata->jwks_uri, "https://keys.example.org/jwks");
  EXPECT_EQ(metadata->token_endpoint, "https://a.example.org/token");
  EXPECT_EQ(metadata->userinfo_endpoint, "");
  EXPECT_TRUE(metadata->names_itself_in_answers);
  EXPECT_EQ(metadata->token_endpoint_auth_methods, (std::vector<std::string>{"client_secret_post"}));
  EXPECT_NE(metadata->document.find("x"), nullptr);
}

TEST(ReadMetadata, attack_043_the_issuer_must_be_byte_equal) {
  for (const auto* issuer : {"https://a.example.org/", "https://A.example.org", "https://a.example.org:443",
                             "http://a.example.org", "https://b.example.org", ""}) {
    EXPECT_FALSE(read_with("issuer", issuer).ok()) << issuer;
  }
  EXPECT_FALSE(read_with("issuer", json::Array{kIssuer}).ok());
  auto nameless = document();
  nameless.erase("issuer");
  EXPECT_FALSE(read(nameless).ok());
}

TEST(ReadMetadata, attack_039_addresses_are_https) {
  for (const auto* member : {"jwks_uri", "authorization_endpoint", "token_endpoint", "userinfo_endpoint"}) {
    for (const auto& value :
         {json::Value("http://a.example.org/x"), json::Value("file:///etc/passwd"), json::Value("/x"),
          json::Value("https://u:p@a.example.org/x"), json::Value("javascript:alert(1)"), json::Value(7)}) {
      const auto metadata = read_with(member, value);
      ASSERT_FALSE(metadata.ok()) << member;
      EXPECT_EQ(metadata.error().code, Code::upstream);
      EXPECT_NE(metadata.error().message.find(member), std::string::npos);
    }
  }
  net::Reach here;
  here.http = true;
  here.loopback = true;
  EXPECT_TRUE(read_with("jwks_uri", "http://127.0.0.1/jwks", here).ok());
}

TEST(ReadMetadata, refuses_what_is_no_metadata) {
  for (const auto* text :
       {"", "null", "[]", "<html>", "{\"issuer\":\"https://a.example.org\"}",
        R"({"issuer":"https://b.example.org","issuer":"https://a.example.org","jwks_uri":"https://a/"})"}) {
    EXPECT_FALSE(read_metadata(text, kIssuer, {}).ok()) << text;
  }
}

TEST(MovedEndpoint, attack_043_another_origin_is_a_move) {
  const auto before = *read(document());
  EXPECT_EQ(moved_endpoint(before, before, kIssuer), "");
  EXPECT_EQ(moved_endpoint(before, *read_with("token_endpoint", "https://a.example.org/other"), kIssuer), "");
  EXPECT_EQ(moved_endpoint(before, *read_with("token_endpoint", "https://evil.example/token"), kIssuer),
            "token_endpoint");
  EXPECT_EQ(moved_endpoint(before, *read_with("token_endpoint", "https://a.example.org:444/token"), kIssuer),
            "token_endpoint");
  EXPECT_EQ(moved_endpoint(before, *read_with("token_endpoint", "https://keys.example.org/token"), kIssuer),
            "token_endpoint");
  EXPECT_EQ(moved_endpoint(before, *read_with("jwks_uri", "https://evil.example/jwks"), kIssuer), "jwks_uri");
  EXPECT_EQ(moved_endpoint(before, *read_with("userinfo_endpoint", "https://a.example.org/me"), kIssuer), "");
  EXPECT_EQ(moved_endpoint(before, *read_with("userinfo_endpoint", "https://evil.example/me"), kIssuer),
            "userinfo_endpoint");
}

class FetchMetadata : public ::testing::Test {
 protected:
  FetchMetadata() {
    options.id = "a";
    options.issuer = kIssuer + "/realm";
  }
  std::string text() const {
    auto object = document();
    object.set("issuer", options.issuer);
    return json::write(object);
  }
  PublisherOptions options;
  test::ScriptedClient client;
};

TEST_F(FetchMetadata, row_TK4_falls_back_to_the_forms_of_rfc_8414) {
  for (const auto& url : metadata_addresses(options.issuer)) {
    test::ScriptedClient only;
    only.reply(url, 200, "application/json", text());
    EXPECT_TRUE(fetch_metadata(only, options).ok()) << url;
  }
}

TEST_F(FetchMetadata, a_host_that_does_not_answer_is_asked_once) {
  client.fail(options.issuer + "/.well-known/openid-configuration");
  EXPECT_EQ(fetch_metadata(client, options).error().code, Code::unavailable);
  EXPECT_EQ(client.count(), 1);
}

TEST_F(FetchMetadata, the_document_that_was_wrong_explains_more_than_those_that_are_missing) {
  client.reply(options.issuer + "/.well-known/openid-configuration", 200, "text/html", "<html>");
  EXPECT_EQ(fetch_metadata(client, options).error().message, "The metadata is not a JSON object.");
  client.reply(options.issuer + "/.well-known/openid-configuration", 503, "text/html", "");
  EXPECT_EQ(fetch_metadata(client, options).error().message, "The metadata was answered with status 503.");
}

TEST_F(FetchMetadata, the_reach_and_the_limits_go_with_each_call) {
  options.reach.ca_file = "/etc/ca.pem";
  client.reply(options.issuer + "/.well-known/openid-configuration", 200, "application/json", text());
  ASSERT_TRUE(fetch_metadata(client, options).ok());
  const auto call = client.calls().at(0);
  EXPECT_EQ(call.reach.ca_file, "/etc/ca.pem");
  EXPECT_LE(call.most_bytes, 1U << 20);
}

TEST_F(FetchMetadata, attack_042_key_sets_that_are_none) {
  const std::string url = "https://a.example.org/jwks";
  for (const auto& [status, body] :
       std::vector<std::pair<int, std::string>>{{200, "<html>Please log in</html>"},
                                                {204, ""},
                                                {200, ""},
                                                {200, "null"},
                                                {200, "[]"},
                                                {200, "{}"},
                                                {200, R"({"keys":[]})"},
                                                {200, R"({"keys":null})"},
                                                {200, R"({"keys":[{"kty":"oct","k":"AAAA"}]})"},
                                                {302, ""},
                                                {500, R"({"keys":[]})"}}) {
    client.reply(url, status, "application/json", body);
    const auto keys = fetch_keys(client, options, url);
    ASSERT_FALSE(keys.ok()) << body;
    EXPECT_EQ(keys.error().code, Code::upstream);
  }
}

TEST_F(FetchMetadata, attack_045_unfit_members_are_left_out_and_the_others_used) {
  const std::string url = "https://a.example.org/jwks";
  const auto& good = test::test_key(crypto::Algorithm::es256);
  const std::string x(43, 'A');
  std::string list;
  for (const std::string& bad :
       {std::string(R"({"kty":"oct","kid":"1","k":"AAAA"})"),
        cat(R"({"kty":"RSA","kid":"2","e":"AQAB","n":")", std::string(86, 'b'), "\"}"),
        cat(R"({"kty":"RSA","kid":"3","e":"AQ","n":")", std::string(342, 'b'), "\"}"),
        cat(R"({"kty":"EC","crv":"P-256","kid":"4","x":")", x, R"(","y":")", x, "\"}"), std::string("7"),
        std::string("{}"), std::string(R"({"kty":"EC","crv":"P-999","kid":"5"})")}) {
    list += bad + ",";
  }
  client.reply(url, 200, "application/json",
               cat(R"({"keys":[)", list, json::write(good.public_key().to_jwk()), "]}"));
  const auto keys = fetch_keys(client, options, url);
  ASSERT_TRUE(keys.ok()) << keys.error().message;
  ASSERT_EQ(keys->keys.size(), 1U);
  EXPECT_EQ(keys->keys[0].kid(), good.kid());
  EXPECT_EQ(keys->refused.size(), 7U);
  std::string many;
  for (int i = 0; i < 10'000; ++i) many += R"({"kty":"oct","k":"AAAA"},)";
  client.reply(url, 200, "application/json",
               cat(R"({"keys":[)", many, json::write(good.public_key().to_jwk()), "]}"));
  EXPECT_FALSE(fetch_keys(client, options, url).ok());
}

}  // namespace
}  // namespace lanyard::issuers
