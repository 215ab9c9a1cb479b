#include "domain/sessions/sessions.h"

#include <gtest/gtest.h>

#include <thread>

#include "base/text.h"
#include "domain/sessions/artefacts.h"
#include "test/support/account.h"
#include "test/support/databases.h"

namespace lanyard::sessions {
namespace {

class SessionsAndArtefacts : public test::OnEveryDatabase {
 protected:
  void SetUp() override {
    test::OnEveryDatabase::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    ledger_.emplace(db(), marks_, clock_);
    sessions_.emplace(*ledger_, random_, crypto::KeyedHash({"new key", "old key"}), Lives{});
    account_ = test::make_account(*ledger_, random_, "s-1");
    ASSERT_FALSE(account_.empty());
  }
  Sessions::Started start(std::string_view old_cookie = "") {
    Login login{account_,   "https://login.uni.example", "s-1", "providers[uni]", "Browser\r\n1.0",
                "192.0.2.1"};
    auto started = sessions_->start(login, old_cookie, actor_);
    EXPECT_TRUE(test::succeeded(started));
    return std::move(*started);
  }
  Result<Session> find(const Secret& cookie) { return sessions_->find(cookie.reveal(), "lanyard", ""); }

  test::FakeClock clock_;
  test::FakeRandom random_;
  journal::Marks marks_;
  std::optional<journal::Ledger> ledger_;
  std::optional<Sessions> sessions_;
  access::Actor actor_ = access::system_actor("test");
  AccountId account_;
};
LANYARD_ON_EVERY_DATABASE(SessionsAndArtefacts);

TEST_P(SessionsAndArtefacts, a_session_is_found_by_its_cookie_alone) {
  const auto started = start();
  ASSERT_TRUE(test::succeeded(find(started.cookie)));
  EXPECT_EQ(find(started.cookie)->user_agent, "Browser  1.0");
  EXPECT_FALSE(find(Secret("")).ok());
  EXPECT_FALSE(find(Secret(std::string(43, 'a'))).ok());
  EXPECT_FALSE(sessions_->find(started.cookie.reveal(), "application", "wiki").ok());
}

TEST_P(SessionsAndArtefacts, attack_067_a_login_ends_the_browser_s_old_session) {
  const auto first = start();
  const auto second = start(first.cookie.reveal());
  EXPECT_NE(first.session.id, second.session.id);
  EXPECT_FALSE(find(first.cookie).ok());
  EXPECT_TRUE(find(second.cookie).ok());
}

TEST_P(SessionsAndArtefacts, idle_and_absolute_ends) {
  const auto started = start();
  clock_.advance(std::chrono::minutes(59));
  auto session = find(started.cookie);
  ASSERT_TRUE(test::succeeded(session));
  EXPECT_TRUE(test::succeeded(sessions_->touch({*session})));
  clock_.advance(std::chrono::minutes(59));
  EXPECT_TRUE(find(started.cookie).ok());
  clock_.advance(std::chrono::minutes(1));
  EXPECT_FALSE(find(started.cookie).ok()) << "idle for an hour";

  const auto other = start();
  for (int i = 0; i < 14; ++i) {
    session = find(other.cookie);
    if (!session.ok()) break;
    EXPECT_TRUE(test::succeeded(sessions_->touch({*session})));
    clock_.advance(std::chrono::minutes(55));
  }
  EXPECT_FALSE(find(other.cookie).ok()) << "twelve hours are over";
}

TEST_P(SessionsAndArtefacts, children_live_and_end_with_their_parent) {
  const auto parent = start();
  const auto child = sessions_->start_child(parent.session, ClientId("wiki"), actor_);
  ASSERT_TRUE(test::succeeded(child));
  const auto find_child = [&] { return sessions_->find(child->cookie.reveal(), "application", "wiki"); };
  ASSERT_TRUE(test::succeeded(find_child()));
  EXPECT_FALSE(sessions_->find(child->cookie.reveal(), "application", "data").ok());
  EXPECT_FALSE(sessions_->find(child->cookie.reveal(), "lanyard", "").ok());
  const auto before = marks_.of(account_);
  const auto children = sessions_->list_children(parent.session.id);
  ASSERT_TRUE(test::succeeded(children));
  ASSERT_EQ(children->size(), 1U);
  EXPECT_EQ(children->front().id, child->session.id);
  EXPECT_TRUE(sessions_->list_children(child->session.id)->empty());
  ASSERT_TRUE(test::succeeded(sessions_->end(parent.session.id, actor_)));
  EXPECT_FALSE(find_child().ok());
  EXPECT_NE(marks_.of(account_), before) << "cached verdicts of the cookie must fall";
  EXPECT_FALSE(sessions_->start_child(parent.session, ClientId("wiki"), actor_).ok());
}

TEST_P(SessionsAndArtefacts, attack_112_only_one_s_own_sessions_can_be_ended) {
  const auto mine = start();
  EXPECT_EQ(sessions_->end_of_account(AccountId("000000000000000"), mine.session.id, actor_).error().code,
            Code::not_found);
  EXPECT_TRUE(find(mine.cookie).ok());
  const auto other = start();
  EXPECT_EQ(sessions_->list(account_)->size(), 2u);
  EXPECT_EQ(*sessions_->end_all(account_, other.session.id, actor_), 1);
  EXPECT_FALSE(find(mine.cookie).ok());
  EXPECT_TRUE(find(other.cookie).ok());
}

TEST_P(SessionsAndArtefacts, a_new_first_key_signs_nobody_out) {
  Sessions before(*ledger_, random_, crypto::KeyedHash({"old key"}), Lives{});
  const auto started = before.start({account_, "i", "s", "x", "", ""}, "", actor_);
  ASSERT_TRUE(test::succeeded(started));
  EXPECT_TRUE(test::succeeded(find(started->cookie)));
  Sessions without(*ledger_, random_, crypto::KeyedHash({"new key"}), Lives{});
  EXPECT_FALSE(without.find(started->cookie.reveal(), "lanyard", "").ok());
}

TEST_P(SessionsAndArtefacts, what_is_over_is_swept_in_bounded_steps) {
  for (int i = 0; i < 5; ++i) start();
  clock_.advance(std::chrono::hours(13));
  EXPECT_EQ(*sessions_->sweep(3), 3);
  EXPECT_EQ(*sessions_->sweep(3), 2);
  EXPECT_EQ(*sessions_->sweep(3), 0);
}

TEST_P(SessionsAndArtefacts, attack_061_artefacts_of_one_kind_are_not_another) {
  const auto sealer = crypto::Sealer::from_text(Secret(hex_encode(random_.bytes(32))));
  Artefacts artefacts(db(), *sealer, random_, clock_);
  const auto token = artefacts.issue(ArtefactKind::ticket, "wiki", account_, json::Object{{"a", 1}},
                                     std::chrono::minutes(1));
  ASSERT_TRUE(test::succeeded(token));
  EXPECT_FALSE(artefacts.consume(ArtefactKind::login, "wiki", token->reveal()).ok());
  EXPECT_FALSE(artefacts.consume(ArtefactKind::ticket, "data", token->reveal()).ok());
  EXPECT_FALSE(artefacts.consume(ArtefactKind::ticket, "wiki", token->reveal().substr(1)).ok());
  EXPECT_TRUE(artefacts.peek(ArtefactKind::ticket, "wiki", token->reveal()).ok());
  const auto used = artefacts.consume(ArtefactKind::ticket, "wiki", token->reveal());
  ASSERT_TRUE(test::succeeded(used));
  EXPECT_EQ(*used->data.find("a")->as_integer(), 1);
  EXPECT_EQ(used->account, account_);
  EXPECT_FALSE(artefacts.consume(ArtefactKind::ticket, "wiki", token->reveal()).ok());
  EXPECT_FALSE(artefacts.peek(ArtefactKind::ticket, "wiki", token->reveal()).ok());
}

TEST_P(SessionsAndArtefacts, an_artefact_that_is_too_old_says_so) {
  const auto sealer = crypto::Sealer::from_text(Secret(hex_encode(random_.bytes(32))));
  Artefacts artefacts(db(), *sealer, random_, clock_);
  const auto token = artefacts.issue(ArtefactKind::login, "uni", {}, {}, std::chrono::minutes(10));
  ASSERT_TRUE(test::succeeded(token));
  clock_.advance(std::chrono::minutes(10));
  EXPECT_EQ(artefacts.consume(ArtefactKind::login, "uni", token->reveal()).error().code, Code::expired);
  EXPECT_EQ(*artefacts.sweep(10), 0) << "its last moment is not over yet";
  clock_.advance(Duration(1));
  EXPECT_EQ(*artefacts.sweep(10), 1);
}

TEST_P(SessionsAndArtefacts, attack_035_many_consume_and_one_gets_it) {
  const auto sealer = crypto::Sealer::from_text(Secret(hex_encode(random_.bytes(32))));
  Artefacts artefacts(db(), *sealer, random_, clock_);
  const auto token = artefacts.issue(ArtefactKind::ticket, "wiki", account_, {}, std::chrono::minutes(1));
  ASSERT_TRUE(test::succeeded(token));
  std::atomic<int> winners{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 50; ++i) {
    threads.emplace_back([&] {
      if (artefacts.consume(ArtefactKind::ticket, "wiki", token->reveal()).ok()) ++winners;
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(winners, 1);
}

}  // namespace
}  // namespace lanyard::sessions
