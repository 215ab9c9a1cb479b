#include "doors/api/program_for_test.h"

namespace lanyard::doors::api {
namespace {

using accounts::State;

class Decisions : public Program {
 protected:
  net::Response decide(const accounts::Account& account, std::string_view how, std::string body,
                       const Sent& sent = {}) {
    return call("POST", cat("/accounts/", account.id.str(), "/", how), std::move(body), sent);
  }
};

TEST_F(Decisions, the_queue_has_everybody_who_waits_oldest_first_in_pages) {
  const accounts::Account first = house.somebody("Ada", State::pending);
  house.clock().advance(std::chrono::minutes(1));
  const accounts::Account second = house.somebody("Grace", State::pending);
  house.somebody("Linus");
  const json::Object page = get("/requests?limit=1");
  expect_shape(page, "PendingPage");
  ASSERT_EQ(items(page).size(), 1u);
  const json::Object one = items(page)[0];
  expect_shape(one, "Pending");
  expect_shape(part(one, "request"), "JoinRequest");
  expect_shape(items(one, "identities").at(0), "Identity");
  EXPECT_EQ(text(part(one, "account"), "id"), first.id.str());
  const json::Object rest = get(cat("/requests?limit=1&cursor=", text(page, "next_cursor")));
  EXPECT_EQ(text(part(items(rest).at(0), "account"), "id"), second.id.str());
}

TEST_F(Decisions, a_page_goes_on_although_its_last_request_was_decided) {
  const accounts::Account first = house.somebody("Ada", State::pending);
  house.somebody("Grace", State::pending);
  const std::string cursor = text(get("/requests?limit=1"), "next_cursor");
  EXPECT_EQ(decide(first, "approve", "{}").status(), 200);
  EXPECT_EQ(items(get(cat("/requests?limit=1&cursor=", cursor))).size(), 1u);
}

TEST_F(Decisions, approving_lets_in_and_adds_to_a_group_by_path_or_id) {
  const std::string group = make_group("Rubin");
  const std::string path = R"({"reason": "known", "group": "Rubin"})";
  for (const std::string& body : {path, cat(R"({"group": ")", group, "\"}")}) {
    const accounts::Account account = house.somebody(cat("Ada", body.size()), State::pending);
    const net::Response response = decide(account, "approve", body);
    const json::Object approved = read(response);
    expect_shape(approved, "Account");
    EXPECT_TRUE(response.find_header("ETag").has_value());
    EXPECT_EQ(text(approved, "state"), "approved");
    EXPECT_EQ(house.floors().groups.paths_of(account.id).value(), std::vector<std::string>{"Rubin"});
  }
}

TEST_F(Decisions, attack_112_a_group_of_nobody_decides_nothing) {
  const accounts::Account ada = house.somebody("Ada", State::pending);
  for (const char* group : {"000000000000000", "Nowhere"})
    expect_problem(decide(ada, "approve", cat(R"({"group": ")", std::string_view(group), "\"}")), 404,
                   "not_found");
  EXPECT_EQ(stored(ada.id).state, State::pending);
}

TEST_F(Decisions, a_second_decision_is_told_who_was_first_and_when) {
  const accounts::Account ada = house.somebody("Ada", State::pending);
  EXPECT_EQ(decide(ada, "reject", R"({"reason": "unknown here"})").status(), 200);
  EXPECT_EQ(stored(ada.id).state_reason, "unknown here");
  const json::Object late = expect_problem(decide(ada, "reject", R"({"reason": "again"})"), 409, "conflict");
  EXPECT_EQ(text(late, "decision"), "rejected");
  EXPECT_EQ(text(late, "decided_by"), "Root");
  EXPECT_EQ(text(late, "decided_at"), "2026-01-01T00:00:00Z");
  EXPECT_EQ(text(late, "door"), "api");
  // Letting a rejected person in is a decision of its own.
  EXPECT_EQ(decide(ada, "approve", "{}").status(), 200);
}

TEST_F(Decisions, a_request_that_moved_since_it_was_seen_is_not_decided) {
  const accounts::Account ada = house.somebody("Ada", State::pending);
  expect_problem(decide(ada, "approve", R"({"seen_version": 99})"), 409, "conflict");
  expect_problem(decide(ada, "approve", R"({"seen_version": "1"})"), 400, "invalid");
  EXPECT_EQ(stored(ada.id).state, State::pending);
  const json::Object request = part(items(get("/requests")).at(0), "request");
  const std::int64_t version = *request.find("version")->as_integer();
  EXPECT_EQ(decide(ada, "approve", cat(R"({"seen_version": )", version, "}")).status(), 200);
}

TEST_F(Decisions, the_command_line_is_named_as_the_door_and_nothing_else_can_be) {
  for (const auto& [header, door] : {std::pair("command line", "command line"), std::pair("page", "api")}) {
    const accounts::Account account =
        house.somebody(cat("Ada", std::string_view(door).size()), State::pending);
    Sent sent;
    sent.headers.emplace_back("X-Lanyard-Door", header);
    EXPECT_EQ(decide(account, "approve", "{}", sent).status(), 200);
    EXPECT_EQ(text(part(get(cat("/accounts/", account.id.str())), "request"), "door"), door);
  }
}

TEST_F(Decisions, rejecting_and_changing_a_state_need_a_reason_and_nothing_more) {
  const accounts::Account ada = house.somebody("Ada", State::pending);
  for (const char* how : {"reject", "suspend", "restore", "close", "activate", "reset"})
    for (const char* body :
         {"{}", R"({"reason": " "})", R"({"reason": 7})", R"({"reason": "x", "state": "active"})"})
      expect_problem(decide(ada, how, body), 400, "invalid");
  expect_problem(decide(ada, "approve", R"({"state": "active"})"), 400, "invalid");
  EXPECT_EQ(stored(ada.id).version, ada.version);
}

TEST_F(Decisions, states_change_as_the_lifecycle_says_and_not_otherwise) {
  const accounts::Account ada = house.somebody("Ada", State::pending);
  const std::string why = R"({"reason": "because"})";
  const auto state_after = [&](std::string_view how) { return text(read(decide(ada, how, why)), "state"); };
  EXPECT_EQ(state_after("activate"), "active");
  EXPECT_EQ(state_after("suspend"), "suspended");
  EXPECT_EQ(stored(ada.id).state_reason, "because");
  expect_problem(decide(ada, "suspend", why), 409, "conflict");
  EXPECT_EQ(state_after("restore"), "approved");
  EXPECT_EQ(state_after("reset"), "pending");
  EXPECT_EQ(state_after("close"), "closed");
  for (const char* how : {"restore", "activate", "reset", "close", "suspend", "approve"})
    expect_problem(decide(ada, how, how == std::string_view("approve") ? "{}" : why), 409, "conflict");
}

TEST_F(Decisions, a_suspension_is_felt_by_the_next_call) {
  const accounts::Account second = house.somebody("Second", State::active, true);
  const Sent sent{.token = house.api_token(second, {"admin"})};
  EXPECT_EQ(call("GET", "/accounts", "", sent).status(), 200);
  EXPECT_EQ(decide(second, "suspend", R"({"reason": "lost laptop"})").status(), 200);
  expect_problem(call("GET", "/accounts", "", sent), 403, "forbidden");
}

}  // namespace
}  // namespace lanyard::doors::api
