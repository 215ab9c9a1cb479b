#include "platform/crypto/seal.h"

#include <gtest/gtest.h>

#include "base/text.h"
#include "test/support/fakes.h"

namespace lanyard::crypto {
namespace {

constexpr std::string_view kPlace = "identities/claims/issuer/ada";

std::string key_text(std::uint64_t seed) {
  return base64_encode(lanyard::test::FakeRandom(seed).bytes(32));
}
Sealer sealer(const std::string& keys) {
  return Sealer::from_text(Secret(keys)).value();
}

std::string refusal(const std::string& keys) {
  const auto made = Sealer::from_text(Secret(keys));
  if (made) return "";
  EXPECT_EQ(made.error().code, Code::invalid);
  EXPECT_FALSE(made.error().hint.empty());
  return made.error().message;
}

TEST(Sealer, opens_what_it_sealed) {
  lanyard::test::FakeRandom random;
  const Sealer box = sealer(key_text(1));
  for (const std::string& plain :
       {std::string(), std::string("x"), std::string("a\0b", 3), std::string(100'000, '\xFF')}) {
    const std::string sealed = box.seal(plain, kPlace, random);
    EXPECT_EQ(box.open(sealed, kPlace).value(), plain);
    EXPECT_TRUE(box.sealed_with_first_key(sealed));
    if (plain.size() > 1) {
      EXPECT_EQ(sealed.find(plain), std::string::npos);
    }
  }
  EXPECT_NE(box.seal("x", kPlace, random), box.seal("x", kPlace, random));
}

TEST(Sealer, reads_base64_and_hexadecimal_as_one_key) {
  lanyard::test::FakeRandom random;
  const std::string bytes = lanyard::test::FakeRandom(1).bytes(32);
  const std::string sealed = sealer(base64_encode(bytes)).seal("plain", kPlace, random);
  EXPECT_EQ(sealer(hex_encode(bytes)).open(sealed, kPlace).value(), "plain");
  EXPECT_EQ(sealer(cat(" ", hex_encode(bytes), "\n")).open(sealed, kPlace).value(), "plain");
}

TEST(Sealer, goes_from_an_old_key_to_a_new_one) {
  lanyard::test::FakeRandom random;
  const std::string sealed = sealer(key_text(1)).seal("plain", kPlace, random);
  const Sealer both = sealer(cat(key_text(2), "; ", key_text(1)));
  EXPECT_EQ(both.open(sealed, kPlace).value(), "plain");
  EXPECT_FALSE(both.sealed_with_first_key(sealed));
  const std::string again = both.seal("plain", kPlace, random);
  EXPECT_TRUE(both.sealed_with_first_key(again));
  EXPECT_FALSE(both.sealed_with_first_key(""));
  EXPECT_EQ(sealer(key_text(2)).open(again, kPlace).value(), "plain");
}

TEST(Sealer, derives_a_key_for_each_purpose_from_each_key) {
  const Sealer one = sealer(key_text(1)), both = sealer(cat(key_text(2), ";", key_text(1)));
  EXPECT_EQ(one.derive("csrf").size(), 32U);
  EXPECT_EQ(one.derive("csrf"), sealer(key_text(1)).derive("csrf"));
  EXPECT_NE(one.derive("csrf"), one.derive("page"));
  EXPECT_NE(one.derive("csrf"), both.derive("csrf"));
  EXPECT_EQ(both.derive_all("csrf"), (std::vector<std::string>{both.derive("csrf"), one.derive("csrf")}));
}

TEST(Sealer, attack_150_a_sealed_value_opens_with_no_key_but_its_own) {
  lanyard::test::FakeRandom random;
  const std::string sealed = sealer(key_text(1)).seal("upstream refresh token", kPlace, random);
  EXPECT_EQ(sealed.find("refresh"), std::string::npos);
  EXPECT_EQ(sealer(key_text(2)).open(sealed, kPlace).error().code, Code::invalid);
}

TEST(Sealer, attack_151_row_swapped_between_users) {
  lanyard::test::FakeRandom random;
  const Sealer box = sealer(key_text(1));
  const std::string sealed = box.seal("ada's token", kPlace, random);
  for (const char* place :
       {"identities/claims/issuer/eve", "identities/claims/issuer/ad", "identities/claims/issuer/ada ", ""}) {
    EXPECT_FALSE(box.open(sealed, place).ok()) << place;
  }
}

TEST(Sealer, attack_151_key_id_altered) {
  lanyard::test::FakeRandom random;
  const Sealer both = sealer(cat(key_text(1), ";", key_text(2)));
  const std::string first = both.seal("one", kPlace, random),
                    second = sealer(key_text(2)).seal("two", kPlace, random);
  const auto id = [](const std::string& sealed) { return std::string(split(sealed, '.')[1]); };
  const auto body = [](const std::string& sealed) { return std::string(split(sealed, '.')[2]); };
  EXPECT_FALSE(both.open(cat("1.", id(second), '.', body(first)), kPlace).ok());
  EXPECT_FALSE(both.open(cat("1.0000000000000000.", body(first)), kPlace).ok());
  EXPECT_FALSE(both.open(cat("2.", id(first), '.', body(first)), kPlace).ok());
}

TEST(Sealer, attack_151_any_byte_changed_cut_or_added) {
  lanyard::test::FakeRandom random;
  const Sealer box = sealer(key_text(1));
  const std::string sealed = box.seal("a token of some length", kPlace, random);
  for (std::size_t at = 0; at < sealed.size(); ++at) {
    std::string changed = sealed;
    changed[at] = changed[at] == 'A' ? 'B' : 'A';
    EXPECT_FALSE(box.open(changed, kPlace).ok()) << at;
    EXPECT_FALSE(box.open(sealed.substr(0, at), kPlace).ok()) << at;
  }
  for (const std::string& text : {sealed + "A", sealed + ".", sealed + "=", std::string(), std::string(".."),
                                  std::string("plain text")}) {
    EXPECT_FALSE(box.open(text, kPlace).ok()) << text;
  }
}

TEST(Sealer, attack_152_missing_key) {
  EXPECT_EQ(refusal(""), "There is no encryption key.");
  EXPECT_EQ(refusal(" \n"), "There is no encryption key.");
  EXPECT_EQ(refusal(cat(key_text(1), ";")), "Encryption key 2 is not 32 bytes in base64 or hexadecimal.");
}

TEST(Sealer, attack_152_short_or_long_key) {
  lanyard::test::FakeRandom random;
  for (const std::size_t size : {1, 16, 24, 31, 33, 48, 64}) {
    const std::string bytes = random.bytes(size);
    EXPECT_EQ(refusal(base64_encode(bytes)), "Encryption key 1 is not 32 bytes in base64 or hexadecimal.")
        << size;
    EXPECT_EQ(refusal(hex_encode(bytes)), "Encryption key 1 is not 32 bytes in base64 or hexadecimal.")
        << size;
  }
  EXPECT_EQ(refusal("correct horse battery staple"),
            "Encryption key 1 is not 32 bytes in base64 or hexadecimal.");
}

TEST(Sealer, attack_152_key_of_one_repeated_byte) {
  for (const char byte : {'\0', '\xFF', 'a'}) {
    EXPECT_EQ(refusal(base64_encode(std::string(32, byte))), "Encryption key 1 is one byte repeated.");
    EXPECT_EQ(refusal(cat(key_text(1), ";", hex_encode(std::string(32, byte)))),
              "Encryption key 2 is one byte repeated.");
  }
}

TEST(Sealer, attack_152_one_key_twice) {
  const std::string bytes = lanyard::test::FakeRandom(1).bytes(32);
  EXPECT_EQ(refusal(cat(base64_encode(bytes), ";", base64_encode(bytes))),
            "Encryption key 2 is there twice.");
  EXPECT_EQ(refusal(cat(base64_encode(bytes), ";", hex_encode(bytes))), "Encryption key 2 is there twice.");
}

TEST(Sealer, attack_152_old_key_removed) {
  lanyard::test::FakeRandom random;
  const std::string sealed = sealer(key_text(1)).seal("plain", kPlace, random);
  const auto opened = sealer(key_text(2)).open(sealed, kPlace);
  ASSERT_FALSE(opened.ok());
  EXPECT_EQ(opened.error().message, "The sealed value does not open.");
}

}  // namespace
}  // namespace lanyard::crypto
