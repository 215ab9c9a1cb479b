#include <gtest/gtest.h>

#include "app/config_check.h"
#include "base/text.h"
#include "test/support/house.h"

namespace lanyard::app {
namespace {

// A further issuer below a path that is Lanyard's own would take routes away from it.
TEST(OwnPaths, every_route_begins_with_a_segment_that_no_issuer_can_have) {
  test::TestHouse house;
  for (const net::Endpoint* endpoint : house.house().router()->all()) {
    const std::string& path = endpoint->pattern;
    if (path == "/" || path.starts_with("/.")) continue;  // no issuer's path begins so
    EXPECT_TRUE(is_path_of_ours(path)) << path;
  }
  EXPECT_FALSE(is_path_of_ours("/vo/rubin"));
  EXPECT_TRUE(is_path_of_ours("/login/rubin"));
  EXPECT_TRUE(is_path_of_ours("/metrics")) << "of the operators' listener, which proxies may lead to";
}

}  // namespace
}  // namespace lanyard::app
