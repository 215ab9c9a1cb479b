#include "base/text.h"
#include "doors/account/front_for_test.h"

namespace lanyard::doors::account {
namespace {

using accounts::State;

class PendingPage : public Front {};

TEST_F(PendingPage, row_SX6_somebody_unknown_sees_that_a_decision_is_awaited) {
  const accounts::Account account = house.somebody("Grace", State::pending);
  const Browser grace = house.sign_in(account);
  expect_sent_to(get(grace, "/"), "/pending");
  const net::Response page = get(grace, "/pending");
  EXPECT_EQ(page.status(), 200);
  EXPECT_TRUE(shows(page, "Your request waits for a decision"));
  EXPECT_TRUE(shows(page, open_request(account.id).id.str()));
  EXPECT_TRUE(shows(page, "Example University"));
  EXPECT_TRUE(shows(page, "grace@uni.example"));
  EXPECT_TRUE(shows(page, "aria-current=\"step\""));
}

TEST_F(PendingPage, row_SX6_an_approval_is_seen_by_loading_the_page_again) {
  const accounts::Account account = house.somebody("Grace", State::pending);
  const Browser grace = house.sign_in(account);
  EXPECT_EQ(get(grace, "/pending?client=wiki&to=/page?a=b").status(), 200);
  ASSERT_TRUE(house.floors()
                  .approvals
                  .decide(account.id, {accounts::Decision::Answer::approve, "", "test", {}},
                          access::system_actor("test"))
                  .ok());
  expect_sent_to(get(grace, "/pending?client=wiki&to=/page"), "/gate/start/wiki?to=%2Fpage");
  expect_sent_to(get(grace, "/pending"), "/account");
  EXPECT_EQ(read(account.id).state, State::active);
}

TEST_F(PendingPage, attack_140_leads_on_to_configured_applications_only) {
  const Browser ada = browser_of("Ada");
  for (const char* query :
       {"client=evil&to=/page", "client=wiki&to=//evil.example", "client=wiki&to=https://evil.example",
        "client=wiki&to=/%5Cevil.example", "to=https://evil.example", "client=wiki&to=/a&to=/b%09"}) {
    const std::string where = location(get(ada, cat("/pending?", query)));
    EXPECT_TRUE(where == "/account" || where == "/gate/start/wiki?to=%2F") << query << " " << where;
  }
}

TEST_F(PendingPage, the_note_is_kept_and_shown_and_the_way_on_survives_it) {
  const accounts::Account account = house.somebody("Grace", State::pending);
  const Browser grace = house.sign_in(account);
  const net::Response saved =
      post(grace, "/pending", {{"note", "I work with Ada"}, {"client", "wiki"}, {"to", "/page"}});
  expect_sent_to(saved, "/pending?client=wiki&to=%2Fpage&done=note");
  const net::Response page = get(grace, location(saved));
  EXPECT_TRUE(shows(page, "I work with Ada"));
  EXPECT_TRUE(shows(page, "name=\"client\" value=\"wiki\""));
  EXPECT_EQ(open_request(account.id).note, "I work with Ada");
}

TEST_F(PendingPage, an_ending_says_why_and_what_can_be_done) {
  const accounts::Account account = house.somebody("Grace");
  const Browser grace = house.sign_in(account);
  const access::Actor system = access::system_actor("test");
  ASSERT_TRUE(
      house.floors().approvals.apply(account.id, accounts::Event::suspend, "Contract ended", system).ok());
  net::Response page = get(grace, "/pending");
  EXPECT_TRUE(shows(page, "This account is suspended"));
  EXPECT_TRUE(shows(page, "Contract ended"));
  ASSERT_TRUE(house.floors().approvals.apply(account.id, accounts::Event::close, "Left", system).ok());
  page = get(grace, "/pending");
  EXPECT_TRUE(shows(page, "This account is closed"));
  EXPECT_TRUE(shows(page, "Left"));

  const accounts::Account rejected = house.somebody("Alan", State::rejected);
  page = get(house.sign_in(rejected), "/pending");
  EXPECT_TRUE(shows(page, "Your request was not accepted"));
  EXPECT_TRUE(shows(page, "<p>no</p>"));
  EXPECT_FALSE(shows(page, "name=\"note\""));
}

TEST_F(PendingPage, a_login_that_is_not_admitted_any_more_is_told_so) {
  const Browser ada = browser_of("Ada");
  app::Config config = test::small_site();
  config.providers.front().admission.blocked_users = {"ada"};
  ASSERT_TRUE(house.house().take_new_rules(config).ok());
  expect_sent_to(get(ada, "/account"), "/pending");
  const net::Response page = get(ada, "/pending");
  EXPECT_TRUE(shows(page, "This login may not be used here any more"));
}

}  // namespace
}  // namespace lanyard::doors::account
