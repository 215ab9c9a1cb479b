#include "platform/crypto/claims.h"

#include <gtest/gtest.h>

namespace lanyard::crypto {
namespace {

TEST(NumericDate, is_a_number_within_the_calendar) {
  const auto read = [](std::string_view text) {
    return numeric_date(json::parse_object(text).value(), "exp");
  };
  EXPECT_FALSE(read("{}").value().has_value());
  EXPECT_EQ(to_micros(*read(R"({"exp":1.5})").value()), 1'500'000);
  EXPECT_EQ(to_unix_seconds(*read(R"({"exp":1767225600})").value()), 1'767'225'600);
  for (const auto* bad : {R"({"exp":"1767225600"})", R"({"exp":null})", R"({"exp":-1})", R"({"exp":1e300})",
                          R"({"exp":[1]})", R"({"exp":253402300800})"}) {
    const auto result = read(bad);
    ASSERT_FALSE(result.ok()) << bad;
    EXPECT_EQ(result.error().code, Code::invalid);
  }
}

}  // namespace
}  // namespace lanyard::crypto
