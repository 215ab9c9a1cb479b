#include "domain/journey/journey.h"

#include <gtest/gtest.h>

namespace lanyard::journey {
namespace {

using accounts::State;

Facts facts(State state) {
  Facts f;
  f.signed_in = true;
  f.state = state;
  return f;
}

TEST(Journey, nobody_signs_in_first_whatever_else_is_true) {
  Facts f = facts(State::closed);
  f.signed_in = false;
  EXPECT_EQ(next(f).step, Step::sign_in);
}

TEST(Journey, row_AR3_each_state_has_its_own_step) {
  EXPECT_EQ(next(facts(State::pending)).step, Step::wait_for_decision);
  EXPECT_EQ(next(facts(State::approved)).step, Step::become_active);
  EXPECT_EQ(next(facts(State::active)).step, Step::go_on);
  EXPECT_EQ(next(facts(State::suspended)).step, Step::is_suspended);
  EXPECT_EQ(next(facts(State::rejected)).step, Step::was_rejected);
  EXPECT_EQ(next(facts(State::closed)).step, Step::is_closed);
}

// Every combination of the facts: nobody but an active, admitted, unexpired account with nothing left to do
// goes on.
TEST(Journey, attack_107_only_active_accounts_go_on) {
  for (const State state :
       {State::pending, State::approved, State::active, State::suspended, State::rejected, State::closed}) {
    for (int bits = 0; bits < 32; ++bits) {
      Facts f = facts(state);
      f.signed_in = (bits & 1) != 0;
      f.expired = (bits & 2) != 0;
      f.admitted = (bits & 4) != 0;
      f.profile_complete = (bits & 8) != 0;
      f.unsigned_agreements = (bits & 16) != 0 ? 1 : 0;
      const bool good = f.signed_in && state == State::active && !f.expired && f.admitted &&
                        f.profile_complete && f.unsigned_agreements == 0;
      EXPECT_EQ(next(f).step == Step::go_on, good) << to_string(next(f).step);
    }
  }
}

TEST(Journey, a_fresh_login_is_asked_for_when_the_old_one_is_too_old_or_unknown) {
  Facts f = facts(State::active);
  f.wanted_freshness = std::chrono::minutes(15);
  EXPECT_EQ(next(f).step, Step::sign_in_again);
  f.since_login = std::chrono::minutes(15);
  EXPECT_EQ(next(f).step, Step::go_on);
  f.since_login = std::chrono::minutes(15) + Duration(1);
  EXPECT_EQ(next(f).step, Step::sign_in_again);
}

TEST(Journey, profile_comes_before_agreements_and_both_before_becoming_active) {
  Facts f = facts(State::approved);
  f.profile_complete = false;
  f.unsigned_agreements = 2;
  EXPECT_EQ(next(f).step, Step::complete_profile);
  f.profile_complete = true;
  EXPECT_EQ(next(f).step, Step::sign_agreements);
  f.unsigned_agreements = 0;
  EXPECT_EQ(next(f).step, Step::become_active);
}

}  // namespace
}  // namespace lanyard::journey
