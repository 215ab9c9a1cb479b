#include "doors/oauth/backchannel.h"

#include <gtest/gtest.h>

#include "base/text.h"
#include "base/url.h"
#include "platform/crypto/jws.h"
#include "test/support/databases.h"
#include "test/support/house.h"
#include "test/support/outside.h"

namespace lanyard::doors::oauth {
namespace {

constexpr std::string_view kAddress = "https://hub.example.org/out";

class BackchannelLogout : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(test::succeeded(house.floors().logouts.follow()));
    account = house.somebody("Ada").id;
  }
  void make_client(const std::string& id, const std::string& uri) {
    clients::Client client;
    client.id = ClientId(id);
    client.name = id;
    client.kind = "oauth";
    client.redirect_uris = {"https://hub.example.org/cb"};
    client.backchannel_logout_uri = uri;
    ASSERT_TRUE(test::succeeded(house.floors().registry.create(client, access::system_actor("test"))));
  }
  // A session of Ada's with a grant of that client ends.
  std::string sign_out_of(const std::string& client) {
    const auto browser = house.sign_in(*house.floors().directory.get_account(account));
    const std::string session = browser.session.id.str();
    tokens::TokenGrant grant;
    grant.id = house.floors().grants.make_id();
    grant.client = ClientId(client);
    grant.account = account;
    grant.kind = "authorization_code";
    grant.scopes = {"openid"};
    grant.session = session;
    EXPECT_TRUE(test::succeeded(
        house.floors().ledger.change({}, [&](store::Connection& connection, journal::Notes& notes) -> Status {
          return house.floors().grants.insert(connection, notes, grant, {});
        })));
    EXPECT_EQ(house.post("/logout", {}, browser.cookies, browser.handle).status(), 200);
    EXPECT_TRUE(house.floors().grants.get(grant.id)->ended_at) << "the grant ends with the session";
    EXPECT_TRUE(test::succeeded(house.floors().logouts.follow()));
    return session;
  }
  void round(const std::string& issuer = "http://127.0.0.1:8080") {
    app::Floors& f = house.floors();
    tokens::Mint mint(f.keys, random, house.clock(), issuer);
    Backchannel({f.logouts, f.registry, mint, outside, house.clock(), book.log()}).send_due();
  }
  std::int64_t waiting() { return *house.floors().logouts.count(); }

  test::TestHouse house;
  test::FakeRandom random{5};
  test::LogBook book{house.clock()};
  test::ScriptedClient outside;
  AccountId account;
};

TEST_F(BackchannelLogout, brings_a_signed_token_about_the_session_and_nothing_else) {
  make_client("hub", std::string(kAddress));
  outside.reply(std::string(kAddress), 204, "", "");
  const std::string session = sign_out_of("hub");
  round();
  ASSERT_EQ(outside.count(), 1);
  const net::Call call = outside.calls().front();
  EXPECT_EQ(call.method, "POST");
  EXPECT_FALSE(call.reach.http || call.reach.loopback);
  const auto form = parse_form(call.body);
  ASSERT_TRUE(test::succeeded(form));
  ASSERT_EQ(form->pairs().size(), 1U);
  const std::string token = form->value_or("logout_token", "");
  const std::vector<std::string> issuers{"http://127.0.0.1:8080"};
  const auto ours =
      tokens::read_ours(house.floors().keys, issuers, token, house.clock().now(), tokens::Expired::refuse);
  ASSERT_TRUE(test::succeeded(ours));
  EXPECT_EQ(ours->typ, "logout+jwt");
  EXPECT_EQ(ours->sub, account.str());
  EXPECT_EQ(*ours->claims.find("sid")->as_string(), session);
  EXPECT_EQ(ours->audience, std::vector<std::string>{"hub"});
  EXPECT_EQ(ours->claims.find("nonce"), nullptr);
  EXPECT_EQ(waiting(), 0);
  EXPECT_EQ(book.text().find(token), std::string::npos);
}

TEST_F(BackchannelLogout, is_tried_again_until_it_arrives) {
  make_client("hub", std::string(kAddress));
  outside.fail(std::string(kAddress));
  sign_out_of("hub");
  round();
  round();
  EXPECT_EQ(outside.count(), 1) << "not before the pause is over";
  house.clock().advance(std::chrono::seconds(10));
  outside.reply(std::string(kAddress), 400, "application/json", "{}");
  round();
  EXPECT_EQ(outside.count(), 2);
  EXPECT_EQ(waiting(), 1);
  house.clock().advance(std::chrono::seconds(30));
  outside.reply(std::string(kAddress), 200, "", "");
  round();
  EXPECT_EQ(outside.count(), 3);
  EXPECT_EQ(waiting(), 0);
}

TEST_F(BackchannelLogout, goes_to_nobody_who_did_not_ask_for_it) {
  make_client("hub", "");
  sign_out_of("hub");
  sign_out_of("removed");
  EXPECT_EQ(waiting(), 2);
  round();
  EXPECT_EQ(outside.count(), 0);
  EXPECT_EQ(waiting(), 0);
}

// Attack row 37: an address that a client names must not reach what stands behind us.
TEST_F(BackchannelLogout, attack_037_this_machine_is_reached_from_a_service_on_it_only) {
  const std::string address = "http://127.0.0.1:9000/out";
  make_client("near", address);
  outside.reply(address, 200, "", "");
  sign_out_of("near");
  round("https://login.example.org");
  ASSERT_EQ(outside.count(), 1);
  EXPECT_FALSE(outside.calls().front().reach.http || outside.calls().front().reach.loopback);
  sign_out_of("near");
  round();
  ASSERT_EQ(outside.count(), 2);
  EXPECT_TRUE(outside.calls().back().reach.http && outside.calls().back().reach.loopback);
}

}  // namespace
}  // namespace lanyard::doors::oauth
