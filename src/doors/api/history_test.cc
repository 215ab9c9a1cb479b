#include "doors/api/program_for_test.h"

namespace lanyard::doors::api {
namespace {

using accounts::State;

class History : public Program {
 protected:
  std::vector<std::int64_t> numbers(const json::Object& page) {
    std::vector<std::int64_t> found;
    for (const json::Object& entry : items(page)) found.push_back(*entry.find("seq")->as_integer());
    return found;
  }
};

TEST_F(History, is_read_newest_first_and_from_the_start_in_pages) {
  house.somebody("Ada");
  const json::Object newest = get("/journal?limit=2");
  expect_shape(newest, "JournalPage");
  expect_shape(items(newest).at(0), "JournalEntry");
  const auto first = numbers(newest);
  ASSERT_EQ(first.size(), 2u);
  EXPECT_EQ(first[0], first[1] + 1);
  EXPECT_EQ(*newest.find("next")->as_integer(), first[1]);
  EXPECT_EQ(numbers(get(cat("/journal?limit=1&before=", first[1]))).at(0), first[1] - 1);
  EXPECT_EQ(numbers(get("/journal?after=0&limit=2")), (std::vector<std::int64_t>{1, 2}));
  EXPECT_EQ(numbers(get("/journal?after=2&limit=1")), (std::vector<std::int64_t>{3}));
  const json::Object none = get("/journal?after=99999");
  EXPECT_TRUE(items(none).empty());
  EXPECT_TRUE(none.find("next")->is_null());
}

TEST_F(History, is_filtered_by_every_field) {
  const accounts::Account ada = house.somebody("Ada", State::pending);
  EXPECT_EQ(call("POST", cat("/accounts/", ada.id.str(), "/approve"), "{}").status(), 200);
  const auto only = [&](const std::string& filter) {
    const auto found = items(get(cat("/journal?", filter, "&event=account.approved")));
    return found.size() == 1 && text(part(found[0], "subject"), "id") == ada.id.str();
  };
  EXPECT_TRUE(only(cat("subject=account:", ada.id.str())));
  EXPECT_TRUE(only(cat("actor=", root.id.str())));
  EXPECT_TRUE(only("request=0000000000000000"));
  EXPECT_TRUE(items(get("/journal?event=nothing")).empty());
  EXPECT_TRUE(items(get("/journal?event=%27%20OR%201=1")).empty());
}

TEST_F(History, questions_that_mean_nothing_are_refused) {
  for (const char* query : {"after=1&before=2", "after=x", "before=-1", "limit=1001", "subject=account",
                            "subject=:a", "subject=account:", "after=99999999999999999999"})
    expect_problem(call("GET", cat("/journal?", query)), 400, "invalid");
}

TEST_F(History, lines_are_the_entries_without_a_page) {
  house.somebody("Ada");
  const Sent lines{.token = "its own", .type = "", .headers = {{"Accept", "application/x-ndjson"}}};
  const net::Response response = call("GET", "/journal?after=0&limit=3", "", lines);
  EXPECT_EQ(response.find_header("Content-Type"), "application/x-ndjson");
  const auto rows = split(response.body(), '\n');
  ASSERT_EQ(rows.size(), 4u);
  EXPECT_EQ(rows[3], "");
  for (std::size_t i = 0; i < 3; ++i) {
    const auto entry = json::parse_object(rows[i]);
    ASSERT_TRUE(entry.ok());
    expect_shape(*entry, "JournalEntry");
  }
}

TEST_F(History, of_one_account_is_about_it_alone) {
  const accounts::Account ada = house.somebody("Ada");
  house.somebody("Grace");
  const json::Object page = get(cat("/accounts/", ada.id.str(), "/journal"));
  EXPECT_FALSE(items(page).empty());
  for (const json::Object& entry : items(page)) EXPECT_EQ(text(part(entry, "subject"), "id"), ada.id.str());
  EXPECT_EQ(numbers(get(cat("/accounts/", ada.id.str(), "/journal?after=0&limit=1"))).size(), 1u);
}

class Explaining : public Program {};

TEST_F(Explaining, tells_what_stands_between_somebody_and_services) {
  const accounts::Account ada = house.somebody("Ada", State::pending);
  EXPECT_EQ(call("POST", cat("/accounts/", ada.id.str(), "/reject"), R"({"reason": "unknown"})").status(),
            200);
  for (const std::string& words :
       {ada.id.str(), std::string("ada"), std::string("ada@uni.example"), cat(ada.number)}) {
    const json::Object explained = get(cat("/explain/", words));
    expect_shape(explained, "Explanation");
    expect_shape(part(explained, "account"), "Account");
    EXPECT_EQ(text(part(explained, "standing"), "step"), "was_rejected") << words;
    const json::Object identity = items(explained, "identities").at(0);
    expect_shape(identity, "IdentityVerdict");
    EXPECT_TRUE(*identity.find("admitted")->as_bool());
    ASSERT_EQ(items(explained, "refusals").size(), 1u);
    EXPECT_EQ(text(items(explained, "refusals")[0], "event"), "account.rejected");
  }
}

TEST_F(Explaining, row_GL5_a_person_who_was_blocked_meanwhile_is_told_by_which_rule) {
  const accounts::Account ada = house.somebody("Ada");
  app::Config config = test::small_site();
  config.providers[0].admission.blocked_users = {"ada"};
  ASSERT_TRUE(house.house().take_new_rules(config).ok());
  const json::Object explained = get(cat("/explain/", ada.id.str()));
  EXPECT_EQ(text(part(explained, "standing"), "step"), "not_admitted");
  const json::Object identity = items(explained, "identities").at(0);
  EXPECT_FALSE(*identity.find("admitted")->as_bool());
  EXPECT_FALSE(text(identity, "because").empty());
  expect_shape(items(identity, "steps").back(), "AdmissionStep");
  EXPECT_EQ(text(items(identity, "steps").back(), "rule"), "blocked");
}

TEST_F(Explaining, finds_a_refusal_by_the_number_of_its_request) {
  const accounts::Account ada = house.somebody("Ada");
  const net::Response refused = call("GET", "/accounts", "", {.token = house.api_token(ada, {"admin"})});
  const std::string request = text(expect_problem(refused, 403, "forbidden"), "request_id");
  const json::Object explained = get(cat("/explain/", request));
  ASSERT_EQ(items(explained, "traces").size(), 1u);
  expect_shape(items(explained, "traces")[0], "Trace");
  EXPECT_EQ(text(part(explained, "account"), "id"), ada.id.str());
}

TEST_F(Explaining, knows_nothing_of_strangers) {
  for (const char* words : {"stranger", "000000000000000", "nobody@uni.example"})
    expect_problem(call("GET", cat("/explain/", std::string_view(words))), 404, "not_found");
}

TEST_F(Explaining, an_account_made_beforehand_has_no_verdict_yet) {
  const std::string id = text(read(call("POST", "/accounts", R"({"subject": "eve"})"), 201), "id");
  const json::Object explained = get(cat("/explain/", id));
  EXPECT_TRUE(items(explained, "identities").at(0).find("admitted")->is_null());
}

}  // namespace
}  // namespace lanyard::doors::api
