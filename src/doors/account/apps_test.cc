#include "base/json.h"
#include "base/text.h"
#include "doors/account/front_for_test.h"

namespace lanyard::doors::account {
namespace {

class Apps : public Front {
 protected:
  tokens::TokenGrant give(const AccountId& account, const std::string& client, const std::string& address) {
    tokens::TokenGrant grant;
    grant.id = house.floors().grants.make_id();
    grant.client = ClientId(client);
    grant.account = account;
    grant.kind = "device_code";
    grant.scopes = {"openid", "email", "offline_access"};
    grant.address = address;
    grant.user_agent = "panda-client/1.7 (linux)";
    EXPECT_TRUE(house.floors()
                    .ledger
                    .change({},
                            [&](store::Connection& connection, journal::Notes& notes) -> Status {
                              return house.floors().grants.insert(connection, notes, grant, {});
                            })
                    .ok());
    return grant;
  }
  void allow(const AccountId& account, const std::string& client) {
    EXPECT_TRUE(
        house.floors()
            .consents
            .give({account, ClientId(client), {"openid", "groups"}, {}, {}}, access::system_actor("test"))
            .ok());
  }
  bool is_alive(const tokens::TokenGrant& grant) {
    return !house.floors().grants.get(grant.id)->ended_at.has_value();
  }
  std::size_t consents(const AccountId& account) { return house.floors().consents.list(account)->size(); }
};

TEST_F(Apps, are_listed_with_where_and_what_and_counted_at_home) {
  const accounts::Account account = house.somebody("Ada");
  const Browser ada = house.sign_in(account);
  EXPECT_TRUE(shows(get(ada, "/account"), "no applications act for you"));
  EXPECT_TRUE(shows(get(ada, "/account/apps"), "Nothing acts for you."));
  give(account.id, "tool", "192.0.2.1");
  house.clock().advance(std::chrono::minutes(5));
  give(account.id, "tool", "192.0.2.7");
  allow(account.id, "portal");
  EXPECT_TRUE(shows(get(ada, "/account"), "1 application acts for you"));
  const net::Response page = get(ada, "/account/apps");
  EXPECT_EQ(page.status(), 200);
  for (const char* words : {"tool", "192.0.2.7, panda-client/1.7", "2 times", "Your e-mail address",
                            "Stop tool", "Stop portal", "would not ask you again", "/device"})
    EXPECT_TRUE(shows(page, words)) << words;
  EXPECT_FALSE(shows(page, "192.0.2.1,"));
}

TEST_F(Apps, stop_at_a_click_without_a_fresh_login_and_are_asked_about_again) {
  const accounts::Account account = house.somebody("Ada");
  const Browser ada = house.sign_in(account);
  const auto tool = give(account.id, "tool", ""), again = give(account.id, "tool", ""),
             other = give(account.id, "other", "");
  allow(account.id, "tool");
  house.clock().advance(std::chrono::minutes(30));
  EXPECT_EQ(house.post("/account/apps/tool/stop", {}, ada.cookies).status(), 403) << "the guard's value";
  expect_sent_to(post(ada, "/account/apps/tool/stop"), "/account/apps?done=stopped");
  EXPECT_FALSE(is_alive(tool) || is_alive(again));
  EXPECT_TRUE(is_alive(other));
  EXPECT_EQ(consents(account.id), 0U);
  EXPECT_TRUE(shows(get(ada, "/account/apps?done=stopped"), "does not act for you any more"));
}

TEST_F(Apps, attack_112_those_of_others_are_out_of_reach) {
  const accounts::Account account = house.somebody("Ada");
  const auto tool = give(account.id, "tool", "");
  const Browser mallory = browser_of("Mallory");
  EXPECT_FALSE(shows(get(mallory, "/account/apps"), "Stop tool"));
  expect_sent_to(post(mallory, "/account/apps/tool/stop"), "/account/apps?done=stopped");
  EXPECT_EQ(post(mallory, cat("/admin/accounts/", account.id.str(), "/apps/tool/stop")).status(), 403);
  EXPECT_TRUE(is_alive(tool));
}

TEST_F(Apps, are_seen_and_stopped_by_administrators_too) {
  const accounts::Account account = house.somebody("Ada");
  const auto tool = give(account.id, "tool", "192.0.2.1");
  const Browser root = administrator("Root");
  const std::string path = cat("/admin/accounts/", account.id.str());
  EXPECT_TRUE(shows(get(root, path), "Stop tool"));
  expect_sent_to(post(root, path + "/apps/tool/stop"), path + "?done=stopped");
  EXPECT_FALSE(is_alive(tool));
  EXPECT_TRUE(shows(get(root, path + "?done=stopped"), "does not act for the person any more"));
  EXPECT_EQ(post(root, "/admin/accounts/nothing/apps/tool/stop").status(), 404);
}

TEST_F(Apps, stand_in_the_data_of_their_person_without_what_proves_them) {
  const accounts::Account account = house.somebody("Ada");
  const auto tool = give(account.id, "tool", "192.0.2.1");
  allow(account.id, "portal");
  const net::Response response = get(house.sign_in(account), "/account/data");
  const auto data = json::parse_object(response.body());
  ASSERT_TRUE(data.ok());
  ASSERT_EQ(data->find("grants")->as_array()->size(), 1U);
  ASSERT_EQ(data->find("consents")->as_array()->size(), 1U);
  EXPECT_TRUE(shows(response, tool.id.str()));
  EXPECT_FALSE(shows(response, "salt"));
  EXPECT_FALSE(shows(response, house.floors().grants.refresh_token(tool).reveal()));
}

}  // namespace
}  // namespace lanyard::doors::account
