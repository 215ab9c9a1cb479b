#include "domain/issuers/rows.h"

#include <gtest/gtest.h>

#include "test/support/databases.h"

namespace lanyard::issuers {
namespace {

using namespace std::chrono_literals;
using test::succeeded;

class IssuerKeys : public test::OnEveryDatabase {
 protected:
  Status save(const std::string& keys, Time fetched_at) {
    return save_stored(db(), issuer, {"{}", keys, "https://a/jwks", fetched_at, fetched_at + 48h}, now);
  }
  std::string keys() {
    const auto found = find_stored(db(), issuer);
    EXPECT_TRUE(succeeded(found));
    return found.ok() && found->has_value() ? (*found)->keys : "";
  }
  const std::string issuer = "https://a.example.org/'; DROP TABLE issuer_keys; --";
  const Time now = from_unix_seconds(1'767'225'600);
};
LANYARD_ON_EVERY_DATABASE(IssuerKeys);

TEST_P(IssuerKeys, are_kept_replaced_and_erased) {
  EXPECT_EQ(keys(), "");
  EXPECT_TRUE(succeeded(save("first", now - 2h)));
  EXPECT_TRUE(succeeded(save("second", now - 1h)));
  const auto found = find_stored(db(), issuer);
  ASSERT_TRUE(succeeded(found));
  ASSERT_TRUE(found->has_value());
  EXPECT_EQ((*found)->keys, "second");
  EXPECT_EQ((*found)->fetched_at, now - 1h);
  EXPECT_EQ((*found)->expires_at, now + 47h);
  EXPECT_TRUE(succeeded(note_failure(db(), issuer, now, 3, "garbage")));
  EXPECT_EQ(keys(), "second");
  EXPECT_TRUE(succeeded(erase_stored(db(), issuer)));
  EXPECT_EQ(keys(), "");
}

TEST_P(IssuerKeys, an_older_copy_does_not_replace_a_newer_one) {
  EXPECT_TRUE(succeeded(save("newer", now - 1h)));
  EXPECT_TRUE(succeeded(save("older", now - 2h)));
  EXPECT_EQ(keys(), "newer");
}

TEST_P(IssuerKeys, attack_156_a_copy_from_the_future_is_replaced) {
  EXPECT_TRUE(succeeded(save("future", now + 24h)));
  EXPECT_TRUE(succeeded(save("present", now)));
  EXPECT_EQ(keys(), "present");
}

}  // namespace
}  // namespace lanyard::issuers
