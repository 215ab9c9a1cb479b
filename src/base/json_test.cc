#include "base/json.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "base/text.h"

namespace lanyard::json {
namespace {

bool refused(std::string_view text) {
  const auto value = parse(text);
  return !value.ok() && value.error().code == Code::invalid;
}

std::string rewritten(std::string_view text) {
  const auto value = parse(text);
  return value.ok() ? write(*value) : cat("refused: ", value.error().message);
}

std::string many(std::string_view one, std::size_t count) {
  std::string out;
  for (std::size_t i = 0; i < count; ++i) out.append(one);
  return out;
}

TEST(JsonRead, keeps_kinds_and_order) {
  EXPECT_EQ(rewritten(R"( {"z": [1, -2, 0.5, true, false, null], "a": {"b": ""}, "": "x"} )"),
            R"({"z":[1,-2,0.5,true,false,null],"a":{"b":""},"":"x"})");
  EXPECT_EQ(rewritten("[]"), "[]");
  EXPECT_EQ(rewritten(R"("\u0041\n\/\ud83d\ude00")"), "\"A\\n/😀\"");
}

TEST(JsonRead, gives_up_no_byte_of_a_long_string_with_escapes) {
  const std::string long_text = many("0123456789\\n", 2000);
  const auto value = parse(cat("{\"", long_text, "\":\"", long_text, "\"}"));
  ASSERT_TRUE(value.ok());
  const Member& member = *value->as_object()->begin();
  EXPECT_EQ(member.name, many("0123456789\n", 2000));
  EXPECT_EQ(*member.value.as_string(), member.name);
}

TEST(JsonRead, attack_014_duplicate_members_anywhere_however_spelled) {
  EXPECT_TRUE(refused(R"({"alg":"ES256","alg":"none"})"));
  EXPECT_TRUE(refused(R"({"sub":"a","\u0073ub":"b"})"));
  EXPECT_TRUE(refused(R"({"a":[{"exp":1,"x":2,"exp":1}]})"));
  EXPECT_TRUE(refused(R"({"":1,"":2})"));
  EXPECT_FALSE(refused(R"({"a":{"a":{"a":1}},"A":1})"));
  std::string wide = "{";
  for (int i = 0; i < 500; ++i) wide += cat("\"m", i, "\":", i, ",");
  EXPECT_TRUE(parse(wide + "\"last\":1}").ok());
  EXPECT_TRUE(refused(wide + "\"m250\":1}"));
}

TEST(JsonRead, attack_015_too_long_too_deep_too_many_are_refused_as_too_large) {
  const auto code = [](std::string_view text, const Limits& limits = {}) {
    return parse(text, limits).error().code;
  };
  EXPECT_EQ(code(cat("\"", many("x", 1 << 20), "\"")), Code::too_large);
  EXPECT_EQ(code(many("[", 100'000)), Code::too_large);
  EXPECT_EQ(code(many("{\"a\":", 100'000)), Code::too_large);
  EXPECT_EQ(code(cat("[", many("0,", 100'000), "0]")), Code::too_large);
  EXPECT_EQ(code("[[[]]]", {.depth = 2}), Code::too_large);
  EXPECT_TRUE(parse("[[]]", {.depth = 2}).ok());
  EXPECT_EQ(code("[1,2,3]", {.members = 3}), Code::too_large);
  EXPECT_TRUE(parse("[1,2]", {.members = 3}).ok());
  EXPECT_EQ(code("123", {.bytes = 2}), Code::too_large);
}

TEST(JsonRead, attack_015_a_hundred_thousand_names_cost_no_quadratic_time) {
  std::string text = "{";
  for (int i = 0; i < 80'000; ++i) text += cat("\"n", i, "\":1,");
  EXPECT_TRUE(parse(text + "\"z\":1}", {.bytes = 1 << 24}).ok());
}

TEST(JsonRead, attack_018_text_that_is_not_utf8_or_not_one_value) {
  for (const std::string_view bytes : {"\xC0\x80", "\xE0\x80\x80", "\xED\xA0\x80", "\xF4\x90\x80\x80",
                                       "\xF8\x88\x80\x80\x80", "\x80", "\xC3", "\xFF"}) {
    EXPECT_TRUE(refused(cat("\"", bytes, "\""))) << hex_encode(bytes);
    EXPECT_TRUE(refused(cat("{\"", bytes, "\":1}"))) << hex_encode(bytes);
  }
  EXPECT_TRUE(refused("\xEF\xBB\xBF{}"));
  EXPECT_TRUE(refused("\xFF\xFE{\0}\0"));
  for (const std::string_view lone : {R"("\ud800")", R"("\udc00")", R"("\ud800x")", R"("\ud800\u0041")",
                                      R"("\udc00\ud800")", R"("\ud83d\ud83d\ude00")"}) {
    EXPECT_TRUE(refused(lone)) << lone;
  }
  EXPECT_EQ(parse_object("[]").error().code, Code::invalid);
  EXPECT_EQ(parse_object("\"{}\"").error().code, Code::invalid);
  EXPECT_TRUE(refused("{}{}"));
  EXPECT_TRUE(refused("{} x"));
  EXPECT_TRUE(refused(std::string_view("{}\0", 3)));
  EXPECT_TRUE(parse(" \t\r\n{} \t\r\n").ok());
}

TEST(JsonRead, refuses_what_other_readers_forgive) {
  for (const std::string_view text :
       {"",         " ",        "[1,]",      "{\"a\":1,}",  "{a:1}",     "{'a':1}", "// x\n1",   "/**/1",
        "NaN",      "Infinity", "-Infinity", "01",          "-01",       "+1",      "1.",        ".5",
        "-",        "1e",       "1e+",       "0x10",        "tru",       "True",    "nul",       "\"a",
        "\"a\nb\"", "\"\t\"",   "\"\\x41\"", "\"\\u00g0\"", "\"\\u12\"", "[1 2]",   "{\"a\" 1}", "{\"a\":}",
        "{1:2}",    "[",        "]",         "{",           ",",         "\f1",     "1\v"}) {
    EXPECT_TRUE(refused(text)) << text;
  }
}

TEST(JsonRead, attack_019_numbers_are_exact_or_refused) {
  EXPECT_TRUE(refused("1e400"));
  EXPECT_TRUE(refused("-1e400"));
  EXPECT_TRUE(refused("{\"exp\":1e999999999999}"));
  EXPECT_TRUE(refused(cat("1", many("0", 400))));
  EXPECT_EQ(*parse("1767225600")->as_integer(), 1'767'225'600);
  EXPECT_EQ(parse("1767225600.5")->as_integer(), nullptr);
  EXPECT_EQ(*parse("1767225600.5")->as_double(), 1'767'225'600.5);
  EXPECT_EQ(*parse("1e3")->as_double(), 1000.0);
  EXPECT_EQ(*parse("9223372036854775807")->as_integer(), std::numeric_limits<std::int64_t>::max());
  EXPECT_EQ(*parse("-9223372036854775808")->as_integer(), std::numeric_limits<std::int64_t>::min());
  EXPECT_EQ(*parse("9223372036854775808")->as_double(), 9223372036854775808.0);
  EXPECT_EQ(*parse("18446744073709551616")->as_double(), 18446744073709551616.0);
  EXPECT_EQ(*parse("-0")->as_integer(), 0);
  EXPECT_EQ(*parse("1e-400")->as_double(), 0.0);
  for (const double nearest : {0.1, 5e-324, 2.2250738585072011e-308, 1.7976931348623157e308,
                               123456789.123456789, 9007199254740993.0}) {
    const auto value = parse(write(nearest));
    ASSERT_TRUE(value.ok());
    EXPECT_EQ(*value->as_double(), nearest);
  }
}

TEST(JsonRead, says_where_it_stopped_and_shows_nothing_of_the_text) {
  const Error error = parse(R"({"password":"hunter2",})").error();
  EXPECT_NE(error.message.find("byte 22"), std::string::npos) << error.message;
  EXPECT_EQ(error.message.find("hunter2"), std::string::npos);
}

TEST(JsonWrite, escapes_what_must_be_and_what_acts) {
  EXPECT_EQ(write("\"\\/\b\n\x1f"), R"("\"\\/\u0008\n\u001f")");
  EXPECT_EQ(write(std::string_view("a\0b", 3)), R"("a\u0000b")");
  EXPECT_EQ(write("\x7f\xC2\x9B"), R"("\u007f\u009b")");
  EXPECT_EQ(write("\xE2\x80\xA8\xE2\x80\xAE\xE2\x81\xA6"), R"("\u2028\u202e\u2066")");
  EXPECT_EQ(write("Zoë Łukasiewicz 日本 😀"), "\"Zoë Łukasiewicz 日本 😀\"");
}

TEST(JsonWrite, replaces_bytes_that_are_not_utf8) {
  EXPECT_EQ(write("a\xFF"), "\"a\xEF\xBF\xBD\"");
  EXPECT_EQ(write("a\xC3"), "\"a\xEF\xBF\xBD\"");
  EXPECT_EQ(write("\xED\xA0\x80"), "\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\"");
  EXPECT_EQ(write("\xC3\"x"), "\"\xEF\xBF\xBD\\\"x\"") << "a cut character must not swallow the quote";
}

TEST(JsonWrite, doubles_stay_doubles_and_never_leave_json) {
  EXPECT_EQ(write(1.0), "1.0");
  EXPECT_EQ(write(1e300), "1e+300");
  EXPECT_EQ(write(std::nan("")), "null");
  EXPECT_EQ(write(std::numeric_limits<double>::infinity()), "null");
  EXPECT_EQ(write(std::numeric_limits<std::uint64_t>::max())[0], '1') << "no wrap to a negative number";
}

TEST(JsonWrite, pretty_text_reads_back) {
  const Value value(Object{{"a", Array{Value(1), Value(Object{}), Value(Array{})}}, {"b", nullptr}});
  EXPECT_EQ(write_pretty(value), "{\n  \"a\": [\n    1,\n    {},\n    []\n  ],\n  \"b\": null\n}\n");
  EXPECT_EQ(*parse(write_pretty(value)), value);
}

TEST(JsonObject, sets_in_place_and_compares_without_order) {
  Object object{{"a", 1}, {"b", 2}, {"a", 3}};
  EXPECT_EQ(write(object), R"({"a":3,"b":2})");
  object.set("b", "x");
  object.set("c", true);
  EXPECT_EQ(write(object), R"({"a":3,"b":"x","c":true})");
  EXPECT_TRUE(object.erase("a"));
  EXPECT_FALSE(object.erase("a"));
  EXPECT_EQ(object, (Object{{"c", true}, {"b", "x"}}));
  EXPECT_FALSE(object == (Object{{"c", true}, {"d", "x"}}));
  EXPECT_FALSE(object == (Object{{"c", true}}));
}

TEST(JsonMembers, errors_name_the_member) {
  const Object object{{"s", "x"}, {"n", 7}, {"f", 7.5}, {"t", true}, {"z", nullptr}};
  EXPECT_EQ(*get_string(object, "s"), "x");
  EXPECT_EQ(*get_integer(object, "n"), 7);
  EXPECT_EQ(*get_bool(object, "t"), true);
  EXPECT_EQ(get_integer(object, "f").error().message, "\"f\" must be a whole number.");
  EXPECT_EQ(get_integer(object, "t").error().message, "\"t\" must be a whole number.");
  EXPECT_EQ(get_string(object, "z").error().message, "\"z\" must be a string.");
  EXPECT_EQ(get_bool(object, "q").error().message, "\"q\" is missing.");
  EXPECT_EQ(*string_or(object, "z", "else"), "else");
  EXPECT_EQ(*string_or(object, "q", "else"), "else");
  EXPECT_FALSE(string_or(object, "n", "else").ok());
  EXPECT_EQ(*bool_or(object, "q", true), true);
  EXPECT_FALSE(bool_or(object, "s", true).ok());
}

}  // namespace
}  // namespace lanyard::json
