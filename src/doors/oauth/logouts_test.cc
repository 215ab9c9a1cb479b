#include "domain/tokens/logouts.h"

#include <gtest/gtest.h>

#include "base/text.h"
#include "domain/sessions/sessions.h"
#include "domain/tokens/grants.h"
#include "test/support/account.h"
#include "test/support/databases.h"

namespace lanyard::tokens {
namespace {

using std::chrono::hours;
using std::chrono::seconds;

class LogoutQueue : public test::OnEveryDatabase {
 protected:
  void SetUp() override {
    OnEveryDatabase::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    ledger_.emplace(db(), marks_, clock_);
    grants_.emplace(*ledger_, sealer_, random_);
    logouts_.emplace(*ledger_);
    sessions_.emplace(*ledger_, random_, crypto::KeyedHash(sealer_.derive_all("sessions")), sessions::Lives{},
                      sessions::Followers{
                          [this](store::Connection& connection, journal::Notes& notes, const SessionId& id) {
                            return grants_->end_of_session(connection, notes, id.str(), "signed out");
                          },
                          [this](store::Connection& connection, const SessionId& a, const SessionId& b) {
                            return grants_->move_session(connection, a.str(), b.str());
                          }});
    account_ = test::make_account(*ledger_, random_, "ada");
    ASSERT_EQ(*logouts_->follow(), 0) << "begins at the end";
  }

  sessions::Sessions::Started sign_in(std::string_view old_cookie = "") {
    sessions::Login login;
    login.account = account_;
    auto started = sessions_->start(login, old_cookie, {});
    EXPECT_TRUE(test::succeeded(started));
    return *std::move(started);
  }
  TokenGrant give(const SessionId& session, const std::string& client, const std::string& scope = "openid") {
    TokenGrant grant;
    grant.id = grants_->make_id();
    grant.client = ClientId(client);
    grant.account = account_;
    grant.kind = "authorization_code";
    grant.scopes = {scope};
    grant.session = session.str();
    EXPECT_TRUE(test::succeeded(
        ledger_->change({}, [&](store::Connection& connection, journal::Notes& notes) -> Status {
          return grants_->insert(connection, notes, grant, {});
        })));
    return grant;
  }
  bool is_alive(const TokenGrant& grant) { return !grants_->get(grant.id)->ended_at; }
  void note(const std::string& event) {
    ASSERT_TRUE(test::succeeded(ledger_->change({}, [&](store::Connection&, journal::Notes& notes) -> Status {
      notes.add({.event = event, .subject = {"account", account_.str()}, .data = {}, .account = account_});
      return {};
    })));
  }
  // "client@sid …" of everything that is due now, taken out.
  std::string drain() {
    std::set<std::string> all;
    while (true) {
      const auto one = logouts_->claim();
      EXPECT_TRUE(test::succeeded(one));
      if (!one.ok() || !*one) break;
      all.insert(cat((*one)->client.str(), "@", (*one)->sid));
      EXPECT_TRUE(test::succeeded(logouts_->done(**one)));
    }
    return join(std::vector<std::string>(all.begin(), all.end()), " ");
  }

  test::FakeClock clock_;
  test::FakeRandom random_;
  crypto::Sealer sealer_ = *crypto::Sealer::from_text(Secret(std::string(63, 'a') + "b"));
  journal::Marks marks_;
  std::optional<journal::Ledger> ledger_;
  std::optional<Grants> grants_;
  std::optional<Logouts> logouts_;
  std::optional<sessions::Sessions> sessions_;
  AccountId account_;
};

TEST_P(LogoutQueue, tells_each_client_of_a_session_once_offline_ones_too) {
  const auto here = sign_in(), there = sign_in();
  const SessionId id = here.session.id;
  const TokenGrant hub = give(id, "hub"), again = give(id, "hub"),
                   robot = give(id, "robot", "offline_access");
  const TokenGrant other = give(there.session.id, "hub");
  ASSERT_TRUE(test::succeeded(sessions_->end(id, {})));
  EXPECT_FALSE(is_alive(hub));
  EXPECT_FALSE(is_alive(again));
  EXPECT_TRUE(is_alive(robot));
  EXPECT_TRUE(is_alive(other));
  EXPECT_EQ(*logouts_->count(), 0) << "signing out waits for nothing";
  EXPECT_EQ(*logouts_->follow(), 1);
  EXPECT_EQ(*logouts_->follow(), 0);
  EXPECT_EQ(drain(), cat("hub@", id.str(), " robot@", id.str()));
}

TEST_P(LogoutQueue, an_administrator_ends_all_sessions) {
  const SessionId one = sign_in().session.id, two = sign_in().session.id;
  give(one, "hub");
  give(two, "wiki");
  ASSERT_EQ(*sessions_->end_all(account_, {}, {}), 2);
  EXPECT_EQ(*logouts_->follow(), 1);
  EXPECT_EQ(drain(), cat("hub@", one.str(), " wiki@", two.str()));
}

TEST_P(LogoutQueue, a_suspended_account_is_signed_out_everywhere) {
  const SessionId one = sign_in().session.id;
  give(one, "hub");
  note("account.restored");
  note("account.suspended");
  EXPECT_EQ(*logouts_->follow(), 1);
  EXPECT_EQ(drain(), cat("hub@", one.str()));
}

TEST_P(LogoutQueue, signing_in_anew_signs_nobody_out_and_the_name_of_the_session_stays) {
  const auto first = sign_in();
  const TokenGrant hub = give(first.session.id, "hub");
  const auto second = sign_in(first.cookie.reveal());
  EXPECT_TRUE(is_alive(hub));
  EXPECT_EQ(*logouts_->follow(), 1);
  EXPECT_EQ(*logouts_->count(), 0);
  ASSERT_TRUE(test::succeeded(sessions_->end(second.session.id, {})));
  EXPECT_FALSE(is_alive(hub));
  EXPECT_EQ(*logouts_->follow(), 1);
  EXPECT_EQ(drain(), cat("hub@", first.session.id.str()));
}

TEST_P(LogoutQueue, somebody_else_at_the_same_browser_ends_what_was_there) {
  const auto first = sign_in();
  const TokenGrant hub = give(first.session.id, "hub");
  account_ = test::make_account(*ledger_, random_, "grace");
  sign_in(first.cookie.reveal());
  EXPECT_FALSE(is_alive(hub));
  EXPECT_EQ(*logouts_->follow(), 1);
  EXPECT_EQ(*logouts_->count(), 1);
}

TEST_P(LogoutQueue, two_replicas_queue_and_take_each_message_once) {
  const SessionId id = sign_in().session.id;
  give(id, "hub");
  Logouts other(*ledger_);
  ASSERT_TRUE(test::succeeded(sessions_->end(id, {})));
  const auto a = logouts_->follow(), b = other.follow();
  EXPECT_EQ(*a + *b, 1);
  EXPECT_EQ(*logouts_->count(), 1);
  const auto mine = logouts_->claim();
  ASSERT_TRUE(mine.ok() && *mine);
  EXPECT_FALSE(*other.claim()) << "held";
  // Whoever took it died: after a while somebody else may.
  clock_.advance(seconds(31));
  const auto theirs = other.claim();
  ASSERT_TRUE(theirs.ok() && *theirs);
  EXPECT_EQ((*theirs)->attempts, 2);
}

TEST_P(LogoutQueue, pauses_grow_and_after_a_day_it_is_given_up) {
  const SessionId id = sign_in().session.id;
  give(id, "hub");
  ASSERT_TRUE(test::succeeded(sessions_->end(id, {})));
  ASSERT_EQ(*logouts_->follow(), 1);
  const Time begun = clock_.now();
  std::vector<std::int64_t> tried;  // seconds since then
  while (*logouts_->count() > 0 && clock_.now() - begun < hours(48)) {
    const auto one = logouts_->claim();
    ASSERT_TRUE(test::succeeded(one));
    if (!*one) {
      clock_.advance(seconds(10));
      continue;
    }
    tried.push_back(std::chrono::duration_cast<seconds>(clock_.now() - begun).count());
    EXPECT_TRUE(test::succeeded(logouts_->failed(**one, "nobody there")));
  }
  ASSERT_GT(tried.size(), 10U);
  EXPECT_EQ(std::vector<std::int64_t>(tried.begin(), tried.begin() + 5),
            (std::vector<std::int64_t>{0, 10, 40, 130, 400}));
  EXPECT_LE(tried.back(), 24 * 3600);
  EXPECT_GE(tried.back(), 22 * 3600);
  EXPECT_LT(tried.size(), 40U);
}

LANYARD_ON_EVERY_DATABASE(LogoutQueue);

}  // namespace
}  // namespace lanyard::tokens
