// API tokens by way of the API: what a token can make of itself, and what it can not.
#include "doors/api/program_for_test.h"
#include "platform/crypto/digest.h"

namespace lanyard::doors::api {
namespace {

constexpr const char* kCallback = "https://web.example.org/callback";
constexpr const char* kVerifier = "0123456789-0123456789-0123456789-0123456789";
constexpr const char* kSecret = "a secret of two programs, long enough";

app::Config site_with_a_client() {
  app::Config config = test::small_site();
  app::ClientConfig web;
  web.id = "web";
  web.kind = "oauth";
  web.client_secret = Secret(kSecret);
  web.auth_method = "client_secret";
  web.redirect_uris = {kCallback};
  web.grants = {"authorization_code", "refresh_token"};
  web.scopes = {"openid", "offline_access", "account", "admin", "tokens", "servicex"};
  web.trusted = true;
  config.clients.push_back(web);
  return config;
}

class TokensOfTheApi : public Program {
 protected:
  explicit TokensOfTheApi(const app::Config& config = site_with_a_client()) : Program(config) {}

  static std::string wish(std::string_view scopes = R"("account")", std::int64_t life = 3600,
                          std::string_view more = "") {
    return cat(R"({"label": "a robot", "scopes": [)", scopes, R"(], "life_seconds": )", life, more, "}");
  }
  net::Response make(const std::string& by, const std::string& body = wish()) {
    return call("POST", "/me/tokens", body, {.token = by});
  }
  // An access token of ours, by a login in a browser.
  std::string access_token(const accounts::Account& person, const std::string& scope) {
    const Form request{{"client_id", "web"},
                       {"redirect_uri", kCallback},
                       {"response_type", "code"},
                       {"scope", scope},
                       {"state", "s"},
                       {"code_challenge", base64url_encode(crypto::sha256_bytes(kVerifier))},
                       {"code_challenge_method", "S256"}};
    const auto answer = house.get(with_query("/authorize", request), house.sign_in(person).cookies);
    const std::string where(answer.find_header("Location").value_or(""));
    const auto query = parse_form(std::string_view(where).substr(where.find('?') + 1));
    const auto tokens = house.post("/token", Form{{"grant_type", "authorization_code"},
                                                  {"code", query->value_or("code", "")},
                                                  {"redirect_uri", kCallback},
                                                  {"code_verifier", kVerifier},
                                                  {"client_id", "web"},
                                                  {"client_secret", kSecret}});
    return text(read(tokens), "access_token");
  }
  int status_of_me(const std::string& shown) { return call("GET", "/me", "", {.token = shown}).status(); }

  accounts::Account ada = house.somebody("Ada");
};

TEST_F(TokensOfTheApi, are_made_listed_and_revoked_and_shown_once) {
  const std::string by = house.api_token(ada, {"tokens", "account"});
  const net::Response response = make(by);
  const json::Object made = read(response, 201);
  expect_shape(made, "TokenMade", "Token");
  const std::string shown = text(made, "token"), id = text(made, "id");
  EXPECT_EQ(response.find_header("Location"), cat("/api/v1/me/tokens/", id));
  EXPECT_EQ(text(made, "expires_at"), format_rfc3339(house.clock().now() + std::chrono::hours(1)));
  EXPECT_EQ(status_of_me(shown), 200);

  const net::Response listed = call("GET", "/me/tokens", "", {.token = by});
  const auto all = items(read(listed));
  ASSERT_EQ(all.size(), 2U);
  for (const json::Object& one : all) expect_shape(one, "Token");
  expect_shape(read(listed), "TokenList");
  EXPECT_EQ(listed.body().find(shown), std::string::npos);
  EXPECT_EQ(house.log_text().find(shown), std::string::npos);

  EXPECT_EQ(call("DELETE", cat("/me/tokens/", id), "", {.token = by}).status(), 204);
  EXPECT_EQ(call("DELETE", cat("/me/tokens/", id), "", {.token = by}).status(), 204) << "twice is once";
  EXPECT_EQ(status_of_me(shown), 401);
  EXPECT_EQ(items(read(call("GET", "/me/tokens", "", {.token = by}))).size(), 1U);
  const auto journal = items(get(cat("/journal?subject=credential:", id)));
  ASSERT_EQ(journal.size(), 2U);
  EXPECT_EQ(text(journal[0], "event"), "credential.revoked");
  EXPECT_EQ(text(part(journal[1], "actor"), "id"), ada.id.str());
}

TEST_F(TokensOfTheApi, attack_111_a_token_makes_nothing_wider_than_itself) {
  const std::string by = house.api_token(root, {"tokens", "account"});
  for (const char* scopes : {R"("admin")", R"("servicex")", R"("tokens")", R"("account", "admin")"}) {
    const json::Object refused = expect_problem(make(by, wish(scopes)), 403, "forbidden");
    EXPECT_NE(text(refused, "hint").find("account"), std::string::npos) << scopes;
  }
  expect_problem(make(house.api_token(ada, {"account"})), 403, "forbidden");
  expect_problem(make(house.api_token(ada, {"servicex"}), wish(R"("servicex")")), 403, "forbidden");
  // Everything that its account may do here: for an administrator, the scope account is part of it.
  EXPECT_EQ(make(token, wish(R"("admin")")).status(), 201);
  EXPECT_EQ(make(token).status(), 201);
  expect_problem(make(token, wish(R"("servicex")")), 403, "forbidden");
  // The word alone makes nobody an administrator.
  expect_problem(make(house.api_token(ada, {"admin"}), wish(R"("admin")")), 403, "forbidden");
}

TEST_F(TokensOfTheApi, a_token_makes_nothing_that_lives_longer_than_itself) {
  const std::string by = house.api_token(ada, {"tokens", "account"});  // a day
  EXPECT_EQ(make(by, wish(R"("account")", 86'400)).status(), 201);
  const json::Object refused = expect_problem(make(by, wish(R"("account")", 86'401)), 400, "invalid");
  EXPECT_NE(text(refused, "hint").find("86400"), std::string::npos);
  house.clock().advance(std::chrono::hours(23));
  expect_problem(make(by, wish(R"("account")", 3'601)), 400, "invalid");
  const std::string child = text(read(make(by, wish(R"("account")", 3'600)), 201), "token");
  expect_problem(make(child), 403, "forbidden");
}

TEST_F(TokensOfTheApi, access_tokens_need_the_scope_that_people_are_asked_for) {
  const std::string plain = access_token(root, "openid offline_access account admin");
  EXPECT_EQ(status_of_me(plain), 200);
  expect_problem(make(plain), 403, "forbidden");
  expect_problem(make(plain, wish(R"("admin")")), 403, "forbidden");
  EXPECT_EQ(call("GET", "/me/tokens", "", {.token = plain}).status(), 200);
  expect_problem(call("GET", "/me/tokens", "", {.token = access_token(ada, "openid servicex")}), 403,
                 "forbidden");

  // Access while they are away: as long as that was given for.
  const std::string lasting = access_token(ada, "openid offline_access account tokens");
  EXPECT_EQ(make(lasting, wish(R"("account")", 30 * 86'400)).status(), 201);
  expect_problem(make(lasting, wish(R"("account")", 36'500LL * 86'400)), 400, "invalid");
  expect_problem(make(lasting, wish(R"("servicex")")), 403, "forbidden");
  // Without it, as long as the access token itself.
  const std::string brief = access_token(ada, "openid account tokens");
  EXPECT_EQ(make(brief, wish(R"("account")", 60)).status(), 201);
  expect_problem(make(brief, wish(R"("account")", 2 * 86'400)), 400, "invalid");
}

TEST_F(TokensOfTheApi, attack_112_those_of_others_are_not_there) {
  const json::Object made = read(make(house.api_token(ada, {"tokens", "account"})), 201);
  const accounts::Account eve = house.somebody("Eve");
  const Sent eves{.token = house.api_token(eve, {"tokens"})};
  expect_problem(call("DELETE", cat("/me/tokens/", text(made, "id")), "", eves), 404, "not_found");
  expect_problem(call("DELETE", "/me/tokens/nonsense", "", eves), 404, "not_found");
  EXPECT_EQ(items(read(call("GET", "/me/tokens", "", eves))).size(), 1U);
  EXPECT_EQ(status_of_me(text(made, "token")), 200);
}

TEST_F(TokensOfTheApi, whoever_holds_one_may_end_it_and_no_other) {
  const std::string narrow = house.api_token(ada, {"account"}), other = house.api_token(ada, {"account"});
  for (const json::Object& one : items(read(call("GET", "/me/tokens", "", {.token = narrow}))))
    call("DELETE", cat("/me/tokens/", text(one, "id")), "", {.token = narrow});
  EXPECT_EQ(status_of_me(narrow), 401);
  EXPECT_EQ(status_of_me(other), 200);
}

TEST_F(TokensOfTheApi, administrators_see_and_end_those_of_others_and_make_none) {
  const json::Object made = read(make(house.api_token(ada, {"tokens", "account"})), 201);
  const std::string path = cat("/accounts/", ada.id.str(), "/tokens");
  const auto all = items(get(path));
  ASSERT_EQ(all.size(), 2U);
  for (const json::Object& one : all) expect_shape(one, "Token");
  expect_problem(call("POST", path, wish()), 405, "method_not_allowed");
  const std::string id = text(made, "id");
  expect_problem(call("DELETE", cat("/accounts/", root.id.str(), "/tokens/", id)), 404, "not_found");
  EXPECT_EQ(call("DELETE", cat(path, "/", id)).status(), 204);
  EXPECT_EQ(status_of_me(text(made, "token")), 401);
  EXPECT_EQ(items(get(path)).size(), 1U);
  expect_problem(call("GET", "/accounts/000000000000000/tokens"), 404, "not_found");
  expect_problem(call("DELETE", cat(path, "/nonsense")), 404, "not_found");
}

TEST_F(TokensOfTheApi, wishes_that_mean_nothing_are_refused_by_name) {
  const std::pair<std::string, const char*> bad[] = {
      {R"({"scopes": ["account"], "life_seconds": 60})", "label"},
      {R"({"label": "x", "life_seconds": 60})", "scopes"},
      {R"({"label": "x", "scopes": "account", "life_seconds": 60})", "scopes"},
      {R"({"label": "x", "scopes": [7], "life_seconds": 60})", "scopes"},
      {R"({"label": "x", "scopes": [], "life_seconds": 60})", "scopes"},
      {R"({"label": "x", "scopes": ["account"]})", "life_seconds"},
      {wish(R"("account")", 0), "life_seconds"},
      {wish(R"("account")", -1), "life_seconds"},
      {wish(R"("account")", 9'223'372'036'854'775'807), "life_seconds"},
      {wish(R"("account")", 60, R"(, "account": "000000000000000")"), "account"},
  };
  for (const auto& [body, names] : bad) {
    const json::Object refused = expect_problem(make(token, body), 400, "invalid");
    EXPECT_NE(text(refused, "detail").find(names), std::string::npos) << body;
  }
}

app::Config site_without_api_tokens() {
  app::Config config = site_with_a_client();
  config.auth.api_tokens = false;
  return config;
}

class WithoutApiTokens : public TokensOfTheApi {
 protected:
  WithoutApiTokens() : TokensOfTheApi(site_without_api_tokens()) {}
};

TEST_F(WithoutApiTokens, none_is_made_that_would_not_work) {
  const std::string by = access_token(ada, "openid offline_access account tokens");
  EXPECT_EQ(status_of_me(by), 200);
  expect_problem(make(by), 409, "conflict");
}

}  // namespace
}  // namespace lanyard::doors::api
