#include "app/jobs.h"

#include <gtest/gtest.h>

#include <atomic>

#include "base/text.h"
#include "test/support/house.h"
#include "test/support/outside.h"
#include "test/support/test_issuer.h"

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

TEST(Jobs, ask_the_other_issuers_for_keys_while_one_hangs) {
  test::OutsideServer hangs, healthy;
  app::Config config = test::small_site();
  config.providers.clear();
  config.auth.default_issuer.clear();
  config.issuers.clear();
  for (const auto* server : {&hangs, &healthy}) {
    app::IssuerConfig issuer;
    issuer.id = server == &hangs ? "hangs" : "healthy";
    issuer.issuer = server->origin();
    issuer.audiences = {"https://lanyard.example"};
    issuer.allow_loopback = true;
    config.issuers.push_back(std::move(issuer));
  }
  constexpr std::string_view kMetadata = "/.well-known/openid-configuration";
  healthy.reply(std::string(kMetadata), 200, "application/json",
                cat(R"({"issuer":")", healthy.origin(), R"(","jwks_uri":")", healthy.url("/jwks"), R"("})"));
  healthy.reply("/jwks", 200, "application/json",
                test::key_set_text({&test::test_key(crypto::Algorithm::es256)}));
  std::atomic<bool> others_were_asked = false;
  hangs.route(std::string(kMetadata), [&](const test::OutsideRequest&, test::OutsideWire& wire) {
    for (int i = 0; i < 300 && healthy.count("/jwks") == 0; ++i) {
      if (!wire.pause(10ms)) return false;
    }
    others_were_asked = healthy.count("/jwks") > 0;
    return false;
  });
  test::TestHouse house(config);
  Jobs jobs(house.house());
  jobs.keep_keys_fresh();
  EXPECT_EQ(hangs.count(kMetadata), 1);
  EXPECT_TRUE(others_were_asked);
  for (const auto& publisher : house.house().publishers())
    EXPECT_EQ(publisher->health().usable, publisher->options().issuer == healthy.origin());
}

}  // namespace
}  // namespace lanyard::app
