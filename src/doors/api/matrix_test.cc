// Who may call what, generated from the list of routes.
#include "doors/api/desk.h"
#include "doors/api/program_for_test.h"
#include "platform/crypto/jws.h"
#include "test/support/outside.h"
#include "test/support/test_issuer.h"

namespace lanyard::doors::api {
namespace {

using accounts::State;

const crypto::PrivateKey& key() {
  return test::test_key(crypto::Algorithm::es256);
}

// The issuer "grid" with a fixed key, so that nobody outside is asked.
app::Config site_with_keys() {
  static const test::TestFile keys(test::key_set_text({&key()}));
  app::Config config = test::small_site();
  config.issuers[0].jwks_file = keys.path();
  config.issuers[0].required_scope = "";
  config.issuers[0].admission.new_accounts = app::NewAccounts::active;
  return config;
}

class Matrix : public Program {
 protected:
  Matrix() : Program(site_with_keys()) {
    victim = house.somebody("Victim");
    group = make_group("Rubin");
  }

  // A request that would succeed, or at least be looked at, if the caller might make it.
  net::Response try_route(const Route& route, const Sent& sent) {
    std::string path(route.path);
    const auto fill = [&](std::string_view name, std::string_view value) {
      if (const std::size_t at = path.find(name); at != std::string::npos)
        path.replace(at, name.size(), value);
    };
    fill("{id}", path.starts_with("/groups")    ? group
                 : path.starts_with("/issuers") ? "grid"
                                                : victim.id.str());
    fill("{kind}", "account");
    fill("{member}", victim.id.str());
    fill("{words}", "victim");
    fill("{token}", victim.id.str());
    Sent all = sent;
    if (route.takes == Takes::body_if_match) all.headers.emplace_back("If-Match", "*");
    return call(std::string(to_string(route.method)), path, route.takes == Takes::nothing ? "" : "{}", all);
  }

  std::int64_t journal_head() {
    std::int64_t head = 0;
    EXPECT_TRUE(house.floors()
                    .database
                    ->read([&](store::Connection& connection) -> Status {
                      LANYARD_TRY(const auto last, journal::list_before(connection, 1'000'000, {}, 1));
                      head = last.empty() ? 0 : last.front().seq;
                      return {};
                    })
                    .ok());
    return head;
  }

  void expect_everything_closed(const Sent& sent, int status, const std::string& who) {
    expect_closed(sent, status, who, Who::administrator);
  }
  void expect_closed(const Sent& sent, int status, const std::string& who, Who whose) {
    const std::int64_t before = journal_head();
    for (const Route& route : routes()) {
      if (route.who != whose) continue;
      const net::Response response = try_route(route, sent);
      EXPECT_EQ(response.status(), status) << who << " " << to_string(route.method) << " " << route.path;
      expect_problem(response, status, status == 401 ? "unauthenticated" : "forbidden");
    }
    EXPECT_EQ(journal_head(), before) << who;
  }

  json::Object claims(const std::string& subject) {
    const std::int64_t now = to_unix_seconds(house.clock().now());
    return {{"iss", "https://grid.example"},
            {"sub", subject},
            {"aud", "https://lanyard.example"},
            {"iat", now},
            {"exp", now + 3600},
            {"jti", "1"}};
  }
  std::string grid_token(const std::string& subject) {
    return crypto::sign_jws(key(), {{"typ", "JWT"}}, json::write(claims(subject)));
  }

  accounts::Account victim;
  std::string group;
};

TEST_F(Matrix, attack_107_no_state_but_active_opens_anything_but_me) {
  for (const State state :
       {State::pending, State::approved, State::rejected, State::suspended, State::closed}) {
    const std::string name = cat("Somebody", to_string(state));
    const accounts::Account account = house.somebody(name, state, state == State::suspended);
    const Sent sent{.token = house.api_token(account, {"admin", "account"})};
    const json::Object me = read(call("GET", "/me", "", sent));
    const bool settles = state == State::approved;  // its own call is its next step
    EXPECT_EQ(text(part(me, "account"), "state"), settles ? "active" : to_string(state));
    expect_everything_closed(sent, 403, name);
    if (!settles) expect_closed(sent, 403, name, Who::owner);
  }
}

TEST_F(Matrix, a_plain_account_and_a_token_without_the_scope_admin_are_turned_away_everywhere) {
  expect_everything_closed({.token = house.api_token(victim, {"admin"})}, 403, "plain account");
  expect_everything_closed({.token = house.api_token(root, {"account"})}, 403, "scope account");
  const Sent narrow{.token = house.api_token(root, {"servicex"})};
  expect_everything_closed(narrow, 403, "scope of a service");
  expect_closed(narrow, 403, "scope of a service", Who::owner);
}

TEST_F(Matrix, one_s_own_tokens_are_open_to_people_and_closed_to_everybody_else) {
  const std::string cookie = house.sign_in(victim).cookies;
  const std::vector<std::tuple<std::string, Sent, int>> all{
      {"nobody", {.token = ""}, 401},
      {"unknown token", {.token = "lyt_" + std::string(49, 'a')}, 401},
      {"cookie", {.token = "", .type = "application/json", .headers = {{"Cookie", cookie}}}, 401},
      {"foreign token", {.token = grid_token("stranger")}, 403}};
  for (const auto& [who, sent, status] : all) expect_closed(sent, status, who, Who::owner);
  EXPECT_FALSE(house.floors().directory.find_by_identity("https://grid.example", "stranger")->has_value());
  const Sent good{.token = house.api_token(victim, {"tokens"})};
  for (const Route& route : routes()) {
    if (route.who != Who::owner) continue;
    const int status = try_route(route, good).status();
    EXPECT_TRUE(status == 200 || status == 400 || status == 404) << route.path << " " << status;
  }
}

TEST_F(Matrix, nobody_is_asked_for_a_token_everywhere) {
  expect_everything_closed({.token = ""}, 401, "nobody");
  // RFC 9728 section 5.1: where to read who gives out tokens for this.
  const std::string about = cat("Bearer resource_metadata=\"", house.floors().config.server.public_url,
                                "/.well-known/oauth-protected-resource/api\"");
  EXPECT_EQ(call("GET", "/accounts", "", {.token = ""}).find_header("WWW-Authenticate"), about);
  const std::string wrong = "lyt_" + std::string(49, 'a');
  expect_everything_closed({.token = wrong}, 401, "unknown token");
  EXPECT_EQ(call("GET", "/me", "", {.token = wrong}).find_header("WWW-Authenticate"),
            cat(about, ", error=\"invalid_token\""));
  EXPECT_EQ(house.log_text().find(wrong), std::string::npos);
}

TEST_F(Matrix, attack_136_a_cookie_never_counts) {
  const Sent sent{
      .token = "", .type = "application/json", .headers = {{"Cookie", house.sign_in(root).cookies}}};
  expect_everything_closed(sent, 401, "cookie");
  expect_problem(call("GET", "/me", "", sent), 401, "unauthenticated");
  const std::string cookie = house.sign_in(root).cookies;
  expect_everything_closed({.token = cookie.substr(cookie.find('=') + 1)}, 401, "cookie as a token");
}

TEST_F(Matrix, a_token_of_another_issuer_opens_me_alone_even_for_an_administrator) {
  const std::string mine = grid_token("grid-admin");
  const json::Object me = read(call("GET", "/me", "", {.token = mine}));
  EXPECT_EQ(text(me, "means"), "bearer");
  const std::string id = text(part(me, "account"), "id");
  ASSERT_TRUE(house.floors().directory.set_admin(AccountId(id), true, access::system_actor("test")).ok());
  expect_everything_closed({.token = mine}, 403, "foreign administrator");
  const json::Object again = read(call("GET", "/me", "", {.token = mine}));
  EXPECT_EQ(again.find("may_administrate")->as_bool() != nullptr, true);
  EXPECT_FALSE(*again.find("may_administrate")->as_bool());
}

TEST_F(Matrix, a_foreign_token_makes_no_account_where_it_opens_nothing) {
  expect_everything_closed({.token = grid_token("stranger")}, 403, "stranger");
  EXPECT_FALSE(house.floors().directory.find_by_identity("https://grid.example", "stranger")->has_value());
}

TEST_F(Matrix, attack_136_bodies_that_a_form_can_send_are_refused) {
  for (const Route& route : routes()) {
    if (route.takes == Takes::nothing) continue;
    for (const char* type : {"text/plain", "application/x-www-form-urlencoded", "multipart/form-data",
                             "text/plain; application/json", "application/jsonp", ""}) {
      const net::Response response = try_route(route, {.token = "its own", .type = type});
      expect_problem(response, 415, "unsupported_media_type");
    }
  }
}

TEST_F(Matrix, query_parameters_that_a_route_does_not_have_are_named) {
  for (const Route& route : routes()) {
    if (route.path.find('{') != std::string_view::npos || route.method != net::Method::get) continue;
    const json::Object refused = expect_problem(call("GET", cat(route.path, "?sate=active")), 400, "invalid");
    EXPECT_NE(text(refused, "detail").find("\"sate\""), std::string::npos) << route.path;
  }
  expect_problem(call("GET", "/accounts?limit=1&limit=2"), 400, "invalid");
}

TEST_F(Matrix, a_token_in_the_address_two_tokens_and_another_scheme_are_refused) {
  expect_problem(call("GET", cat("/me?access_token=", token), "", {.token = ""}), 400, "invalid");
  EXPECT_EQ(house.log_text().find(token), std::string::npos);
  const Sent two{.token = "its own", .type = "", .headers = {{"Authorization", "Bearer other"}}};
  expect_problem(call("GET", "/me", "", two), 400, "invalid");
  const Sent basic{.token = "", .type = "", .headers = {{"Authorization", "Basic cm9vdDpyb290"}}};
  expect_problem(call("GET", "/me", "", basic), 400, "invalid");
}

TEST_F(Matrix, every_refusal_is_logged_and_can_be_explained) {
  call("GET", "/accounts", "", {.token = house.api_token(victim, {"admin"})});
  EXPECT_NE(house.log_text().find("api.refused"), std::string::npos);
  const json::Object explained = get(cat("/explain/", victim.id.str()));
  const auto traces = items(explained, "traces");
  ASSERT_EQ(traces.size(), 1u);
  EXPECT_EQ(text(traces[0], "door"), "api");
  EXPECT_EQ(text(traces[0], "account"), victim.id.str());
  EXPECT_EQ(text(traces[0], "outcome"), "This is for administrators.");
}

app::Config open_site() {
  app::Config config = test::small_site();
  config.auth.enabled = false;
  return config;
}

class OpenSite : public Program {
 protected:
  OpenSite() : Program(open_site()) {}
};

TEST_F(OpenSite, row_SX1_everybody_is_the_operator_and_may_do_everything) {
  const Sent nobody{.token = ""};
  const json::Object me = read(call("GET", "/me", "", nobody));
  EXPECT_EQ(text(me, "means"), "open_service");
  EXPECT_TRUE(me.find("account")->is_null());
  EXPECT_TRUE(me.find("expires_at")->is_null());
  EXPECT_EQ(call("GET", "/accounts", "", nobody).status(), 200);
  EXPECT_EQ(call("POST", "/groups", R"({"path": "a"})", nobody).status(), 201);
  const json::Object page = read(call("GET", "/journal?event=group.created", "", nobody));
  EXPECT_EQ(text(part(items(page).at(0), "actor"), "kind"), "operator");
  // Nobody's tokens.
  expect_problem(call("GET", "/me/tokens", "", nobody), 409, "conflict");
  expect_problem(call("POST", "/me/tokens", "{}", nobody), 409, "conflict");
  // A page of another site can still make nobody's browser do it.
  EXPECT_EQ(call("POST", "/groups", R"({"path": "b"})", {.token = "", .type = "text/plain"}).status(), 415);
}

}  // namespace
}  // namespace lanyard::doors::api
