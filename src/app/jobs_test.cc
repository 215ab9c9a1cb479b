#include "app/jobs.h"

#include <gtest/gtest.h>

#include "base/text.h"
#include "test/support/house.h"

namespace lanyard::app {
namespace {

using namespace std::chrono_literals;

class Upkeep : public testing::Test {
 protected:
  int count(std::string_view what) {
    const std::string text = house_.log_text();
    int found = 0;
    for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + 1)) ++found;
    return found;
  }
  test::TestHouse house_;
  Jobs jobs_{house_.house()};
};

TEST_F(Upkeep, attack_156_a_clock_that_jumps_is_said_once_and_with_its_way) {
  jobs_.watch_clock();
  house_.clock().advance(1s);
  jobs_.watch_clock();
  EXPECT_EQ(count("clock.jumped"), 0);
  house_.clock().jump(-1h);
  jobs_.watch_clock();
  jobs_.watch_clock();
  EXPECT_EQ(count("clock.jumped"), 1);
  EXPECT_EQ(count("\"seconds\":-3600"), 1);
  house_.clock().jump(24h);
  jobs_.watch_clock();
  EXPECT_EQ(count("\"seconds\":86400"), 1);
  // What a time server does all day.
  for (int i = 0; i < 100; ++i) {
    house_.clock().advance(1s);
    house_.clock().jump(200ms);
    jobs_.watch_clock();
  }
  EXPECT_EQ(count("clock.jumped"), 2);
}

TEST_F(Upkeep, attack_156_what_is_over_is_removed_whatever_the_clock_says) {
  house_.clock().jump(24h);
  EXPECT_TRUE(jobs_.sweep_if_due());
  house_.clock().jump(-24h);
  house_.clock().advance(59s);
  EXPECT_FALSE(jobs_.sweep_if_due());
  house_.clock().advance(1s);
  EXPECT_TRUE(jobs_.sweep_if_due());
}

}  // namespace
}  // namespace lanyard::app
