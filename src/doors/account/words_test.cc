#include "doors/account/words.h"

#include <gtest/gtest.h>

namespace lanyard::doors::account {
namespace {

TEST(DeviceWords, name_browser_and_system) {
  EXPECT_EQ(device_words("Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"),
            "Firefox on Linux");
  EXPECT_EQ(device_words("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
                         "Chrome/126.0.0.0 Safari/537.36 Edg/126.0.0.0"),
            "Edge on Windows");
  EXPECT_EQ(device_words("Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 (KHTML, like Gecko) "
                         "Chrome/126.0.0.0 Mobile Safari/537.36"),
            "Chrome on Android");
  EXPECT_EQ(
      device_words("Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, "
                   "like Gecko) Version/17.5 Mobile/15E148 Safari/604.1"),
      "Safari on iPhone");
  EXPECT_EQ(device_words("curl/7.88.1"), "curl");
}

TEST(DeviceWords, do_not_guess) {
  EXPECT_EQ(device_words(""), "Not known");
  EXPECT_EQ(device_words("Mozilla/5.0"), "Another browser");
  EXPECT_EQ(device_words("<script>"), "Another program");
}

TEST(LoginWords, use_the_label_of_a_provider_of_ours_only) {
  const Providers providers{{"uni", "Example University"}};
  EXPECT_EQ(login_words(providers, "providers[uni]", "https://a.example"), "Example University");
  EXPECT_EQ(login_words(providers, "issuers[uni]", "https://a.example"), "https://a.example");
  EXPECT_EQ(login_words(providers, "", "https://a.example"), "https://a.example");
}

TEST(DataWords, leave_out_what_is_empty) {
  EXPECT_EQ(data_words({{"reason", "no answer"}, {"door", ""}, {"count", 2}}), "reason: no answer; count: 2");
  EXPECT_EQ(data_words({{"fields", json::Array{"name", "note"}}, {"none", nullptr}}), "fields: name, note");
}

TEST(CountWords, are_said_as_people_say_them) {
  EXPECT_EQ(count_words(0, "token", "tokens"), "no tokens");
  EXPECT_EQ(count_words(1, "token", "tokens"), "1 token");
  EXPECT_EQ(count_words(2, "token", "tokens"), "2 tokens");
}

}  // namespace
}  // namespace lanyard::doors::account
