#include "base/json.h"
#include "base/text.h"
#include "doors/account/front_for_test.h"

namespace lanyard::doors::account {
namespace {

using accounts::State;

class Home : public Front {};

TEST_F(Home, counts_what_there_is) {
  const accounts::Account account = house.somebody("Ada");
  const Browser ada = house.sign_in(account);
  house.sign_in(account);
  house.api_token(account, {"account"});
  const net::Response page = get(ada, "/account");
  EXPECT_EQ(page.status(), 200);
  for (const char* words : {"1 login", "2 browsers", "1 token", "no groups", "active", "verified", "Ada"})
    EXPECT_TRUE(shows(page, words)) << words;
  EXPECT_FALSE(shows(page, "/admin/queue"));
  EXPECT_TRUE(shows(get(administrator("Root"), "/account"), "/admin/queue"));
}

TEST_F(Home, row_AR3_an_approved_account_becomes_active_by_its_own_visit) {
  const accounts::Account account = house.somebody("Ada", State::approved);
  EXPECT_EQ(get(house.sign_in(account), "/account").status(), 200);
  EXPECT_EQ(read(account.id).state, State::active);
}

TEST_F(Home, an_ended_account_falls_at_the_next_click) {
  const accounts::Account account = house.somebody("Ada");
  const Browser ada = house.sign_in(account);
  EXPECT_EQ(get(ada, "/account").status(), 200);
  ASSERT_TRUE(house.floors()
                  .approvals.apply(account.id, accounts::Event::suspend, "", access::system_actor("test"))
                  .ok());
  expect_sent_to(get(ada, "/account"), "/pending");
}

TEST_F(Home, data_holds_what_is_stored_and_no_proof) {
  const accounts::Account account = house.somebody("Ada");
  const Browser ada = house.sign_in(account);
  const std::string token = house.api_token(account, {"account"});
  const net::Response response = get(ada, "/account/data");
  ASSERT_EQ(response.status(), 200);
  EXPECT_TRUE(response.find_header("Content-Type").value_or("").starts_with("application/json"));
  EXPECT_TRUE(response.find_header("Content-Disposition").value_or("").starts_with("attachment"));
  const auto data = json::parse_object(response.body());
  ASSERT_TRUE(data.ok());
  for (const char* part : {"account", "identities", "addresses", "sessions", "tokens", "grants", "consents",
                           "groups", "request"})
    EXPECT_NE(data->find(part), nullptr) << part;
  EXPECT_FALSE(shows(response, token));
  EXPECT_FALSE(shows(response, "hash"));
  EXPECT_FALSE(shows(response, ada.cookies.substr(ada.cookies.find('=') + 1)));
}

class Logins : public Front {};

TEST_F(Logins, are_listed_with_the_label_of_their_provider) {
  const net::Response page = get(browser_of("Ada"), "/account/identities");
  EXPECT_TRUE(shows(page, "Example University"));
  EXPECT_TRUE(shows(page, "sub-Ada"));
  EXPECT_TRUE(shows(page, "action=\"/login/uni\""));
  EXPECT_TRUE(shows(page, "name=\"link\" value=\"1\""));
}

TEST_F(Logins, can_be_unlinked_but_for_the_last) {
  const accounts::Account account = house.somebody("Ada");
  const Browser ada = house.sign_in(account);
  const Form first{{"issuer", "https://login.uni.example"}, {"subject", "sub-Ada"}};
  EXPECT_EQ(post(ada, "/account/identities/unlink", first).status(), 409);
  accounts::Arrival arrival;
  arrival.issuer = "https://other.example";
  arrival.subject = "ada2";
  arrival.source = "providers[uni]";
  ASSERT_TRUE(house.floors().directory.link_identity(account.id, arrival, access::system_actor("test")).ok());
  EXPECT_TRUE(shows(get(ada, "/account/identities"), "action=\"/account/identities/unlink\""));
  const Form second{{"issuer", "https://other.example"}, {"subject", "ada2"}};
  EXPECT_EQ(post(browser_of("Mallory"), "/account/identities/unlink", second).status(), 404);
  expect_sent_to(post(ada, "/account/identities/unlink", second), "/account/identities?done=unlinked");
  const auto left = house.floors().directory.list_identities(account.id);
  ASSERT_TRUE(left.ok());
  EXPECT_EQ(left->size(), 1U);
}

TEST_F(Logins, one_session_is_ended_and_this_one_is_marked) {
  const accounts::Account account = house.somebody("Ada");
  const Browser here = house.sign_in(account), there = house.sign_in(account);
  EXPECT_TRUE(shows(get(here, "/account/sessions"), "this browser"));
  expect_sent_to(post(here, cat("/account/sessions/", there.handle, "/end")), "/account/sessions?done=ended");
  EXPECT_TRUE(location(get(there, "/account")).starts_with("/login"));
  EXPECT_EQ(get(here, "/account").status(), 200);
}

TEST_F(Logins, ending_this_one_takes_its_cookie_along) {
  const accounts::Account account = house.somebody("Ada");
  const Browser here = house.sign_in(account);
  const net::Response response = post(here, cat("/account/sessions/", here.handle, "/end"));
  expect_sent_to(response, "/login");
  EXPECT_EQ(test::cookie_of(response, "lanyard"), "lanyard=");
  EXPECT_TRUE(location(get(here, "/account")).starts_with("/login"));
}

TEST_F(Logins, all_others_are_ended_at_once) {
  const accounts::Account account = house.somebody("Ada");
  const Browser here = house.sign_in(account), there = house.sign_in(account), far = house.sign_in(account);
  expect_sent_to(post(here, "/account/sessions/end-others"), "/account/sessions?done=others");
  EXPECT_EQ(get(here, "/account").status(), 200);
  for (const Browser& other : {there, far}) EXPECT_EQ(get(other, "/account").status(), 303);
}

TEST_F(Logins, attack_112_sessions_of_others_are_not_there) {
  const Browser ada = browser_of("Ada"), mallory = browser_of("Mallory");
  EXPECT_EQ(post(mallory, cat("/account/sessions/", ada.handle, "/end")).status(), 404);
  EXPECT_EQ(post(mallory, "/account/sessions/nothing/end").status(), 404);
  EXPECT_EQ(get(ada, "/account").status(), 200);
}

// SX1
TEST(OpenService, row_SX1_everybody_is_the_anonymous_operator_and_sees_so) {
  app::Config config = test::small_site();
  config.auth.enabled = false;
  test::TestHouse house(config);
  const accounts::Account waiting = house.somebody("Grace", State::pending);
  EXPECT_EQ(house.get("/").find_header("Location").value_or(""), "/account");
  for (const char* page : {"/account", "/admin/queue", "/admin/accounts"}) {
    const net::Response response = house.get(page);
    EXPECT_EQ(response.status(), 200) << page;
    EXPECT_NE(response.body().find("anonymous operator"), std::string_view::npos) << page;
    EXPECT_NE(response.body().find("Authentication is off"), std::string_view::npos) << page;
    EXPECT_EQ(response.body().find("Sign out"), std::string_view::npos) << page;
  }
  for (const char* page : {"/pending", "/account/profile", "/account/tokens", "/account/data"})
    EXPECT_EQ(house.get(page).find_header("Location").value_or(""), "/account") << page;

  const auto request = house.floors().approvals.find_latest(waiting.id);
  ASSERT_TRUE(request.ok() && *request);
  const std::string path = cat("/admin/queue/", (*request)->id.str());
  const Form form{
      {"answer", "approve"}, {"account", waiting.id.str()}, {"version", cat((*request)->version)}};
  EXPECT_EQ(house.post(path, form).status(), 403);
  EXPECT_EQ(house.post(path, form, "", "open service").status(), 303);
  EXPECT_EQ(house.floors().directory.get_account(waiting.id)->state, State::approved);
}

}  // namespace
}  // namespace lanyard::doors::account
