#include "domain/tokens/grants.h"

#include <gtest/gtest.h>

#include <thread>

#include "domain/tokens/consents.h"
#include "domain/tokens/devices.h"
#include "domain/tokens/once.h"
#include "test/support/account.h"
#include "test/support/databases.h"

namespace lanyard::tokens {
namespace {

constexpr Duration kMinute = std::chrono::minutes(1);

class RefreshTokens : public test::OnEveryDatabase {
 protected:
  void SetUp() override {
    OnEveryDatabase::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    ledger_.emplace(db(), marks_, clock_);
    grants_.emplace(*ledger_, sealer_, random_);
    account_ = test::make_account(*ledger_, random_, "ada");
    client_.id = ClientId("hub");
    client_.auth = clients::AuthMethod::client_secret;
  }

  TokenGrant give(const std::string& session = "",
                  std::vector<std::string> scopes = {"openid", "offline_access"}) {
    TokenGrant grant;
    grant.session = session;
    grant.id = grants_->make_id();
    grant.client = client_.id;
    grant.account = account_;
    grant.kind = "authorization_code";
    grant.scopes = std::move(scopes);
    EXPECT_TRUE(test::succeeded(
        ledger_->change({}, [&](store::Connection& connection, journal::Notes& notes) -> Status {
          return grants_->insert(connection, notes, grant, client_.lives);
        })));
    return grant;
  }
  Secret first(const TokenGrant& grant) { return grants_->refresh_token(grant); }
  Result<Grants::Refreshed> use(const Secret& token) { return grants_->refresh(client_, token); }
  bool is_alive(const TokenGrant& grant) { return !grants_->get(grant.id)->ended_at; }

  test::FakeClock clock_;
  test::FakeRandom random_;
  crypto::Sealer sealer_ = *crypto::Sealer::from_text(Secret(std::string(63, 'a') + "b"));
  journal::Marks marks_;
  std::optional<journal::Ledger> ledger_;
  std::optional<Grants> grants_;
  AccountId account_;
  clients::Client client_;
};

TEST_P(RefreshTokens, each_is_good_once_and_gives_the_next) {
  const TokenGrant grant = give();
  const auto second = use(first(grant));
  ASSERT_TRUE(test::succeeded(second));
  EXPECT_NE(second->token.reveal(), first(grant).reveal());
  const auto third = use(second->token);
  ASSERT_TRUE(test::succeeded(third));
  EXPECT_EQ(third->grant.generation, 2);
  EXPECT_FALSE(third->was_late);
}

TEST_P(RefreshTokens, attack_074_a_second_use_ends_the_grant_in_the_same_second_and_generations_later) {
  const TokenGrant grant = give();
  const auto second = use(first(grant));
  ASSERT_TRUE(test::succeeded(second));
  EXPECT_FALSE(use(first(grant)).ok());
  EXPECT_FALSE(is_alive(grant));
  EXPECT_FALSE(use(second->token).ok()) << "the thief's and the owner's are both over";

  const TokenGrant other = give();
  Secret token = first(other);
  for (int i = 0; i < 5; ++i) token = use(token)->token;
  clock_.advance(std::chrono::hours(24 * 20));
  EXPECT_FALSE(use(first(other)).ok());
  EXPECT_FALSE(use(token).ok());
}

TEST_P(RefreshTokens, attack_074_after_a_restart_and_with_a_new_secret_in_front_a_used_one_is_still_known) {
  const TokenGrant grant = give();
  const Secret old = first(grant);
  ASSERT_TRUE(use(old).ok());
  const auto newer =
      *crypto::Sealer::from_text(Secret(std::string(63, 'c') + "d;" + std::string(63, 'a') + "b"));
  Grants again(*ledger_, newer, random_);
  EXPECT_FALSE(again.refresh(client_, old).ok());
  EXPECT_FALSE(is_alive(grant));
}

TEST_P(RefreshTokens, attack_059_one_of_fifty_at_once_wins) {
  const TokenGrant grant = give();
  const Secret token = first(grant);
  std::atomic<int> won{0};
  std::vector<std::thread> all;
  for (int i = 0; i < 50; ++i)
    all.emplace_back([&] {
      if (use(token).ok()) ++won;
    });
  for (std::thread& one : all) one.join();
  EXPECT_EQ(won.load(), 1);
  EXPECT_FALSE(is_alive(grant)) << "strict: the second use ended it";
}

TEST_P(RefreshTokens, within_the_grace_the_same_successor_is_given_again) {
  client_.refresh = clients::RefreshPolicy::grace;
  const TokenGrant grant = give();
  const auto once = use(first(grant));
  clock_.advance(kMinute / 2);
  const auto again = use(first(grant));
  ASSERT_TRUE(test::succeeded(again));
  EXPECT_TRUE(again->was_late);
  EXPECT_EQ(again->token.reveal(), once->token.reveal());
  ASSERT_TRUE(test::succeeded(use(once->token)));
  EXPECT_FALSE(use(first(grant)).ok()) << "two generations back is no lost answer";
  EXPECT_FALSE(is_alive(grant));
}

TEST_P(RefreshTokens, after_the_grace_a_second_use_ends_the_grant) {
  client_.refresh = clients::RefreshPolicy::grace;
  const TokenGrant grant = give();
  ASSERT_TRUE(use(first(grant)).ok());
  clock_.advance(client_.grace + std::chrono::seconds(1));
  EXPECT_FALSE(use(first(grant)).ok());
  EXPECT_FALSE(is_alive(grant));
}

TEST_P(RefreshTokens, without_rotation_the_token_stays) {
  client_.refresh = clients::RefreshPolicy::none;
  const TokenGrant grant = give();
  for (int i = 0; i < 3; ++i) {
    const auto same = use(first(grant));
    ASSERT_TRUE(test::succeeded(same));
    EXPECT_EQ(same->token.reveal(), first(grant).reveal());
  }
}

TEST_P(RefreshTokens, attack_060_of_another_client_altered_or_truncated_they_are_refused_and_harm_nobody) {
  const TokenGrant grant = give();
  const std::string token(first(grant).reveal());
  clients::Client other = client_;
  other.id = ClientId("other");
  EXPECT_FALSE(grants_->refresh(other, Secret(token)).ok());
  for (std::size_t i = 4; i < token.size(); i += 7) {
    std::string altered = token;
    altered[i] = altered[i] == 'A' ? 'B' : 'A';
    EXPECT_FALSE(use(Secret(altered)).ok()) << i;
    EXPECT_FALSE(use(Secret(token.substr(0, i))).ok()) << i;
  }
  EXPECT_TRUE(is_alive(grant));
  EXPECT_TRUE(use(Secret(token)).ok());
}

TEST_P(RefreshTokens, they_end_when_idle_and_when_the_grant_is_over) {
  client_.lives.refresh_token = std::chrono::hours(10);
  client_.lives.grant = std::chrono::hours(25);
  const TokenGrant idle = give();
  clock_.advance(std::chrono::hours(10));
  EXPECT_FALSE(use(first(idle)).ok());
  const TokenGrant grant = give();
  Secret token = first(grant);
  for (int i = 0; i < 2; ++i) {
    clock_.advance(std::chrono::hours(9));
    const auto next = use(token);
    ASSERT_TRUE(test::succeeded(next));
    token = next->token;
  }
  clock_.advance(std::chrono::hours(8));
  EXPECT_FALSE(use(token).ok());
}

TEST_P(RefreshTokens, attack_075_revoking_wins_against_a_refresh) {
  const TokenGrant grant = give();
  const auto next = use(first(grant));
  ASSERT_TRUE(test::succeeded(grants_->end(grant.id, "revoked", {})));
  EXPECT_FALSE(use(next->token).ok());
  EXPECT_EQ(grants_->list(account_)->size(), 0U);
}

TEST_P(RefreshTokens, a_client_takes_its_grants_along_and_they_go_a_day_after_their_end) {
  TokenGrant one = give();
  EXPECT_EQ(grants_->list(account_)->size(), 1U);
  EXPECT_EQ(*grants_->end_of_client(account_, client_.id, "withdrawn", {}), 1);
  EXPECT_EQ(grants_->list(account_)->size(), 0U);
  clock_.advance(std::chrono::hours(24 * 401));
  EXPECT_EQ(*grants_->sweep(10), 0) << "kept for a day: whoever signs out late is signed out everywhere";
  clock_.advance(std::chrono::hours(24));
  EXPECT_EQ(*grants_->sweep(10), 1);
  EXPECT_FALSE(grants_->get(one.id).ok());
}

TEST_P(RefreshTokens, a_session_takes_along_what_is_not_offline) {
  const TokenGrant bound = give("s-1", {"openid"}), offline = give("s-1"), other = give("s-2", {"openid"});
  const auto end = [&](const std::string& session) {
    return ledger_->change({}, [&](store::Connection& connection, journal::Notes& notes) {
      return grants_->end_of_session(connection, notes, session, "signed out");
    });
  };
  ASSERT_TRUE(test::succeeded(end("")));
  EXPECT_TRUE(is_alive(bound));
  ASSERT_TRUE(test::succeeded(end("s-1")));
  EXPECT_FALSE(is_alive(bound));
  EXPECT_TRUE(is_alive(offline));
  EXPECT_TRUE(is_alive(other));
}

TEST_P(RefreshTokens, move_with_the_session_and_keep_what_applications_call_it) {
  const TokenGrant grant = give("s-1", {"openid"});
  ASSERT_TRUE(test::succeeded(db().write(
      [&](store::Connection& connection) { return grants_->move_session(connection, "s-1", "s-2"); })));
  const auto moved = grants_->get(grant.id);
  ASSERT_TRUE(test::succeeded(moved));
  EXPECT_EQ(moved->session, "s-2");
  EXPECT_EQ(moved->sid, "s-1");
}

TEST_P(RefreshTokens, consent_is_remembered_by_client_and_scopes) {
  Consents consents(*ledger_);
  EXPECT_FALSE(*consents.covers(account_, client_.id, {"openid"}, {}));
  ASSERT_TRUE(test::succeeded(consents.give({account_, client_.id, {"openid", "email"}, {}, {}}, {})));
  ASSERT_TRUE(
      test::succeeded(consents.give({account_, client_.id, {"openid", "groups"}, {"https://a"}, {}}, {})));
  EXPECT_TRUE(*consents.covers(account_, client_.id, {"groups", "email"}, {"https://a"}));
  EXPECT_FALSE(*consents.covers(account_, client_.id, {"offline_access"}, {}));
  EXPECT_FALSE(*consents.covers(account_, client_.id, {"openid"}, {"https://b"}));
  EXPECT_FALSE(*consents.covers(account_, ClientId("other"), {"openid"}, {}));
  ASSERT_EQ(consents.list(account_)->size(), 1U);
  ASSERT_TRUE(test::succeeded(consents.withdraw(account_, client_.id, {})));
  EXPECT_FALSE(*consents.covers(account_, client_.id, {"openid"}, {}));
}

TEST_P(RefreshTokens, once_is_once_for_each_kind_and_owner) {
  Once once(db(), clock_);
  const Time until = clock_.now() + kMinute;
  EXPECT_TRUE(*once.first_time("jti", "a", "x", until));
  EXPECT_FALSE(*once.first_time("jti", "a", "x", until));
  EXPECT_TRUE(*once.first_time("jti", "b", "x", until));
  EXPECT_TRUE(*once.first_time("dpop", "a", "x", until));
  EXPECT_TRUE(*once.was_seen("jti", "a", "x"));
  EXPECT_FALSE(*once.was_seen("jti", "ax", ""));
  clock_.advance(kMinute * 2);
  EXPECT_EQ(*once.sweep(10), 3);
}
LANYARD_ON_EVERY_DATABASE(RefreshTokens);

class DeviceCodes : public RefreshTokens {
 protected:
  void SetUp() override {
    RefreshTokens::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    devices_.emplace(*ledger_, random_, crypto::KeyedHash(sealer_.derive_all("device codes")));
  }
  Devices::Begun begin() {
    DeviceRequest wanted;
    wanted.client = client_.id;
    wanted.scopes = {"openid"};
    wanted.expires_at = clock_.now() + std::chrono::minutes(10);
    return *devices_->begin(wanted);
  }
  Devices::Said poll(const Devices::Begun& begun) {
    return devices_->poll(client_.id, begun.device_code)->said;
  }
  DeviceRequest by() {
    DeviceRequest person;
    person.account = account_;
    return person;
  }
  bool use(const Devices::Begun& begun) {
    bool won = false;
    EXPECT_TRUE(
        test::succeeded(ledger_->change({}, [&](store::Connection& connection, journal::Notes&) -> Status {
          LANYARD_TRY(won, devices_->use(connection, client_.id, begun.device_code));
          return {};
        })));
    return won;
  }

  std::optional<Devices> devices_;
};

TEST_P(DeviceCodes, wait_for_the_person_and_are_used_once) {
  const auto begun = begin();
  EXPECT_EQ(poll(begun), Devices::Said::pending);
  EXPECT_FALSE(use(begun));
  ASSERT_TRUE(test::succeeded(devices_->approve(begun.user_code, by(), {})));
  clock_.advance(kDeviceInterval);
  EXPECT_EQ(poll(begun), Devices::Said::approved);
  EXPECT_TRUE(use(begun));
  EXPECT_FALSE(use(begun));
  EXPECT_EQ(poll(begun), Devices::Said::unknown);
}

TEST_P(DeviceCodes, attack_082_are_decided_once) {
  const auto yes = begin(), no = begin();
  ASSERT_TRUE(devices_->approve(yes.user_code, by(), {}).ok());
  EXPECT_EQ(devices_->approve(yes.user_code, by(), {}).error().code, Code::conflict);
  EXPECT_EQ(devices_->deny(yes.user_code, {}).error().code, Code::conflict);
  ASSERT_TRUE(devices_->deny(no.user_code, {}).ok());
  EXPECT_EQ(devices_->approve(no.user_code, by(), {}).error().code, Code::conflict);
  EXPECT_EQ(poll(no), Devices::Said::denied);
}

TEST_P(DeviceCodes, slow_down_whoever_hurries_and_nobody_who_keeps_the_interval) {
  const auto patient = begin();
  for (int i = 0; i < 10; ++i) {
    EXPECT_EQ(poll(patient), Devices::Said::pending) << i;
    clock_.advance(kDeviceInterval);
  }
  const auto hasty = begin();
  EXPECT_EQ(poll(hasty), Devices::Said::pending) << "the first time is never too soon";
  clock_.advance(std::chrono::seconds(1));
  EXPECT_EQ(poll(hasty), Devices::Said::slow_down);
  clock_.advance(kDeviceInterval);
  EXPECT_EQ(poll(hasty), Devices::Said::slow_down) << "five seconds more, for good";
  clock_.advance(std::chrono::seconds(15));
  EXPECT_EQ(poll(hasty), Devices::Said::pending);
}

TEST_P(DeviceCodes, expire_and_belong_to_their_client) {
  const auto begun = begin();
  EXPECT_EQ(devices_->poll(ClientId("other"), begun.device_code)->said, Devices::Said::unknown);
  EXPECT_EQ(devices_->poll(client_.id, Secret(begun.user_code))->said, Devices::Said::unknown);
  clock_.advance(std::chrono::minutes(10));
  EXPECT_EQ(poll(begun), Devices::Said::expired);
  EXPECT_EQ(devices_->find(begun.user_code).error().code, Code::expired);
  EXPECT_FALSE(devices_->approve(begun.user_code, by(), {}).ok());
}

TEST_P(DeviceCodes, attack_082_fifty_polls_at_once_give_one_token_set) {
  const auto begun = begin();
  ASSERT_TRUE(devices_->approve(begun.user_code, by(), {}).ok());
  std::atomic<int> won{0};
  std::vector<std::thread> all;
  for (int i = 0; i < 50; ++i)
    all.emplace_back([&] {
      if (use(begun)) ++won;
    });
  for (std::thread& one : all) one.join();
  EXPECT_EQ(won.load(), 1);
}
LANYARD_ON_EVERY_DATABASE(DeviceCodes);

TEST(UserCodes, attack_080_are_read_as_people_type_them_or_not_at_all) {
  for (const char* good : {"BCDF-GHJK", "bcdfghjk", " bcdf ghjk ", "BCDF--GHJK", "b c d f g h j k"})
    EXPECT_EQ(read_user_code(good), "BCDFGHJK") << good;
  for (const char* bad : {"", "BCDF-GHJ", "BCDF-GHJKL", "ACDF-GHJK", "BCDF-GHJ1", "BCDF-GHJ\xEF\xBC\xAB",
                          "BCDF_GHJK", "BCDF-GHJK\n"})
    EXPECT_FALSE(read_user_code(bad)) << bad;
  EXPECT_FALSE(read_user_code(std::string(65, ' ') + "BCDFGHJK"));
  EXPECT_EQ(write_user_code("BCDFGHJK"), "BCDF-GHJK");
}

}  // namespace
}  // namespace lanyard::tokens
