#include "platform/net/place.h"

#include <gtest/gtest.h>

#include "platform/net/place_limit.h"
#include "test/support/fakes.h"

namespace lanyard::net {
namespace {

TEST(PlaceOf, is_an_address_or_what_one_subscriber_of_ipv6_has) {
  EXPECT_EQ(place_of("192.0.2.7"), "192.0.2.7");
  EXPECT_EQ(place_of("::ffff:192.0.2.7"), "192.0.2.7");
  EXPECT_EQ(place_of("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::/64");
  EXPECT_EQ(place_of("2001:db8:1:2:3::7"), "2001:db8:1:2::/64");
  EXPECT_EQ(place_of("2001:DB8:1:2::9"), "2001:db8:1:2::/64");
  EXPECT_EQ(place_of("unix"), "unix");
}

TEST(PlaceLimit, forgets_the_one_that_was_away_longest) {
  lanyard::test::FakeClock clock;
  PlaceLimit limit(1, clock, 2);
  EXPECT_EQ(limit.take("192.0.2.1").count(), 0);
  EXPECT_EQ(limit.take("192.0.2.2").count(), 0);
  EXPECT_EQ(limit.take("192.0.2.1").count(), 60);
  EXPECT_EQ(limit.take("192.0.2.3").count(), 0);  // pushes .2 out
  EXPECT_EQ(limit.take("192.0.2.1").count(), 60);
  EXPECT_EQ(limit.take("192.0.2.2").count(), 0);
}

}  // namespace
}  // namespace lanyard::net
