#include "base/log.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <thread>

#include "base/json.h"
#include "base/secret.h"
#include "test/support/fakes.h"

namespace lanyard {
namespace {

static_assert(!std::is_constructible_v<Field, std::string_view, Secret>);
static_assert(!std::is_constructible_v<Field, std::string_view, const Secret&>);

TEST(Log, writes_one_json_line_with_time_level_and_fields) {
  test::FakeClock clock;
  clock.advance(std::chrono::milliseconds(7));
  const test::LogBook book(clock);
  const std::string name = "Ada";
  book.log().warning("account.approved",
                     {{"name", name}, {"count", 3}, {"share", 0.5}, {"first", true}, {"door", "gate"}});
  EXPECT_EQ(book.text(),
            "{\"at\":\"2026-01-01T00:00:00.007Z\",\"level\":\"warning\",\"event\":\"account.approved\","
            "\"name\":\"Ada\","
            "\"count\":3,\"share\":0.5,\"first\":true,\"door\":\"gate\"}\n");
}

TEST(Log, attack_147_no_value_can_forge_a_line_or_a_field) {
  const test::FakeClock clock;
  const test::LogBook book(clock);
  const std::string hostile =
      "x\"}\r\n{\"event\":\"admin.granted\",\"a\":\"\x1b[2J\x9b\xC2\x9B\xE2\x80\xA8\x7f\xE2\x80\xAE";
  book.log().info("signin.refused", {{"name", hostile}, {hostile, 1}});
  const std::string text = book.text();
  EXPECT_EQ(std::ranges::count(text, '\n'), 1);
  EXPECT_TRUE(text.ends_with("}\n"));
  for (const char c : text.substr(0, text.size() - 1)) EXPECT_GE(static_cast<unsigned char>(c), 0x20);
  for (const char* acting : {"\x7f", "\xC2\x9B", "\xE2\x80\xA8", "\xE2\x80\xAE"})
    EXPECT_EQ(text.find(acting), std::string::npos);
  const auto line = json::parse_object(text);
  ASSERT_TRUE(line.ok()) << line.error().message;
  EXPECT_EQ(*json::get_string(*line, "event"), "signin.refused");
  EXPECT_EQ(line->size(), 5U);
}

TEST(Log, cuts_a_value_that_would_fill_the_disk) {
  const test::FakeClock clock;
  const test::LogBook book(clock);
  book.log().info("x", {{"agent", std::string(1 << 20, 'a')}});
  EXPECT_LT(book.text().size(), 5000U);
  EXPECT_TRUE(json::parse(book.text()).ok());
}

TEST(Log, drops_what_is_below_its_level) {
  const test::FakeClock clock;
  std::string text;
  const Log log(clock, Level::warning, [&](std::string_view line) { text.append(line); });
  log.info("a");
  log.debug("b");
  EXPECT_TRUE(text.empty());
  log.error("c");
  EXPECT_NE(text.find("\"level\":\"error\""), std::string::npos);
}

TEST(Log, lines_of_threads_do_not_mix) {
  const test::FakeClock clock;
  const test::LogBook book(clock);
  std::thread other([&] {
    for (int i = 0; i < 200; ++i) book.log().info("one", {{"n", i}});
  });
  for (int i = 0; i < 200; ++i) book.log().info("two", {{"n", i}});
  other.join();
  const std::string text = book.text();
  EXPECT_EQ(std::ranges::count(text, '\n'), 400);
  for (std::size_t from = 0; from < text.size();) {
    const std::size_t end = text.find('\n', from);
    EXPECT_TRUE(json::parse(text.substr(from, end - from)).ok());
    from = end + 1;
  }
}

}  // namespace
}  // namespace lanyard
