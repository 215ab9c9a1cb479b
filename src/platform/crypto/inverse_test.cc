#include "platform/crypto/inverse.h"

#include <gtest/gtest.h>
#include <openssl/bn.h>

#include <memory>
#include <string>

#include "platform/crypto/digest.h"
#include "platform/crypto/ecdsa_form.h"

namespace lanyard::crypto {
namespace {

struct Free {
  void operator()(BIGNUM* number) const { BN_free(number); }
  void operator()(BN_CTX* context) const { BN_CTX_free(context); }
};
using Number = std::unique_ptr<BIGNUM, Free>;

Number to_number(const Words& words) {
  return Number(BN_lebin2bn(reinterpret_cast<const unsigned char*>(words.data()), sizeof words, nullptr));
}

Words to_words(const BIGNUM* number) {
  Words words{};
  EXPECT_EQ(BN_bn2lebinpad(number, reinterpret_cast<unsigned char*>(words.data()), sizeof words),
            static_cast<int>(sizeof words));
  return words;
}

Number order() {
  const std::string_view bytes = order_p256();
  return Number(BN_bin2bn(reinterpret_cast<const unsigned char*>(bytes.data()),
                          static_cast<int>(bytes.size()), nullptr));
}

// OpenSSL is the judge.
void expect_same(const BIGNUM* number, const BIGNUM* modulus) {
  const std::unique_ptr<BN_CTX, Free> context(BN_CTX_new());
  const Number expected(BN_mod_inverse(nullptr, number, modulus, context.get()));
  ASSERT_NE(expected, nullptr);
  EXPECT_EQ(BN_cmp(to_number(inverse(to_words(number), to_words(modulus))).get(), expected.get()), 0)
      << std::string(BN_bn2hex(number));
}

TEST(Inverse, is_the_one_that_openssl_finds) {
  const Number modulus = order();
  for (int i = 0; i < 2000; ++i) {
    const Sha256 digest = sha256(std::to_string(i));
    Number number(BN_bin2bn(digest.data(), digest.size(), nullptr));
    BN_rshift(number.get(), number.get(), i % 256);
    if (BN_cmp(number.get(), modulus.get()) >= 0 || BN_is_zero(number.get())) continue;
    expect_same(number.get(), modulus.get());
  }
}

TEST(Inverse, is_found_at_the_edges_and_of_powers_of_two) {
  const Number modulus = order();
  for (int bit = 0; bit < 255; ++bit) {
    for (int more = -1; more <= 1; ++more) {
      const Number number(BN_new());
      BN_set_bit(number.get(), bit);
      if (more < 0) BN_sub_word(number.get(), 1);
      if (more > 0) BN_add_word(number.get(), 1);
      if (!BN_is_zero(number.get())) expect_same(number.get(), modulus.get());
    }
  }
  for (BN_ULONG below = 1; below < 200; ++below) {
    const Number number(BN_dup(modulus.get()));
    BN_sub_word(number.get(), below);
    expect_same(number.get(), modulus.get());
  }
}

TEST(Inverse, ends_where_there_is_none) {
  EXPECT_EQ(inverse({0, 0, 0, 0}, to_words(order().get())), (Words{0, 0, 0, 0}));
  EXPECT_EQ(inverse({6, 0, 0, 0}, {9, 0, 0, 0}), (Words{0, 0, 0, 0}));
  EXPECT_EQ(inverse({4, 0, 0, 0}, {9, 0, 0, 0}), (Words{7, 0, 0, 0}));
}

}  // namespace
}  // namespace lanyard::crypto
