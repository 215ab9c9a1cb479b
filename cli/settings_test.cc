#include "cli/settings.h"

#include <gtest/gtest.h>

namespace lanyard::cli {
namespace {

TEST(Settings, read_what_is_written) {
  const auto settings =
      parse_settings("f", "# mine\nserver: https://id.example.org  # the house\n\ntoken_file: \"/a b\"\n");
  ASSERT_TRUE(settings.ok()) << settings.error().message;
  EXPECT_EQ(settings->server, "https://id.example.org");
  EXPECT_EQ(settings->token_file, "/a b");
}

TEST(Settings, row_TK1_a_token_is_refused_in_the_file) {
  for (const char* key :
       {"token", "bearer_token", "access_token", "refresh_token", "api_token", "password"}) {
    const auto settings =
        parse_settings("f", std::string("server: https://a.example\n") + key + ": abc.def\n");
    ASSERT_FALSE(settings.ok()) << key;
    EXPECT_NE(settings.error().message.find("f:2"), std::string::npos);
    EXPECT_EQ(settings.error().message.find("abc.def"), std::string::npos)
        << "the token itself must not be repeated";
  }
}

TEST(Settings, unknown_and_doubled_keys_are_named) {
  EXPECT_FALSE(parse_settings("f", "servr: https://a.example\n").ok());
  EXPECT_FALSE(parse_settings("f", "server: https://a.example\nserver: https://b.example\n").ok());
  EXPECT_FALSE(parse_settings("f", "just words\n").ok());
}

TEST(Settings, plain_http_only_to_this_machine) {
  EXPECT_TRUE(reach_of({"http://127.0.0.1:8080", "", ""}).ok());
  EXPECT_FALSE(reach_of({"http://id.example.org", "", ""}).ok());
  EXPECT_FALSE(reach_of({"https://id.example.org", "", ""})->http);
}

}  // namespace
}  // namespace lanyard::cli
