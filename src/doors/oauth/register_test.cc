#include <gtest/gtest.h>

#include "base/text.h"
#include "test/support/house.h"

namespace lanyard::doors::oauth {
namespace {

// oidc-agent 4.2.6 sends this, but for the random port.
constexpr std::string_view kOidcAgent =
    R"({"application_type":"web","client_name":"oidc-agent:here-login01","response_types":[],)"
    R"("grant_types":["refresh_token","urn:ietf:params:oauth:grant-type:device_code"],)"
    R"("scope":"openid profile email offline_access",)"
    R"("redirect_uris":["http://localhost:4242","http://localhost:31415","http://localhost:8080",)"
    R"("edu.kit.data.oidc-agent:/redirect"]})";

class Registering : public ::testing::Test {
 protected:
  static app::Config site(bool is_open) {
    app::Config config = test::small_site();
    config.tokens.open_registration = is_open;
    return config;
  }
  net::Response send(std::string method, std::string target, std::string_view token,
                     std::string_view body = "") {
    net::RequestDraft draft;
    draft.method = std::move(method);
    draft.target = std::move(target);
    draft.client_address = address;
    if (!token.empty()) draft.headers.emplace_back("Authorization", cat("Bearer ", token));
    if (!body.empty()) draft.headers.emplace_back("Content-Type", "application/json");
    draft.body = body;
    return house.send(std::move(draft));
  }
  net::Response ask(std::string_view body, std::string_view token = "") {
    house.clock().advance(std::chrono::minutes(20));  // the limit is another test's
    return send("POST", "/register", token, body);
  }
  json::Object good(std::string_view body) {
    const auto answer = ask(body);
    EXPECT_EQ(answer.status(), 201) << answer.body();
    return read(answer);
  }
  static json::Object read(const net::Response& answer) {
    const auto object = json::parse_object(answer.body());
    EXPECT_TRUE(object.ok()) << answer.body();
    return object ? *object : json::Object{};
  }
  static std::string text(const json::Object& object, std::string_view name) {
    const json::Value* value = object.find(name);
    if (value == nullptr) return "";
    return value->as_string() != nullptr ? *value->as_string() : json::write(*value);
  }
  static std::string path(const json::Object& made) {
    return text(made, "registration_client_uri").substr(std::string("http://127.0.0.1:8080").size());
  }

  test::TestHouse house{site(true)};
  std::string address = "192.0.2.1";
};

TEST_F(Registering, oidc_agent_as_it_is) {
  const json::Object made = good(kOidcAgent);
  EXPECT_TRUE(text(made, "client_id").starts_with("client-"));
  EXPECT_TRUE(text(made, "client_secret").starts_with("lys_"));
  EXPECT_EQ(text(made, "client_secret_expires_at"), "0");
  EXPECT_EQ(text(made, "token_endpoint_auth_method"), "client_secret_basic");
  EXPECT_EQ(text(made, "application_type"), "native");
  EXPECT_EQ(text(made, "response_types"), "[]");
  EXPECT_EQ(text(made, "scope"), "openid profile email offline_access");
  EXPECT_NE(text(made, "redirect_uris").find("edu.kit.data.oidc-agent:/redirect"), std::string::npos);
}

TEST_F(Registering, defaults_are_read_back) {
  const json::Object made = good(R"({"redirect_uris":["https://app.example.org/back"]})");
  EXPECT_EQ(text(made, "grant_types"), R"(["authorization_code"])");
  EXPECT_EQ(text(made, "response_types"), R"(["code"])");
  EXPECT_EQ(text(made, "application_type"), "web");
  EXPECT_EQ(text(made, "scope"), "openid profile email");
  EXPECT_EQ(text(made, "id_token_signed_response_alg"), "RS256");
  EXPECT_FALSE(text(made, "client_id_issued_at").empty());
  EXPECT_FALSE(text(made, "client_name").empty());
}

TEST_F(Registering, attack_089_a_stranger_gives_itself_no_rights) {
  const json::Object made = good(
      R"({"redirect_uris":["https://app.example.org/back"],"client_id":"wiki","client_secret":"mine",)"
      R"("trusted":true,"source":"api","owner":"0123456789abcde","enabled":false,"kind":"gate",)"
      R"("grant_types":["authorization_code","client_credentials",)"
      R"("urn:ietf:params:oauth:grant-type:token-exchange","password"],"scope":"openid admin storage.read:/",)"
      R"("audiences":["https://data.example.org"],"introspects":["x"],"exchanges_for":["wiki"],)"
      R"("access_token_seconds":604800,"virtual_organisation":"Rubin","profile":"iam",)"
      R"("backchannel_logout_uri":"https://10.0.0.1/x","software_statement":"x"})");
  const auto client = house.floors().registry.find(text(made, "client_id"));
  ASSERT_TRUE(client.ok());
  EXPECT_NE((*client)->id.str(), "wiki");
  EXPECT_NE(text(made, "client_secret"), "mine");
  EXPECT_FALSE((*client)->is_trusted);
  EXPECT_EQ((*client)->source, "registration");
  EXPECT_FALSE((*client)->owner);
  EXPECT_TRUE((*client)->enabled);
  EXPECT_EQ((*client)->kind, "oauth");
  EXPECT_EQ((*client)->grants, std::vector<clients::Grant>{clients::Grant::authorization_code});
  EXPECT_EQ((*client)->scopes, std::vector<std::string>{"openid"});
  EXPECT_TRUE((*client)->audiences.empty());
  EXPECT_TRUE((*client)->introspects.empty());
  EXPECT_TRUE((*client)->exchanges_for.empty());
  EXPECT_EQ((*client)->lives.access_token, Duration(std::chrono::hours(1)));
  EXPECT_TRUE((*client)->virtual_organisation.empty());
  EXPECT_EQ((*client)->profile, clients::Profile::oidc);
  EXPECT_TRUE((*client)->backchannel_logout_uri.empty());
}

TEST_F(Registering, attack_089_what_is_wrong_is_named) {
  struct Row {
    const char *body, *error;
  };
  for (const Row& row : {
           Row{"", "invalid_client_metadata"},
           Row{"[]", "invalid_client_metadata"},
           Row{R"({"redirect_uris":[]})", "invalid_redirect_uri"},
           Row{R"({"redirect_uris":["http://app.example.org/"]})", "invalid_redirect_uri"},
           Row{R"({"redirect_uris":["https://app.example.org/#x"]})", "invalid_redirect_uri"},
           Row{R"({"redirect_uris":["https://*.example.org/"]})", "invalid_redirect_uri"},
           Row{R"({"redirect_uris":["https://u:p@app.example.org/"]})", "invalid_redirect_uri"},
           Row{R"x({"redirect_uris":["javascript:alert(1)"]})x", "invalid_redirect_uri"},
           Row{R"({"redirect_uris":["data:text/html,x"]})", "invalid_redirect_uri"},
           Row{R"x({"redirect_uris":["https://a.example/"],"logo_uri":"javascript:alert(1)"})x",
               "invalid_client_metadata"},
           Row{R"({"redirect_uris":["https://a.example/"],"response_types":["token"]})",
               "invalid_client_metadata"},
           Row{R"({"redirect_uris":["https://a.example/"],"grant_types":["client_credentials"]})",
               "invalid_client_metadata"},
           Row{R"({"redirect_uris":["https://a.example/"],"grant_types":["refresh_token"]})",
               "invalid_client_metadata"},
           Row{R"({"redirect_uris":["https://a.example/"],"scope":"admin"})", "invalid_client_metadata"},
           Row{R"({"redirect_uris":["https://a.example/"],"scope":7})", "invalid_client_metadata"},
           Row{R"({"redirect_uris":["https://a.example/"],"token_endpoint_auth_method":"client_secret_jwt"})",
               "invalid_client_metadata"},
           Row{R"({"redirect_uris":["https://a.example/"],"token_endpoint_auth_method":"private_key_jwt"})",
               "invalid_client_metadata"},
           Row{R"({"redirect_uris":["https://a.example/"],"jwks_uri":"http://keys.example.org/keys"})",
               "invalid_client_metadata"},
           Row{R"({"redirect_uris":["https://a.example/"],"id_token_signed_response_alg":"none"})",
               "invalid_client_metadata"},
       }) {
    const auto answer = ask(row.body);
    EXPECT_EQ(answer.status(), 400) << row.body;
    EXPECT_EQ(text(read(answer), "error"), row.error) << row.body << answer.body();
  }
}

TEST_F(Registering, attack_089_a_thousand_addresses) {
  json::Array uris;
  for (int i = 0; i < 1000; ++i) uris.emplace_back(cat("https://app.example.org/", i));
  const auto answer = ask(json::write(json::Object{{"redirect_uris", std::move(uris)}}));
  EXPECT_EQ(answer.status(), 400);
  EXPECT_EQ(text(read(answer), "error"), "invalid_redirect_uri");
}

TEST_F(Registering, closed_it_takes_a_token_with_the_scope) {
  test::TestHouse closed(site(false));
  const accounts::Account ada = closed.somebody("Ada");
  const auto ask_closed = [&](const std::string& token) {
    net::RequestDraft draft;
    draft.method = "POST";
    draft.target = "/register";
    draft.headers = {{"Content-Type", "application/json"}};
    if (!token.empty()) draft.headers.emplace_back("Authorization", token);
    draft.body = kOidcAgent;
    return closed.send(std::move(draft));
  };
  const auto none = ask_closed("");
  EXPECT_EQ(none.status(), 401);
  EXPECT_EQ(none.find_header("WWW-Authenticate"), "Bearer realm=\"lanyard\"");
  const std::string other = closed.api_token(ada, {"account", "admin"});
  const auto wrong = ask_closed(cat("Bearer ", other));
  EXPECT_EQ(wrong.status(), 401);
  EXPECT_NE(wrong.find_header("WWW-Authenticate")->find("invalid_token"), std::string::npos);
  const std::string good_token = closed.api_token(ada, {"register"});
  EXPECT_EQ(ask_closed(cat("Basic ", good_token)).status(), 401);
  const auto made = ask_closed(cat("Bearer ", good_token));
  ASSERT_EQ(made.status(), 201) << made.body();
  const auto client = closed.floors().registry.find(text(read(made), "client_id"));
  ASSERT_TRUE(client.ok());
  EXPECT_EQ((*client)->owner, ada.id);
  ASSERT_TRUE(closed.floors()
                  .approvals.apply(ada.id, accounts::Event::suspend, "", access::console_actor("test"))
                  .ok());
  EXPECT_EQ(ask_closed(cat("Bearer ", good_token)).status(), 401);
}

TEST_F(Registering, one_address_can_not_go_on_for_ever) {
  int made = 0, refused = 0;
  for (int i = 0; i < 15; ++i) {
    const auto answer = send("POST", "/register", "", kOidcAgent);
    made += answer.status() == 201 ? 1 : 0;
    if (answer.status() != 429) continue;
    ++refused;
    EXPECT_TRUE(answer.find_header("Retry-After"));
  }
  EXPECT_EQ(made, 10);
  EXPECT_EQ(refused, 5);
  address = "192.0.2.2";
  EXPECT_EQ(send("POST", "/register", "", kOidcAgent).status(), 201);
}

TEST_F(Registering, its_own_token_reads_replaces_and_removes) {
  const json::Object made = good(kOidcAgent);
  const std::string id = text(made, "client_id"), token = text(made, "registration_access_token");
  const json::Object seen = read(send("GET", path(made), token));
  EXPECT_EQ(text(seen, "client_id"), id);
  EXPECT_EQ(text(seen, "registration_access_token"), token);
  EXPECT_EQ(seen.find("client_secret"), nullptr);

  // Everything that is not said again is gone.
  const auto put =
      send("PUT", path(made), token,
           cat(R"({"client_id":")", id, R"(","redirect_uris":["https://app.example.org/back"]})"));
  ASSERT_EQ(put.status(), 200) << put.body();
  EXPECT_EQ(text(read(put), "redirect_uris"), R"(["https://app.example.org/back"])");
  EXPECT_EQ(text(read(put), "grant_types"), R"(["authorization_code"])");
  EXPECT_EQ(text(read(put), "application_type"), "web");
  const auto client = house.floors().registry.find(id);
  EXPECT_TRUE(house.floors().registry.check_secret(**client, Secret(text(made, "client_secret"))).ok());

  EXPECT_EQ(send("DELETE", path(made), token).status(), 204);
  EXPECT_EQ(send("GET", path(made), token).status(), 401);
  EXPECT_FALSE(house.floors().registry.find(id).ok());
}

TEST_F(Registering, a_replacement_keeps_what_is_ours) {
  const json::Object made = good(kOidcAgent);
  const std::string id = text(made, "client_id"), token = text(made, "registration_access_token");
  const std::string rest = R"("redirect_uris":["https://app.example.org/back"]})";
  for (const std::string& body : {
           cat(R"({"client_id":"other",)", rest),
           cat("{", rest),
           cat(R"({"client_id":")", id, R"(","client_secret":"mine",)", rest),
           cat(R"({"client_id":")", id, R"(","registration_access_token":"x",)", rest),
           cat(R"({"client_id":")", id, R"(","client_id_issued_at":1,)", rest),
       })
    EXPECT_EQ(send("PUT", path(made), token, body).status(), 400) << body;
  const std::string same =
      cat(R"({"client_id":")", id, R"(","client_secret":")", text(made, "client_secret"), "\",", rest);
  EXPECT_EQ(send("PUT", path(made), token, same).status(), 200);
}

TEST_F(Registering, nobody_elses_token) {
  const json::Object mine = good(kOidcAgent), other = good(kOidcAgent);
  const std::string token = text(other, "registration_access_token");
  for (const std::string& one : {std::string(), token, std::string("x"), cat(token, "x")}) {
    const auto answer = send("GET", path(mine), one);
    EXPECT_EQ(answer.status(), 401);
    EXPECT_TRUE(answer.find_header("WWW-Authenticate").value_or("").starts_with("Bearer"));
  }
  EXPECT_EQ(send("DELETE", path(mine), token).status(), 401);
  EXPECT_EQ(send("GET", "/register/nosuch", token).status(), 401);
}

TEST_F(Registering, deletion_ends_its_grants) {
  const json::Object made = good(kOidcAgent);
  const accounts::Account ada = house.somebody("Ada");
  const auto client = house.floors().registry.find(text(made, "client_id"));
  tokens::TokenGrant grant;
  grant.id = house.floors().grants.make_id();
  grant.client = (*client)->id;
  grant.account = ada.id;
  grant.kind = "device_code";
  ASSERT_TRUE(house.floors().ledger.change(
      access::system_actor("test"), [&](store::Connection& connection, journal::Notes& notes) {
        return house.floors().grants.insert(connection, notes, grant, (*client)->lives);
      }));
  EXPECT_EQ(send("DELETE", path(made), text(made, "registration_access_token")).status(), 204);
  const auto ended = house.floors().grants.get(grant.id);
  ASSERT_TRUE(ended.ok());
  EXPECT_TRUE(ended->ended_at);
}

}  // namespace
}  // namespace lanyard::doors::oauth
