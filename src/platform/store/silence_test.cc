#include "platform/store/silence.h"

#include <gtest/gtest.h>

#include <optional>

namespace lanyard::store {
namespace {

TEST(Silence, whoever_asks_a_server_that_hangs_is_told_at_once_except_for_one_who_finds_out) {
  Silence::Moment now{};
  now += std::chrono::hours(1);
  Silence silence([&now] { return now; });
  std::optional<Silence::Waiting> stuck(silence);
  EXPECT_TRUE(silence.ask().ok()) << "it may only be slow";
  now += Silence::kPatience;
  {
    const auto probe = silence.ask();
    ASSERT_TRUE(probe.ok());
    const auto other = silence.ask();
    ASSERT_FALSE(other.ok());
    EXPECT_EQ(other.error().code, Code::unavailable);
  }
  EXPECT_FALSE(silence.ask().ok()) << "the next probe comes a moment later";
  stuck.reset();
  EXPECT_FALSE(silence.ask().ok()) << "that nobody waits does not mean that it answers";
  silence.answered();
  EXPECT_TRUE(silence.ask().ok());
  EXPECT_TRUE(silence.ask().ok());
}

TEST(Silence, one_long_statement_alone_is_no_reason_to_give_up) {
  Silence::Moment now{};
  Silence silence([&now] { return now; });
  const Silence::Waiting one(silence);
  now += std::chrono::seconds(20);
  EXPECT_FALSE(silence.is_hopeless({}));
  const Silence::Waiting another(silence);
  EXPECT_TRUE(silence.is_hopeless({}));
  EXPECT_FALSE(silence.is_hopeless(now)) << "it has only just asked";
  silence.answered();
  EXPECT_FALSE(silence.is_hopeless({}));
}

}  // namespace
}  // namespace lanyard::store
