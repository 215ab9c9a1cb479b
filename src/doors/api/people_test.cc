#include "doors/api/paging.h"
#include "doors/api/program_for_test.h"

namespace lanyard::doors::api {
namespace {

using accounts::State;

class People : public Program {
 protected:
  std::vector<std::string> names(const json::Object& page) {
    std::vector<std::string> found;
    for (const json::Object& account : items(page)) found.push_back(text(account, "name"));
    return found;
  }
  net::Response change(const AccountId& id, std::string body, std::string_view if_match) {
    Sent sent;
    if (!if_match.empty()) sent.headers.emplace_back("If-Match", if_match);
    return call("PATCH", cat("/accounts/", id.str()), std::move(body), sent);
  }
};

TEST_F(People, are_listed_in_pages_by_state_and_by_search) {
  for (const char* name : {"Ada", "Adam", "Grace"}) house.somebody(name);
  house.somebody("Addy", State::pending);
  EXPECT_EQ(names(get("/accounts")), (std::vector<std::string>{"Root", "Ada", "Adam", "Grace", "Addy"}));
  EXPECT_EQ(names(get("/accounts?state=pending")), (std::vector<std::string>{"Addy"}));
  for (const std::string filter : {"?limit=2", "?limit=2&search=ad", "?search=ad&state=active&limit=1"}) {
    std::vector<std::string> all;
    std::string cursor;
    do {
      const json::Object page = get(cat("/accounts", filter, cursor.empty() ? "" : "&cursor=", cursor));
      for (const std::string& name : names(page)) all.push_back(name);
      for (const json::Object& account : items(page)) expect_shape(account, "Account");
      expect_shape(page, "AccountPage");
      cursor = text(page, "next_cursor");
    } while (!cursor.empty() && all.size() < 20);
    EXPECT_EQ(all.size(), filter == "?limit=2" ? 5u : filter.ends_with("limit=1") ? 2u : 3u) << filter;
    std::ranges::sort(all);
    EXPECT_EQ(std::ranges::adjacent_find(all), all.end()) << filter;
  }
}

TEST_F(People, a_limit_or_a_state_that_is_none_is_refused) {
  for (const char* query : {"limit=0", "limit=201", "limit=x", "limit=", "state=happy", "limit=-1"})
    expect_problem(call("GET", cat("/accounts?", query)), 400, "invalid");
}

TEST_F(People, attack_145_a_cursor_is_good_for_its_own_query_alone) {
  for (const char* name : {"Ada", "Grace", "Linus"}) house.somebody(name);
  const std::string cursor = text(get("/accounts?limit=2&state=active"), "next_cursor");
  ASSERT_FALSE(cursor.empty());
  EXPECT_EQ(call("GET", cat("/accounts?cursor=", cursor, "&state=active&limit=1")).status(), 200);
  for (const std::string& query : {cat("cursor=", cursor), cat("state=pending&cursor=", cursor),
                                   cat("state=active&search=a&cursor=", cursor)})
    expect_problem(call("GET", cat("/accounts?", query)), 400, "invalid");
  expect_problem(call("GET", cat("/requests?cursor=", cursor)), 400, "invalid");
  for (std::size_t i = 0; i < cursor.size(); i += 5) {
    std::string changed = cursor;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    expect_problem(call("GET", cat("/accounts?state=active&cursor=", changed)), 400, "invalid");
  }
  const std::string forged = seal_cursor("another key", "/api/v1/accounts\nstate=active", "1");
  expect_problem(call("GET", cat("/accounts?state=active&cursor=", forged)), 400, "invalid");
  for (const char* none : {"1", "", "MTox", "%00", "a%27%20OR%201=1"})
    expect_problem(call("GET", cat("/accounts?state=active&cursor=", none)), 400, "invalid");
}

TEST_F(People, one_is_found_by_id_number_user_name_and_address) {
  const accounts::Account ada = house.somebody("Ada");
  const std::string group = make_group("Rubin");
  call("PUT", cat("/groups/", group, "/members/account/", ada.id.str()), R"({"level": "can_read"})");
  for (const std::string& words :
       {ada.id.str(), cat(ada.number), std::string("ada"), std::string("ada@uni.example")}) {
    const net::Response response = call("GET", cat("/accounts/", words));
    const json::Object found = read(response);
    expect_shape(found, "AccountDetail", "Account");
    EXPECT_EQ(text(found, "id"), ada.id.str());
    EXPECT_EQ(response.find_header("ETag"), cat("\"", ada.version, "\""));
    expect_shape(items(found, "identities").at(0), "Identity");
    expect_shape(items(found, "addresses").at(0), "Address");
    expect_shape(part(found, "request"), "JoinRequest");
    EXPECT_EQ(found.find("groups")->as_array()->at(0), json::Value("Rubin"));
  }
}

TEST_F(People, nobody_hides_an_account_behind_a_user_name_that_looks_like_its_id) {
  const accounts::Account ada = house.somebody("Ada");
  house.somebody(ada.id.str());
  EXPECT_EQ(text(get(cat("/accounts/", ada.id.str())), "name"), "Ada");
}

TEST_F(People, attack_112_ids_of_nobody_are_not_found) {
  const accounts::Account ada = house.somebody("Ada");
  for (const std::string& id : {std::string("000000000000000"), std::string("nobody"), std::string("99"),
                                std::string("no@uni.example")}) {
    expect_problem(call("GET", cat("/accounts/", id)), 404, "not_found");
    for (const char* below : {"/journal", "/sessions"})
      expect_problem(call("GET", cat("/accounts/", id, below)), 404, "not_found");
    expect_problem(call("DELETE", cat("/accounts/", id, "/sessions")), 404, "not_found");
    for (const char* act : {"suspend", "restore", "close", "activate", "reset", "approve", "reject"})
      expect_problem(call("POST", cat("/accounts/", id, "/", act), R"({"reason": "x"})"), 404, "not_found");
    expect_problem(change(AccountId(id), R"({"name": "X"})", "*"), 404, "not_found");
  }
  // Changes take the id alone: words that somebody could choose for themselves lead nowhere.
  expect_problem(call("POST", "/accounts/ada/suspend", R"({"reason": "x"})"), 404, "not_found");
  EXPECT_EQ(stored(ada.id).state, State::active);
}

TEST_F(People, row_SX3_somebody_is_prepared_and_a_repeated_create_names_the_account) {
  const std::string body =
      R"({"subject": "ada-1", "email": "ada@lab.example", "name": "Ada", "institution": "Lab",
          "experiment": "LSST", "username": "ada"})";
  const net::Response response = call("POST", "/accounts", body);
  const json::Object made = read(response, 201);
  expect_shape(made, "Account");
  const std::string id = text(made, "id");
  EXPECT_EQ(response.find_header("Location"), cat("/api/v1/accounts/", id));
  EXPECT_EQ(text(made, "state"), "approved");
  const auto identity = items(get(cat("/accounts/", id)), "identities").at(0);
  EXPECT_EQ(text(identity, "issuer"), "https://login.uni.example");  // the default
  Sent again;
  again.headers.emplace_back("Idempotency-Key", "7f9c");
  EXPECT_EQ(text(expect_problem(call("POST", "/accounts", body, again), 409, "conflict"), "account"), id);
  for (const char* other :
       {R"({"email": "x@lab.example", "username": "ada"})", R"({"email": "ada@lab.example"})"})
    EXPECT_EQ(text(expect_problem(call("POST", "/accounts", other), 409, "conflict"), "account"), id)
        << other;
}

TEST_F(People, row_AR10_an_address_alone_prepares_and_an_administrator_can_be_made) {
  const json::Object made =
      read(call("POST", "/accounts", R"({"email": "Eve@Lab.Example", "admin": true})"), 201);
  EXPECT_EQ(text(made, "email"), "Eve@lab.example");
  EXPECT_TRUE(*made.find("is_admin")->as_bool());
}

TEST_F(People, attack_111_nothing_that_is_not_offered_can_be_set_when_preparing) {
  for (const char* member :
       {R"("state": "active")", R"("id": "abcdefghijklmno")", R"("email_verified": true)",
        R"("is_admin": true)", R"("number": 1)", R"("groups": ["Rubin"])"}) {
    const json::Object refused = expect_problem(
        call("POST", "/accounts", cat(R"({"email": "a@lab.example", )", std::string_view(member), "}")), 400,
        "invalid");
    EXPECT_NE(
        text(refused, "detail").find(std::string(member).substr(0, std::string(member).find('"', 1) + 1)),
        std::string::npos);
  }
  for (const char* wrong :
       {R"({})", R"({"issuer": "https://x.example"})", R"({"email": 7})", R"({"email": null})",
        R"({"email": "a@b@c"})", R"({"email": "a@lab.example", "admin": "yes"})",
        R"({"email": "a@lab.example", "email": "b@lab.example"})", R"([])", R"({"email")", "x"})
    expect_problem(call("POST", "/accounts", wrong), 400, "invalid");
  const std::string deep = std::string(R"({"name": )") + std::string(20, '[') + std::string(20, ']') + "}";
  EXPECT_GE(call("POST", "/accounts", deep).status(), 400);
  expect_problem(call("POST", "/accounts", cat(R"({"name": ")", std::string(70'000, 'a'), "\"}")), 413,
                 "too_large");
  EXPECT_EQ(items(get("/accounts")).size(), 1u);
}

TEST_F(People, a_change_needs_the_version_that_was_seen) {
  const accounts::Account ada = house.somebody("Ada");
  expect_problem(change(ada.id, R"({"name": "Ada L."})", ""), 428, "precondition_required");
  expect_problem(change(ada.id, R"({"name": "Ada L."})", "7"), 400, "invalid");
  expect_problem(change(ada.id, R"({"name": "Ada L."})", "\"999\""), 412, "precondition_failed");
  expect_problem(change(ada.id, R"({"name": "Ada L."})", cat("W/\"", ada.version, "\"")), 412,
                 "precondition_failed");
  const std::string tag = cat("\"", ada.version, "\"");
  const net::Response changed =
      change(ada.id, R"({"name": "Ada L.", "institution": "Lab", "experiment": "LSST"})", tag);
  const json::Object account = read(changed);
  expect_shape(account, "Account");
  EXPECT_EQ(text(account, "name"), "Ada L.");
  EXPECT_EQ(text(account, "experiment"), "LSST");
  EXPECT_NE(changed.find_header("ETag"), tag);
  expect_problem(change(ada.id, R"({"is_admin": true})", tag), 412, "precondition_failed");
  EXPECT_FALSE(stored(ada.id).is_admin);
  const auto now = changed.find_header("ETag").value_or("");
  EXPECT_TRUE(*read(change(ada.id, R"({"is_admin": true})", now)).find("is_admin")->as_bool());
  EXPECT_EQ(change(ada.id, R"({"name": "A"})", "\"1\", *").status(), 400);
  EXPECT_EQ(change(ada.id, R"({"name": "A"})", "*").status(), 200);
}

TEST_F(People, attack_111_a_change_refuses_every_member_that_can_not_be_set_and_changes_nothing) {
  const accounts::Account ada = house.somebody("Ada", State::pending);
  for (const std::string& name : contract().required.at("Account")) {
    if (name == "name" || name == "institution" || name == "experiment" || name == "is_admin") continue;
    const std::string body = cat(R"({"name": "Changed", ")", name, R"(": "x"})");
    const json::Object refused = expect_problem(change(ada.id, body, "*"), 400, "invalid");
    EXPECT_NE(text(refused, "detail").find(cat("\"", name, "\"")), std::string::npos) << name;
  }
  for (const char* body :
       {R"({"identities": []})", R"({"groups": ["a"]})", R"({"verified": true})", R"({"name": null})",
        R"({"name": ["a"]})", R"({"is_admin": 1})", R"({})", R"({"name": "B", "is_admin": true})"})
    expect_problem(change(ada.id, body, "*"), 400, "invalid");
  const accounts::Account now = stored(ada.id);
  EXPECT_EQ(now.version, ada.version);
  EXPECT_EQ(now.state, State::pending);
}

TEST_F(People, attack_117_the_last_administrator_stays_one) {
  expect_problem(change(root.id, R"({"is_admin": false})", "*"), 409, "conflict");
  for (const char* act : {"suspend", "close", "reset"})
    expect_problem(call("POST", cat("/accounts/", root.id.str(), "/", act), R"({"reason": "x"})"), 409,
                   "conflict");
  const accounts::Account second = house.somebody("Second", State::active, true);
  EXPECT_EQ(change(root.id, R"({"is_admin": false})", "*").status(), 200);
  expect_problem(call("GET", "/accounts"), 403, "forbidden");
  EXPECT_TRUE(stored(second.id).is_admin);
}

TEST_F(People, sessions_are_listed_and_ended) {
  const accounts::Account ada = house.somebody("Ada");
  const auto browser = house.sign_in(ada);
  house.sign_in(ada);
  const json::Object list = get(cat("/accounts/", ada.id.str(), "/sessions"));
  expect_shape(list, "SessionList");
  ASSERT_EQ(items(list).size(), 2u);
  expect_shape(items(list)[0], "Session");
  EXPECT_EQ(read(call("DELETE", cat("/accounts/", ada.id.str(), "/sessions"))).find("ended")->as_integer() !=
                nullptr,
            true);
  EXPECT_TRUE(items(get(cat("/accounts/", ada.id.str(), "/sessions"))).empty());
  EXPECT_FALSE(house.floors().sessions.get(browser.session.id).ok());
}

TEST_F(People, me_tells_account_means_scopes_and_end) {
  const json::Object me = get("/me");
  expect_shape(me, "Me");
  expect_shape(part(me, "account"), "Account");
  expect_shape(part(me, "standing"), "Standing");
  EXPECT_EQ(text(part(me, "account"), "id"), root.id.str());
  EXPECT_EQ(text(me, "means"), "api_token");
  EXPECT_EQ(text(me, "expires_at"), "2026-01-02T00:00:00Z");
  EXPECT_EQ(text(part(me, "standing"), "step"), "go_on");
  EXPECT_TRUE(*me.find("may_administrate")->as_bool());
  const accounts::Account waiting = house.somebody("Grace", State::pending);
  const Sent grace{.token = house.api_token(waiting, {"account"})};
  EXPECT_EQ(text(part(read(call("GET", "/me", "", grace)), "standing"), "step"), "wait_for_decision");
  expect_problem(call("GET", "/me", "", {.token = house.api_token(root, {"servicex"})}), 403, "forbidden");
}

}  // namespace
}  // namespace lanyard::doors::api
