// The small values: ids, secrets, results, random bytes.
#include <gtest/gtest.h>

#include <set>
#include <type_traits>

#include "base/ids.h"
#include "base/random.h"
#include "base/result.h"
#include "base/secret.h"
#include "test/support/fakes.h"

namespace lanyard {
namespace {

template <class T>
concept Comparable = requires(const T& a, const T& b) {
  a == b;
};
template <class T>
concept Printable = requires(std::ostream& out, const T& a) {
  out << a;
};

static_assert(!std::is_convertible_v<AccountId, GroupId> && !std::is_constructible_v<GroupId, AccountId>);
static_assert(!std::is_convertible_v<std::string, AccountId>);
static_assert(!Comparable<Secret> && !Printable<Secret>);
static_assert(!std::is_convertible_v<Secret, std::string_view> &&
              !std::is_convertible_v<std::string, Secret>);

TEST(Ids, are_fifteen_characters_and_differ) {
  test::FakeRandom random;
  std::set<std::string> seen;
  for (int i = 0; i < 1000; ++i) {
    const auto id = make_id<AccountTag>(random);
    EXPECT_TRUE(is_id_text(id.str())) << id.str();
    EXPECT_TRUE(seen.insert(id.str()).second);
  }
}

TEST(Ids, are_parsed_strictly) {
  EXPECT_EQ(parse_id<GroupTag>("0123456789abcde")->str(), "0123456789abcde");
  for (const char* bad :
       {"", "0123456789abcd", "0123456789abcdef", "0123456789ABCDE", "0123456789abcd/", "0123456789abcd\n"}) {
    EXPECT_EQ(parse_id<GroupTag>(bad).error().code, Code::invalid) << bad;
  }
}

TEST(Secret, moves_leave_nothing_behind) {
  Secret first("correct horse battery staple, twice over");
  Secret second(std::move(first));
  EXPECT_TRUE(first.empty());  // NOLINT(bugprone-use-after-move)
  EXPECT_EQ(second.reveal(), "correct horse battery staple, twice over");
  first = second;
  EXPECT_EQ(first.reveal(), second.reveal());
  second = std::move(first);
  EXPECT_TRUE(first.empty());  // NOLINT(bugprone-use-after-move)
  Secret& same = second;
  second = same;
  EXPECT_EQ(second.reveal(), "correct horse battery staple, twice over");
}

TEST(Secret, comparison_is_of_all_bytes) {
  EXPECT_TRUE(equal_in_constant_time("", ""));
  EXPECT_TRUE(equal_in_constant_time("abc", "abc"));
  EXPECT_FALSE(equal_in_constant_time("abc", "abd"));
  EXPECT_FALSE(equal_in_constant_time("abc", "xbc"));
  EXPECT_FALSE(equal_in_constant_time("abc", "abcd"));
  EXPECT_FALSE(equal_in_constant_time(std::string_view("a\0", 2), std::string_view("a\x01", 2)));
}

Result<int> half(int number) {
  if (number % 2 != 0) return make_error(Code::invalid, "odd");
  return number / 2;
}
Result<int> quarter(int number) {
  LANYARD_TRY(const int once, half(number));
  LANYARD_TRY(const int twice, half(once));
  return twice;
}
Status check(int number) {
  LANYARD_CHECK(quarter(number));
  return {};
}

TEST(Result, carries_the_value_or_the_first_error) {
  EXPECT_EQ(*quarter(12), 3);
  EXPECT_EQ(quarter(6).error().message, "odd");
  EXPECT_TRUE(check(4).ok());
  EXPECT_EQ(check(1).error().code, Code::invalid);
  EXPECT_THROW(static_cast<void>(quarter(6).value()), std::bad_variant_access);
}

TEST(Result, an_internal_error_shows_nothing_of_its_cause) {
  const Error error = internal_error("disk /var/lib is full");
  EXPECT_EQ(error.code, Code::internal);
  EXPECT_EQ((error.message + error.hint).find("disk"), std::string::npos);
  EXPECT_EQ(error.cause, "disk /var/lib is full");
}

TEST(Result, every_code_has_its_own_word) {
  std::set<std::string_view> words;
  for (int i = 0; i <= static_cast<int>(Code::internal); ++i) words.insert(to_string(static_cast<Code>(i)));
  EXPECT_EQ(words.size(), 11U);
}

TEST(SystemRandom, fills_all_of_it_and_never_repeats) {
  SystemRandom random;
  EXPECT_EQ(random.bytes(0), "");
  const std::string big = random.bytes(100'000);
  EXPECT_EQ(std::set<char>(big.begin(), big.end()).size(), 256U);
  EXPECT_NE(big.substr(0, 32), big.substr(big.size() - 32));
  std::set<std::string> seen;
  for (int i = 0; i < 100; ++i) {
    const std::string token = random.token();
    EXPECT_EQ(token.size(), 43U);
    EXPECT_TRUE(seen.insert(token).second);
  }
}

}  // namespace
}  // namespace lanyard
