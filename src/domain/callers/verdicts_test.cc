#include "domain/callers/verdicts.h"

#include <gtest/gtest.h>

#include <thread>

#include "base/text.h"
#include "test/support/fakes.h"

namespace lanyard::callers {
namespace {

using std::chrono::seconds;

class Verdict : public testing::Test {
 protected:
  Verdict() { marks.confirmed(clock.steady()); }

  CallerPtr caller(Time until = Time::max(), const std::string& account = "000000000000001") {
    auto person = std::make_shared<Person>();
    person->account.id = AccountId(account);
    auto one = std::make_shared<Caller>();
    one->person = std::move(person);
    one->expires_at = until;
    return one;
  }
  static crypto::Sha256 key(std::string_view text) {
    Proof proof;
    proof.kind = Proof::Kind::bearer;
    proof.text = text;
    return verdict_key(proof);
  }
  void keep(std::string_view text, const CallerPtr& one) {
    verdicts.keep(key(text), one, marks.of(one->person->account.id));
  }

  test::FakeClock clock;
  journal::Marks marks;
  Verdicts verdicts{VerdictLimits{}, marks, clock};
};

TEST_F(Verdict, attack_036_is_found_by_kind_client_and_the_whole_text_only) {
  Proof proof{Proof::Kind::application_session, "token", "wiki"};
  verdicts.keep(verdict_key(proof), caller(), marks.of(AccountId("000000000000001")));
  EXPECT_NE(verdicts.find(verdict_key(proof)), nullptr);
  for (const Proof& other :
       {Proof{Proof::Kind::session, "token", "wiki"},
        Proof{Proof::Kind::application_session, "token", "plots"},
        Proof{Proof::Kind::application_session, "oken", "wikit"},
        Proof{Proof::Kind::application_session, "toke", "wiki"},
        Proof{Proof::Kind::application_session, "tokens", "wiki"}, Proof{Proof::Kind::bearer, "token", ""}}) {
    EXPECT_EQ(verdicts.find(verdict_key(other)), nullptr);
  }
}

TEST_F(Verdict, ends_with_its_proof_whatever_the_cache_life_is) {
  keep("a", caller(clock.now() + seconds(10)));
  clock.advance(seconds(1));
  EXPECT_NE(verdicts.find(key("a")), nullptr);
  clock.jump(seconds(9));
  EXPECT_EQ(verdicts.find(key("a")), nullptr);
}

TEST_F(Verdict, ends_after_a_cache_life_also_when_the_wall_clock_is_set_back) {
  keep("a", caller());
  clock.advance(seconds(59));
  marks.confirmed(clock.steady());
  EXPECT_NE(verdicts.find(key("a")), nullptr);
  clock.jump(-std::chrono::hours(5));
  clock.advance(seconds(2));
  marks.confirmed(clock.steady());
  EXPECT_EQ(verdicts.find(key("a")), nullptr);
}

TEST_F(Verdict, attack_034_falls_when_its_account_or_everybody_changes) {
  const AccountId other("000000000000002");
  ASSERT_NE(journal::Marks::slot(other), journal::Marks::slot(AccountId("000000000000001")));
  keep("a", caller());
  marks.move(other);
  EXPECT_NE(verdicts.find(key("a")), nullptr);
  marks.move(AccountId("000000000000001"));
  EXPECT_EQ(verdicts.find(key("a")), nullptr);
  keep("a", caller());
  EXPECT_NE(verdicts.find(key("a")), nullptr);
  marks.move_everybody();
  EXPECT_EQ(verdicts.find(key("a")), nullptr);
}

TEST_F(Verdict, what_was_read_before_a_change_is_not_believed_after_it) {
  const auto mark = marks.of(AccountId("000000000000001"));
  marks.move(AccountId("000000000000001"));
  verdicts.keep(key("a"), caller(), mark);
  EXPECT_EQ(verdicts.find(key("a")), nullptr);
}

TEST_F(Verdict, is_not_used_while_changes_of_others_can_not_be_read) {
  keep("a", caller());
  clock.advance(seconds(2));
  EXPECT_NE(verdicts.find(key("a")), nullptr);
  clock.advance(std::chrono::milliseconds(1));
  EXPECT_EQ(verdicts.find(key("a")), nullptr);
  marks.confirmed(clock.steady());
  EXPECT_NE(verdicts.find(key("a")), nullptr);
}

TEST_F(Verdict, nearly_as_many_are_kept_as_were_asked_for_and_not_more) {
  Verdicts small(VerdictLimits{64'000}, marks, clock);
  const CallerPtr one = caller();
  const auto mark = marks.of(one->person->account.id);
  for (int i = 0; i < 60'000; ++i) small.keep(key(cat("t", i)), one, mark);
  int found = 0;
  for (int i = 0; i < 60'000; ++i) found += small.find(key(cat("t", i))) != nullptr ? 1 : 0;
  EXPECT_GT(found, 58'000);
  for (int i = 0; i < 200'000; ++i) small.keep(key(cat("u", i)), one, mark);
  EXPECT_LE(small.counts().entries, 64'000U + 64 * 16);
  EXPECT_GT(small.counts().evicted, 100'000U);
}

TEST_F(Verdict, a_small_cache_stays_small) {
  Verdicts small(VerdictLimits{100}, marks, clock);
  const CallerPtr one = caller();
  for (int i = 0; i < 10'000; ++i) small.keep(key(cat("t", i)), one, marks.of(one->person->account.id));
  EXPECT_LE(small.counts().entries, 64U * (2 + 8));  // a shard holds its share, and one in each place
  EXPECT_NE(small.find(key("t9999")), nullptr);      // the newest is there
}

TEST_F(Verdict, can_be_used_by_many_threads) {
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([this, thread] {
      const CallerPtr one = caller();
      for (int i = 0; i < 3'000; ++i) {
        keep(cat("t", i % 500), one);
        (void)verdicts.find(key(cat("t", (i + thread) % 500)));
        if (i % 100 == 0) marks.move(one->person->account.id);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  const auto counts = verdicts.counts();
  EXPECT_EQ(counts.hits + counts.misses, 12'000U);
}

}  // namespace
}  // namespace lanyard::callers
