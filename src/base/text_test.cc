#include "base/text.h"

#include <gtest/gtest.h>

namespace lanyard {
namespace {

TEST(Cat, joins_text_and_numbers) {
  EXPECT_EQ(cat("user ", 7, " of ", std::string("x"), ' ', std::uint64_t{18446744073709551615U}, -3),
            "user 7 of x 18446744073709551615-3");
}

TEST(Text, trims_splits_and_joins) {
  EXPECT_EQ(trim(" \t\r\n\v\f a b \n"), "a b");
  EXPECT_EQ(trim("  "), "");
  EXPECT_EQ(split("a,,b,", ','), (std::vector<std::string_view>{"a", "", "b", ""}));
  EXPECT_EQ(split("", ','), (std::vector<std::string_view>{""}));
  EXPECT_EQ(split_words("  openid  email "), (std::vector<std::string_view>{"openid", "email"}));
  EXPECT_EQ(split_words("a\tb"), (std::vector<std::string_view>{"a\tb"}));
  EXPECT_EQ(join({"a", "", "b"}, ", "), "a, , b");
}

TEST(Text, case_is_ascii_only) {
  EXPECT_EQ(to_lower_ascii("AZ@[É"), "az@[É");
  EXPECT_TRUE(equal_ignoring_case("Bearer", "bEARER"));
  EXPECT_FALSE(equal_ignoring_case("[", "{"));
  EXPECT_FALSE(equal_ignoring_case("a", "ab"));
  EXPECT_FALSE(equal_ignoring_case("K", "\xE2\x84\xAA")) << "the Kelvin sign is not a K";
}

TEST(Text, utf8_is_checked_to_the_letter) {
  for (const std::string_view good :
       {"", "abc", "é", "€", "😀", "\xED\x9F\xBF", "\xEE\x80\x80", "\xF4\x8F\xBF\xBF"}) {
    EXPECT_TRUE(is_utf8(good)) << hex_encode(good);
  }
  for (const std::string_view bad :
       {"\x80", "\xC0\x80", "\xC1\xBF", "\xC3", "\xE2\x82", "\xE0\x9F\xBF", "\xED\xA0\x80", "\xED\xBF\xBF",
        "\xF0\x8F\xBF\xBF", "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xFF", "a\xC3(", "\xE2(\xA1"}) {
    EXPECT_FALSE(is_utf8(bad)) << hex_encode(bad);
  }
}

TEST(Text, sees_control_characters) {
  EXPECT_FALSE(has_control("a b~é"));
  for (const std::string_view bad : {"a\n", "\x1f", "\x7f", "\t"}) EXPECT_TRUE(has_control(bad));
  EXPECT_TRUE(has_control(std::string_view("\0", 1)));
}

TEST(Text, makes_foreign_words_legible) {
  EXPECT_EQ(legible("Ada Lovelace, é", '?'), "Ada Lovelace, é");
  EXPECT_EQ(legible("a\n\x1b[2Jé\x7f", ' '), "a  [2Jé ");
  EXPECT_EQ(legible(std::string_view("\0é", 3), '?'), "?é");
  EXPECT_EQ(legible("é and half: \xc3", '?'),
            "?? and half: ?");  // which bytes belong together is anybody's guess
}

TEST(Text, cuts_between_characters) {
  EXPECT_EQ(cut_utf8("abc", 2), "ab");
  EXPECT_EQ(cut_utf8("abc", 3), "abc");
  EXPECT_EQ(cut_utf8("a😀b", 4), "a");
  EXPECT_EQ(cut_utf8("a😀b", 5), "a😀");
  EXPECT_EQ(cut_utf8("é", 1), "");
}

TEST(ParseInteger, takes_digits_and_nothing_else) {
  EXPECT_EQ(*parse_integer("-12"), -12);
  EXPECT_EQ(*parse_integer("9223372036854775807"), INT64_MAX);
  for (const char* bad : {"", "-", "+1", " 1", "1 ", "1.0", "0x1", "9223372036854775808", "1e3", "--1"}) {
    EXPECT_FALSE(parse_integer(bad).ok()) << bad;
  }
}

TEST(Hex, reads_back) {
  EXPECT_EQ(hex_encode(std::string_view("\x00\xff\x1a", 3)), "00ff1a");
  EXPECT_EQ(*hex_decode("00FF1a"), std::string("\x00\xff\x1a", 3));
  for (const char* bad : {"0", "0g", " 0", "-1"}) EXPECT_FALSE(hex_decode(bad).ok()) << bad;
}

TEST(Base64, attack_017_has_one_spelling) {
  std::string bytes;
  for (int i = 0; i < 259; ++i) {
    EXPECT_EQ(*base64_decode(base64_encode(bytes)), bytes);
    EXPECT_EQ(*base64url_decode(base64url_encode(bytes)), bytes);
    bytes.push_back(static_cast<char>(i * 7));
  }
  EXPECT_EQ(base64_encode("\xfb\xff"), "+/8=");
  EXPECT_EQ(base64url_encode("\xfb\xff"), "-_8");
  for (const char* bad :
       {"-_8=", "-_8 ", " -_8", "-_\n8", "+/8", "-_9", "A", "AAAAA", "A=", "-_8\xC3\xA9", "YR", "YWJ"}) {
    EXPECT_FALSE(base64url_decode(bad).ok()) << bad;
  }
  for (std::size_t length : {4U, 6U, 7U, 12U}) {
    for (std::size_t at = 0; at < length; ++at) {
      std::string foreign(length, 'A');
      EXPECT_TRUE(base64url_decode(foreign).ok());
      foreign[at] = '*';
      EXPECT_FALSE(base64url_decode(foreign).ok()) << foreign;
    }
  }
  for (const char* bad : {"+/8", "-_8=", "+/9=", "====", "A===", "YQ=", "YQ==\n", "YQ==YQ==", "YR=="}) {
    EXPECT_FALSE(base64_decode(bad).ok()) << bad;
  }
}

}  // namespace
}  // namespace lanyard
