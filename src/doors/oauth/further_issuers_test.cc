// Several issuers from one service (PA3): what belongs to one of them is nothing at another.
#include "domain/clients/assertion.h"
#include "doors/oauth/office_for_test.h"
#include "platform/crypto/jws.h"

namespace lanyard::doors::oauth {
namespace {

constexpr const char* kMain = "http://127.0.0.1:8080";
constexpr const char* kRubin = "http://127.0.0.1:8080/vo/rubin";

class FurtherIssuers : public OfficeInTest {
 protected:
  static app::Config several() {
    app::Config config = site();
    config.further_issuers = {{.path = "/vo/rubin"}, {.path = "/vo/atlas", .accepted_here = true}};
    app::ClientConfig rubin = config.clients[config.clients.size() - 2];
    EXPECT_EQ(rubin.id, "web");
    rubin.id = "rubin-web";
    rubin.issuer_path = "/vo/rubin";
    rubin.scopes.emplace_back("profile");
    rubin.grants.emplace_back("token_exchange");
    rubin.exchanges_for = {"web"};
    rubin.audiences = {kMain};
    app::ClientConfig atlas = rubin;
    atlas.id = "atlas-web";
    atlas.issuer_path = "/vo/atlas";
    app::ClientConfig device = config.clients.back();
    device.id = "rubin-device";
    device.issuer_path = "/vo/rubin";
    device.scopes = {"openid", "offline_access"};
    for (const app::ClientConfig& one : {rubin, atlas, device}) config.clients.push_back(one);
    return config;
  }

  test::TestHouse many{several()};
  accounts::Account eve = many.somebody("Eve");
  test::TestHouse::Browser window = many.sign_in(eve);

  json::Object send_as(const std::string& client, const std::string& path, Form form, int status = 200) {
    form.add("client_id", client);
    form.add("client_secret", kSecret);
    return read(many.post(path, form), status);
  }
  net::Response ask(const std::string& client, const std::string& at) {
    Form form = request();
    Form changed;
    for (const auto& [name, value] : form.pairs()) changed.add(name, name == "client_id" ? client : value);
    return many.get(with_query(cat(at, "/authorize"), changed), window.cookies);
  }
  std::string code_of(const std::string& client, const std::string& at) {
    const std::string given = answered(ask(client, at), "code");
    EXPECT_NE(given, "") << client;
    return given;
  }
  static Form redeeming(const std::string& code) {
    return {{"grant_type", "authorization_code"}, {"code", code}, {"code_verifier", kVerifier}};
  }
  json::Object tokens_of(const std::string& client, const std::string& at) {
    return send_as(client, cat(at, "/token"), redeeming(code_of(client, at)));
  }
  int get_with(const std::string& path, const std::string& token) {
    net::RequestDraft draft;
    draft.target = path;
    draft.headers = {{"Authorization", cat("Bearer ", token)}};
    return many.send(std::move(draft)).status();
  }
  static json::Object claims(const std::string& token) {
    const auto jws = crypto::parse_jws(token);
    EXPECT_TRUE(jws.ok());
    return *json::parse_object(jws->payload);
  }
};

TEST_F(FurtherIssuers, row_PA3_discovery_stands_before_the_path_and_behind_it) {
  for (const char* at :
       {"/vo/rubin/.well-known/openid-configuration", "/.well-known/openid-configuration/vo/rubin",
        "/vo/rubin/.well-known/oauth-authorization-server",
        "/.well-known/oauth-authorization-server/vo/rubin"}) {
    const json::Object document = read(many.get(at));
    EXPECT_EQ(text(document, "issuer"), kRubin) << at;
    for (const char* name :
         {"authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri",
          "introspection_endpoint", "revocation_endpoint", "pushed_authorization_request_endpoint",
          "device_authorization_endpoint", "end_session_endpoint", "registration_endpoint"}) {
      const std::string address = text(document, name);
      EXPECT_TRUE(address.starts_with(cat(kRubin, "/"))) << name << " " << address;
      EXPECT_NE(many.get(address.substr(std::string_view(kMain).size())).status(), 404) << name;
    }
  }
  EXPECT_EQ(text(read(many.get("/.well-known/openid-configuration")), "issuer"), kMain);
  EXPECT_EQ(many.get("/vo/nothing/.well-known/openid-configuration").status(), 404);
  EXPECT_EQ(many.get("/vo/rubin/jwks").body(), many.get("/jwks").body()) << "one set of keys";
}

TEST_F(FurtherIssuers, row_PA3_tokens_and_answers_name_their_issuer) {
  EXPECT_EQ(answered(ask("rubin-web", "/vo/rubin"), "iss"), kRubin);
  EXPECT_EQ(answered(ask("web", ""), "iss"), kMain);
  const json::Object given = tokens_of("rubin-web", "/vo/rubin");
  EXPECT_EQ(text(claims(text(given, "access_token")), "iss"), kRubin);
  EXPECT_EQ(text(claims(text(given, "id_token")), "iss"), kRubin);
  const json::Object again =
      send_as("rubin-web", "/vo/rubin/token",
              Form{{"grant_type", "refresh_token"}, {"refresh_token", text(given, "refresh_token")}});
  EXPECT_EQ(text(claims(text(again, "access_token")), "iss"), kRubin);
  EXPECT_EQ(get_with("/vo/rubin/userinfo", text(again, "access_token")), 200);
  const auto client = many.floors().registry.find("rubin-web");
  const auto logout = many.house().mint().logout_token(**client, eve.id.str(), "");
  EXPECT_EQ(text(claims(*logout), "iss"), kRubin);
}

TEST_F(FurtherIssuers, row_PA3_a_client_is_unknown_at_another_issuer) {
  EXPECT_EQ(ask("rubin-web", "").status(), 400);
  EXPECT_EQ(ask("rubin-web", "/vo/atlas").status(), 400);
  EXPECT_EQ(ask("web", "/vo/rubin").status(), 400);
  EXPECT_EQ(location(ask("web", "/vo/rubin")), "") << "nobody is sent anywhere";
  for (const char* path : {"/token", "/introspect", "/revoke", "/par", "/devicecode"}) {
    EXPECT_EQ(text(send_as("rubin-web", path, Form{}, 400), "error"), "invalid_client") << path;
    EXPECT_EQ(text(send_as("web", cat("/vo/rubin", path), Form{}, 400), "error"), "invalid_client") << path;
    const json::Object unknown = send_as("nobody", path, Form{}, 400);
    EXPECT_EQ(text(send_as("rubin-web", path, Form{}, 400), "error_description"),
              text(unknown, "error_description"))
        << "in the same words";
    many.clock().advance(std::chrono::minutes(15));  // wrong proofs are slowed down
  }
  Form leave{{"client_id", "rubin-web"}};
  EXPECT_EQ(many.get(with_query("/end_session", leave)).status(), 400);
  EXPECT_EQ(many.get(with_query("/vo/rubin/end_session", leave)).status(), 200);
}

TEST_F(FurtherIssuers, row_PA3_codes_and_refresh_tokens_of_one_issuer_are_nothing_at_another) {
  const std::string code = code_of("rubin-web", "/vo/rubin");
  EXPECT_EQ(text(send_as("atlas-web", "/vo/atlas/token", redeeming(code), 400), "error"), "invalid_grant");
  EXPECT_EQ(text(send_as("web", "/token", redeeming(code), 400), "error"), "invalid_grant");
  const json::Object given = send_as("rubin-web", "/vo/rubin/token", redeeming(code));
  const Form refreshing{{"grant_type", "refresh_token"}, {"refresh_token", text(given, "refresh_token")}};
  EXPECT_EQ(text(send_as("atlas-web", "/vo/atlas/token", refreshing, 400), "error"), "invalid_grant");
  EXPECT_EQ(text(send_as("web", "/token", refreshing, 400), "error"), "invalid_grant");
  send_as("rubin-web", "/vo/rubin/token", refreshing);
}

TEST_F(FurtherIssuers, row_PA3_device_codes_of_one_issuer_are_nothing_at_another) {
  const Form wanted{{"client_id", "rubin-device"}, {"scope", "openid"}};
  EXPECT_EQ(text(read(many.post("/devicecode", wanted), 400), "error"), "invalid_client");
  const json::Object device = read(many.post("/vo/rubin/devicecode", wanted));
  EXPECT_EQ(text(device, "verification_uri"), cat(kMain, "/device")) << "people share one page";
  Form poll{{"grant_type", "urn:ietf:params:oauth:grant-type:device_code"},
            {"device_code", text(device, "device_code")}};
  Form native = poll;
  native.add("client_id", "native");
  EXPECT_EQ(text(read(many.post("/token", native), 400), "error"), "invalid_grant");
  poll.add("client_id", "rubin-device");
  EXPECT_EQ(text(read(many.post("/token", poll), 400), "error"), "invalid_client");
  EXPECT_EQ(text(read(many.post("/vo/rubin/token", poll), 400), "error"), "authorization_pending");
}

TEST_F(FurtherIssuers, row_PA3_access_tokens_of_one_issuer_are_nothing_at_another) {
  const std::string rubin = text(tokens_of("rubin-web", "/vo/rubin"), "access_token");
  const std::string ours = text(tokens_of("web", ""), "access_token");
  EXPECT_EQ(get_with("/vo/rubin/userinfo", rubin), 200);
  EXPECT_EQ(get_with("/vo/atlas/userinfo", rubin), 401);
  EXPECT_EQ(get_with("/userinfo", rubin), 401);
  EXPECT_EQ(get_with("/userinfo", ours), 200);
  EXPECT_EQ(get_with("/userinfo", ours), 200) << "from memory";
  EXPECT_EQ(get_with("/vo/rubin/userinfo", ours), 401);
  EXPECT_EQ(get_with("/userinfo", rubin), 401) << "and not from memory either";
  EXPECT_TRUE(flag(send_as("rubin-web", "/vo/rubin/introspect", Form{{"token", rubin}}), "active"));
  EXPECT_FALSE(flag(send_as("web", "/introspect", Form{{"token", rubin}}), "active"));
  // Not even revoked from elsewhere, and not exchanged.
  const Form revoking{{"token", rubin}, {"client_id", "web"}, {"client_secret", kSecret}};
  EXPECT_EQ(many.post("/revoke", revoking).status(), 200) << "nobody learns whether it is one";
  EXPECT_EQ(get_with("/vo/rubin/userinfo", rubin), 200);
  EXPECT_EQ(text(send_as("rubin-web", "/vo/rubin/token",
                         Form{{"grant_type", "urn:ietf:params:oauth:grant-type:token-exchange"},
                              {"subject_token", ours},
                              {"subject_token_type", "urn:ietf:params:oauth:token-type:access_token"}},
                         400),
                 "error"),
            "invalid_request");
}

TEST_F(FurtherIssuers, row_PA3_the_gate_and_the_api_take_tokens_of_an_issuer_that_is_accepted_here) {
  const auto token_for_us = [&](const std::string& client, const std::string& at) {
    return text(tokens_of(client, at), "access_token");
  };
  EXPECT_EQ(get_with("/api/v1/me", token_for_us("atlas-web", "/vo/atlas")), 403)
      << "known, without the scope";
  EXPECT_EQ(get_with("/api/v1/me", token_for_us("rubin-web", "/vo/rubin")), 401);
}

TEST_F(FurtherIssuers, row_PA3_an_id_token_hint_counts_at_its_own_issuer) {
  const std::string hint = text(tokens_of("rubin-web", "/vo/rubin"), "id_token");
  EXPECT_EQ(many.get(with_query("/vo/rubin/end_session", Form{{"id_token_hint", hint}})).status(), 200);
  EXPECT_EQ(many.get(with_query("/end_session", Form{{"id_token_hint", hint}})).status(), 400);
}

TEST_F(FurtherIssuers, a_clients_issuer_never_changes_and_is_one_that_exists) {
  clients::Client wanted;
  wanted.id = ClientId("made");
  wanted.kind = "oauth";
  wanted.name = "Made";
  wanted.issuer_path = "/vo/rubin";
  wanted.redirect_uris = {kWeb};
  const auto made = many.floors().registry.create(wanted, access::console_actor("test"));
  ASSERT_TRUE(test::succeeded(made));
  wanted = made->client;
  wanted.issuer_path = "/vo/atlas";
  const auto moved = many.floors().registry.replace(wanted, 1, access::console_actor("test"));
  ASSERT_FALSE(moved.ok());
  EXPECT_EQ(moved.error().code, Code::invalid);
}

// RFC 9728 section 3.1.
TEST_F(FurtherIssuers, a_resource_says_where_its_tokens_come_from) {
  struct Row {
    const char *at, *resource, *issuer;
  };
  for (const Row& row :
       {Row{"/.well-known/oauth-protected-resource/userinfo", "/userinfo", ""},
        Row{"/.well-known/oauth-protected-resource/vo/rubin/userinfo", "/vo/rubin/userinfo", "/vo/rubin"},
        Row{"/.well-known/oauth-protected-resource/api", "/api", ""}}) {
    const json::Object document = read(many.get(row.at));
    EXPECT_EQ(text(document, "resource"), cat(kMain, row.resource));
    const json::Value* servers = document.find("authorization_servers");
    ASSERT_TRUE(servers != nullptr && servers->as_array() != nullptr);
    EXPECT_EQ(servers->as_array()->front(), json::Value(cat(kMain, row.issuer))) << row.at;
    EXPECT_NE(document.find("scopes_supported"), nullptr);
    EXPECT_NE(document.find("bearer_methods_supported"), nullptr);
  }
  EXPECT_EQ(many.get("/userinfo/.well-known/oauth-protected-resource").status(), 404) << "never appended";
  const auto pointer = [&](const std::string& path) {
    return std::string(many.get(path).find_header("WWW-Authenticate").value_or(""));
  };
  EXPECT_NE(pointer("/vo/rubin/userinfo")
                .find(cat("resource_metadata=\"", kMain,
                          "/.well-known/oauth-protected-resource/vo/rubin/userinfo\"")),
            std::string::npos);
  EXPECT_NE(pointer("/api/v1/me")
                .find(cat("resource_metadata=\"", kMain, "/.well-known/oauth-protected-resource/api\"")),
            std::string::npos);
}

}  // namespace
}  // namespace lanyard::doors::oauth
