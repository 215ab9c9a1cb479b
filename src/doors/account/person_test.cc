#include "base/text.h"
#include "doors/account/front_for_test.h"

namespace lanyard::doors::account {
namespace {

using accounts::State;

class PersonPages : public Front {
 protected:
  static std::string path(const accounts::Account& account, std::string_view act = "") {
    return cat("/admin/accounts/", account.id.str(), act.empty() ? "" : "/", act);
  }
};

TEST_F(PersonPages, show_the_account_and_its_history) {
  const Browser root = administrator("Root");
  const accounts::Account ada = house.somebody("Ada", State::suspended);
  house.sign_in(ada);
  const net::Response page = get(root, path(ada));
  EXPECT_EQ(page.status(), 200);
  for (const char* words :
       {"Ada", "suspended", "sub-Ada", "What happened", "asked for access", "approved", "test"})
    EXPECT_TRUE(shows(page, words)) << words;
}

TEST_F(PersonPages, suspend_restore_close_with_the_reason_shown) {
  const Browser root = administrator("Root");
  const accounts::Account ada = house.somebody("Ada");
  expect_sent_to(post(root, path(ada, "suspend"), {{"suspend-reason", "Contract ended"}}),
                 cat(path(ada), "?done=suspend"));
  EXPECT_EQ(read(ada.id).state, State::suspended);
  EXPECT_EQ(read(ada.id).state_reason, "Contract ended");
  EXPECT_TRUE(shows(get(root, cat(path(ada), "?done=suspend")), "The account was suspended."));
  EXPECT_EQ(post(root, path(ada, "suspend")).status(), 409);
  expect_sent_to(post(root, path(ada, "restore")), cat(path(ada), "?done=restore"));
  expect_sent_to(post(root, path(ada, "close")), cat(path(ada), "?done=close"));
  EXPECT_EQ(read(ada.id).state, State::closed);
  EXPECT_EQ(post(root, path(ada, "restore")).status(), 409);
}

TEST_F(PersonPages, only_acts_of_the_list_exist) {
  const Browser root = administrator("Root");
  const accounts::Account ada = house.somebody("Ada");
  EXPECT_EQ(post(root, path(ada, "delete")).status(), 404);
  EXPECT_EQ(post(root, path(ada, "suspend"), {{"state", "active"}}).status(), 400);
  EXPECT_EQ(post(root, "/admin/accounts/abcdefghij01234/suspend").status(), 404);
  EXPECT_EQ(get(root, "/admin/accounts/abcdefghij01234").status(), 404);
  EXPECT_EQ(get(root, "/admin/accounts/x").status(), 404);
  EXPECT_EQ(read(ada.id).state, State::active);
}

TEST_F(PersonPages, attack_117_the_last_administrator_stays) {
  const accounts::Account account = house.somebody("Root", State::active, true);
  const Browser root = house.sign_in(account);
  for (const char* act : {"suspend", "close", "remove-admin"}) {
    const net::Response page = post(root, path(account, act));
    EXPECT_EQ(page.status(), 409) << act;
    EXPECT_TRUE(shows(page, "last active administrator")) << act;
  }
  EXPECT_TRUE(read(account.id).is_admin);
  EXPECT_EQ(read(account.id).state, State::active);
  const accounts::Account second = house.somebody("Second");
  expect_sent_to(post(root, path(second, "make-admin")), cat(path(second), "?done=make-admin"));
  expect_sent_to(post(root, path(account, "remove-admin")), cat(path(account), "?done=remove-admin"));
  EXPECT_EQ(get(root, "/admin/queue").status(), 403);
}

TEST_F(PersonPages, an_old_login_changes_nothing_and_leads_to_the_login) {
  const Browser root = administrator("Root");
  const accounts::Account ada = house.somebody("Ada");
  house.clock().advance(std::chrono::minutes(16));
  EXPECT_TRUE(shows(get(root, path(ada)), "Sign in again"));
  for (const char* act : {"suspend", "close", "make-admin"})
    expect_sent_to(post(root, path(ada, act)), "/login?again=1&to=%2Fadmin%2Faccounts");
  EXPECT_EQ(read(ada.id).state, State::active);
  EXPECT_FALSE(read(ada.id).is_admin);
}

TEST_F(PersonPages, somebody_rejected_can_be_approved_after_all) {
  const Browser root = administrator("Root");
  const accounts::Account ada = house.somebody("Ada", State::rejected);
  const accounts::Request request = open_request(ada.id);
  EXPECT_TRUE(shows(get(root, path(ada)), cat("/admin/queue/", request.id.str())));
  const Form form{{"answer", "approve"}, {"account", ada.id.str()}, {"version", cat(request.version)}};
  expect_sent_to(post(root, cat("/admin/queue/", request.id.str()), form), "/admin/queue?done=approved");
  EXPECT_EQ(read(ada.id).state, State::approved);
}

class PeopleList : public Front {};

TEST_F(PeopleList, searches_and_filters_by_the_address) {
  const Browser root = administrator("Root");
  house.somebody("Ada");
  house.somebody("Grace", State::pending);
  net::Response page = get(root, "/admin/accounts?q=gra");
  EXPECT_TRUE(shows(page, "Grace"));
  EXPECT_FALSE(shows(page, ">Ada<"));
  page = get(root, "/admin/accounts?state=active");
  EXPECT_TRUE(shows(page, ">Ada<"));
  EXPECT_FALSE(shows(page, "Grace"));
  EXPECT_TRUE(shows(get(root, "/admin/accounts?q=nobody"), "Nobody fits."));
  EXPECT_EQ(get(root, "/admin/accounts?state=happy").status(), 400);
  EXPECT_EQ(get(root, "/admin/accounts?after=x").status(), 400);
}

TEST_F(PeopleList, goes_on_after_the_last_one_seen) {
  const Browser root = administrator("Root");
  for (int i = 100; i < 155; ++i) house.somebody(cat("Person", i));
  for (const char* start : {"/admin/accounts", "/admin/accounts?q=person&state=active"}) {
    const net::Response first = get(root, start);
    const std::string_view body = first.body();
    const std::size_t next = body.find("rel=\"next\" href=\"");
    ASSERT_NE(next, std::string_view::npos) << start;
    const std::size_t from = body.find('/', next);
    std::string target(body.substr(from, body.find('"', from) - from));
    for (std::size_t at = target.find("&amp;"); at != std::string::npos; at = target.find("&amp;"))
      target.replace(at, 5, "&");
    const net::Response second = get(root, target);
    EXPECT_TRUE(shows(second, "Person154")) << target;
    EXPECT_FALSE(shows(second, "Person110")) << target;
    EXPECT_EQ(second.body().find("rel=\"next\""), std::string_view::npos);
  }
}

}  // namespace
}  // namespace lanyard::doors::account
