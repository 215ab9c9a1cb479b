#include "base/time.h"

#include <gtest/gtest.h>

namespace lanyard {
namespace {

using namespace std::chrono_literals;

TEST(Time, writes_and_reads_utc) {
  EXPECT_EQ(format_rfc3339(from_unix_seconds(1'795'539'744)), "2026-11-24T17:02:24Z");
  EXPECT_EQ(format_rfc3339(from_micros(-1)), "1969-12-31T23:59:59Z");
  EXPECT_EQ(format_rfc3339(Time::max()), "0000-00-00T00:00:00Z");
  EXPECT_EQ(to_unix_seconds(*parse_rfc3339("2026-11-24T17:02:24Z")), 1'795'539'744);
  EXPECT_EQ(to_micros(*parse_rfc3339("1970-01-01t00:00:00.5z")), 500'000);
  EXPECT_EQ(to_micros(*parse_rfc3339("1970-01-01T00:00:00.1234567Z")), 123'456);
  EXPECT_TRUE(parse_rfc3339("2028-02-29T00:00:00Z").ok());
  EXPECT_EQ(to_unix_seconds(from_micros(-1)), -1);
}

TEST(Time, refuses_what_is_not_a_moment) {
  for (const char* bad :
       {"", "2026-11-24", "2026-11-24T17:02:24", "2026-11-24 17:02:24Z", "2026-11-24T17:02:24+00:00",
        "2026-13-01T00:00:00Z", "2026-02-29T00:00:00Z", "2026-11-24T24:00:00Z", "2026-11-24T23:60:00Z",
        "2026-11-24T23:59:60Z", "2026-11-24T-1:00:00Z", "2026-11-24T17:-2:24Z", "-026-11-24T17:02:24Z",
        "2026-11-24T17:02:24.Z", "2026-11-24T17:02:24ZZ", "2026-11-24T17:02: 4Z"}) {
    EXPECT_FALSE(parse_rfc3339(bad).ok()) << bad;
  }
}

TEST(Durations, are_one_number_and_one_unit) {
  EXPECT_EQ(*parse_duration("250ms"), 250ms);
  EXPECT_EQ(*parse_duration("90s"), 90s);
  EXPECT_EQ(*parse_duration("15m"), 15min);
  EXPECT_EQ(*parse_duration("12h"), 12h);
  EXPECT_EQ(*parse_duration("30d"), 720h);
  for (const char* bad : {"", "5", "s", "-5s", "+5s", "1.5h", "5 s", "5S", "1h30m", "9999999999999d",
                          "99999999999999999999s"}) {
    EXPECT_FALSE(parse_duration(bad).ok()) << bad;
  }
  for (const char* text : {"0s", "250ms", "90s", "15m", "12h", "30d"})
    EXPECT_EQ(format_duration(*parse_duration(text)), text);
}

TEST(SystemClock, goes) {
  const SystemClock clock;
  EXPECT_GT(to_unix_seconds(clock.now()), 1'700'000'000);
  const SteadyTime before = clock.steady();
  EXPECT_GE(clock.steady(), before);
}

}  // namespace
}  // namespace lanyard
