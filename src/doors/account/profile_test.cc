#include "base/text.h"
#include "doors/account/front_for_test.h"

namespace lanyard::doors::account {
namespace {

using accounts::State;

class Profile : public Front {};

TEST_F(Profile, row_SX8_name_institution_and_experiment_are_the_persons_own) {
  const accounts::Account account = house.somebody("Ada");
  const Browser ada = house.sign_in(account);
  expect_sent_to(post(ada, "/account/profile",
                      {{"name", "Ada Lovelace"},
                       {"institution", "Analytical Society"},
                       {"experiment", "Engine"},
                       {"version", cat(read(account.id).version)}}),
                 "/account/profile?done=saved");
  const accounts::Account now = read(account.id);
  EXPECT_EQ(now.name, "Ada Lovelace");
  EXPECT_EQ(now.institution, "Analytical Society");
  EXPECT_EQ(now.experiment, "Engine");
  const net::Response page = get(ada, "/account/profile?done=saved");
  EXPECT_TRUE(shows(page, "Your profile was saved."));
  EXPECT_TRUE(shows(page, "ada@uni.example"));
  EXPECT_FALSE(shows(page, "name=\"email\""));
}

TEST_F(Profile, somebody_who_waits_may_correct_it) {
  const accounts::Account account = house.somebody("Grace", State::pending);
  const Browser grace = house.sign_in(account);
  EXPECT_EQ(get(grace, "/account/profile").status(), 200);
  expect_sent_to(
      post(grace, "/account/profile", {{"name", "Grace Hopper"}, {"version", cat(read(account.id).version)}}),
      "/account/profile?done=saved");
  EXPECT_EQ(read(account.id).name, "Grace Hopper");
}

TEST_F(Profile, somebody_who_is_shut_out_may_not) {
  const accounts::Account account = house.somebody("Mallory", State::suspended);
  const Browser mallory = house.sign_in(account);
  expect_sent_to(get(mallory, "/account/profile"), "/pending");
  expect_sent_to(post(mallory, "/account/profile", {{"name", "M"}, {"version", cat(account.version)}}),
                 "/pending");
  EXPECT_EQ(read(account.id).name, "Mallory");
}

TEST_F(Profile, attack_111_nothing_else_can_be_set) {
  for (const State state : {State::pending, State::active}) {
    const accounts::Account account = house.somebody(cat("User-", to_string(state)), state);
    const Browser who = house.sign_in(account);
    for (const char* field : {"email", "email_verified", "state", "is_admin", "id", "username", "groups",
                              "uid", "state_reason", "expires_at", "account", "note"}) {
      const accounts::Account before = read(account.id);
      const net::Response response = post(
          who, "/account/profile", {{"name", "Changed"}, {"version", cat(before.version)}, {field, "1"}});
      EXPECT_EQ(response.status(), 400) << field;
      EXPECT_EQ(read(account.id).version, before.version) << field;
    }
    EXPECT_FALSE(read(account.id).is_admin);
    EXPECT_EQ(read(account.id).state, state);
  }
}

TEST_F(Profile, a_change_in_another_window_is_shown_with_both) {
  const accounts::Account account = house.somebody("Ada");
  const Browser ada = house.sign_in(account);
  const std::string seen = cat(read(account.id).version);
  const Form first{{"name", "Ada"}, {"institution", "London"}, {"experiment", ""}, {"version", seen}};
  expect_sent_to(post(ada, "/account/profile", first), "/account/profile?done=saved");
  const Form second{{"name", "Ada"}, {"institution", "Paris"}, {"experiment", ""}, {"version", seen}};
  const net::Response page = post(ada, "/account/profile", second);
  EXPECT_EQ(page.status(), 409);
  EXPECT_TRUE(shows(page, "London"));
  EXPECT_TRUE(shows(page, "Paris"));
  EXPECT_TRUE(shows(page, cat("name=\"version\" value=\"", read(account.id).version, "\"")));
  EXPECT_EQ(read(account.id).institution, "London");
}

TEST_F(Profile, a_name_is_needed_and_a_version_too) {
  const accounts::Account account = house.somebody("Ada");
  const Browser ada = house.sign_in(account);
  const net::Response page = post(ada, "/account/profile", {{"name", "  "}, {"version", "1"}});
  EXPECT_EQ(page.status(), 400);
  EXPECT_TRUE(shows(page, "A name is needed."));
  EXPECT_EQ(post(ada, "/account/profile", {{"name", "Ada"}}).status(), 400);
}

}  // namespace
}  // namespace lanyard::doors::account
