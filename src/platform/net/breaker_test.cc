#include "platform/net/breaker.h"

#include <gtest/gtest.h>

namespace lanyard::net::outgoing {
namespace {

using std::chrono::seconds;
using Outcome = Breakers::Outcome;
using Change = Breakers::Change;

struct Bench {
  Breakers breakers{3, seconds(10)};
  SteadyTime now{seconds(100)};
  void fail(int times) {
    for (int i = 0; i < times; ++i) breakers.record("a", Outcome::bad, now);
  }
};

TEST(Breakers, opens_after_failures_in_a_row_only) {
  Bench b;
  b.fail(2);
  EXPECT_TRUE(b.breakers.admit("a", b.now));
  b.breakers.record("a", Outcome::good, b.now);
  b.fail(2);
  EXPECT_TRUE(b.breakers.admit("a", b.now));
  EXPECT_EQ(b.breakers.record("a", Outcome::bad, b.now), Change::opened);
  EXPECT_FALSE(b.breakers.admit("a", b.now));
  EXPECT_TRUE(b.breakers.admit("b", b.now)) << "another host is not concerned";
}

TEST(Breakers, lets_one_probe_through_after_the_rest) {
  Bench b;
  b.fail(3);
  b.now += seconds(9);
  EXPECT_FALSE(b.breakers.admit("a", b.now));
  b.now += seconds(1);
  EXPECT_TRUE(b.breakers.admit("a", b.now));
  EXPECT_FALSE(b.breakers.admit("a", b.now)) << "the probe is still out";
  EXPECT_EQ(b.breakers.record("a", Outcome::bad, b.now), Change::none);
  EXPECT_FALSE(b.breakers.admit("a", b.now)) << "it rests again";
  b.now += seconds(10);
  EXPECT_TRUE(b.breakers.admit("a", b.now));
  EXPECT_EQ(b.breakers.record("a", Outcome::good, b.now), Change::closed);
  EXPECT_TRUE(b.breakers.admit("a", b.now));
  EXPECT_EQ(b.breakers.size(), 0U);
}

TEST(Breakers, a_probe_that_says_nothing_makes_room_for_the_next) {
  Bench b;
  b.fail(3);
  b.now += seconds(10);
  EXPECT_TRUE(b.breakers.admit("a", b.now));
  b.breakers.record("a", Outcome::neutral, b.now);
  EXPECT_TRUE(b.breakers.admit("a", b.now));
}

TEST(Breakers, remembers_a_bounded_number_of_hosts) {
  Bench b;
  for (int i = 0; i < 5'000; ++i) b.breakers.record("host" + std::to_string(i), Outcome::bad, b.now);
  EXPECT_LE(b.breakers.size(), 1'000U);
}

}  // namespace
}  // namespace lanyard::net::outgoing
