// The tables against OpenSSL's own verification, which is the oracle: one must never say what the other does
// not.
#define OPENSSL_SUPPRESS_DEPRECATED
#include "platform/crypto/ecdsa_table.h"

#include <gtest/gtest.h>
#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/obj_mac.h>

#include <cstdlib>
#include <memory>
#include <optional>
#include <string>

#include "base/text.h"
#include "platform/crypto/digest.h"
#include "platform/crypto/ecdsa_form.h"
#include "platform/crypto/evp.h"
#include "platform/crypto/keys.h"

namespace lanyard::crypto {
namespace {

using Number = std::unique_ptr<BIGNUM, decltype(&BN_free)>;
using Point = std::unique_ptr<EC_POINT, decltype(&EC_POINT_free)>;

Number number(std::string_view bytes = "") {
  Number out(BN_new(), BN_free);
  BN_bin2bn(bytes_of(bytes), static_cast<int>(bytes.size()), out.get());
  return out;
}
std::string bytes(const BIGNUM* value) {
  std::string out(32, '\0');
  BN_bn2binpad(value, reinterpret_cast<unsigned char*>(out.data()), 32);
  return out;
}

class Tables : public testing::Test {
 protected:
  const std::unique_ptr<EC_KEY, decltype(&EC_KEY_free)> key{EC_KEY_new_by_curve_name(NID_X9_62_prime256v1),
                                                            EC_KEY_free};
  const EC_GROUP* curve = EC_KEY_get0_group(key.get());
  const std::unique_ptr<BN_CTX, decltype(&BN_CTX_free)> work{BN_CTX_new(), BN_CTX_free};
  const Number order = number(order_p256());
  std::unique_ptr<const EcdsaTable> table;

  void SetUp() override {
    ASSERT_EQ(EC_KEY_generate_key(key.get()), 1);
    make_table();
  }
  void make_table() {
    const Number x = number(), y = number();
    ASSERT_EQ(EC_POINT_get_affine_coordinates(curve, EC_KEY_get0_public_key(key.get()), x.get(), y.get(),
                                              work.get()),
              1);
    table = EcdsaTable::make(bytes(x.get()), bytes(y.get()));
    ASSERT_NE(table, nullptr);
  }
  void use_point(const EC_POINT* point) {
    ASSERT_EQ(EC_KEY_set_public_key(key.get(), point), 1);
    make_table();
  }
  std::string sign(std::string_view digest) {
    const std::unique_ptr<ECDSA_SIG, decltype(&ECDSA_SIG_free)> made(
        ECDSA_do_sign(bytes_of(digest), 32, key.get()), ECDSA_SIG_free);
    return bytes(ECDSA_SIG_get0_r(made.get())) + bytes(ECDSA_SIG_get0_s(made.get()));
  }
  bool oracle(std::string_view digest, std::string_view signature) {
    const std::unique_ptr<ECDSA_SIG, decltype(&ECDSA_SIG_free)> pair(ECDSA_SIG_new(), ECDSA_SIG_free);
    ECDSA_SIG_set0(pair.get(), number(signature.substr(0, 32)).release(),
                   number(signature.substr(32)).release());
    const bool good = ECDSA_do_verify(bytes_of(digest), 32, pair.get(), key.get()) == 1;
    forget_errors();
    return good;
  }
  void expect_same(std::string_view digest, std::string_view signature, std::optional<bool> wanted = {}) {
    const bool said = table->verify(digest, signature);
    EXPECT_EQ(said, oracle(digest, signature))
        << "digest " << hex_encode(digest) << " signature " << hex_encode(signature);
    if (wanted) {
      EXPECT_EQ(said, *wanted);
    }
  }
};

// TEST_MANY_SIGNATURES says how many; a million takes some minutes.
TEST_F(Tables, say_what_openssl_says_of_good_and_of_spoiled_signatures) {
  const char* many = std::getenv("TEST_MANY_SIGNATURES");
  const long count = many == nullptr ? 500 : std::atol(many);
  for (long i = 0; i < count; ++i) {
    if (i % 10'000 == 9'999) SetUp();  // another key
    const std::string digest = sha256_bytes(std::to_string(i));
    std::string signature = sign(digest);
    expect_same(digest, signature, true);
    signature[static_cast<std::size_t>(i) % 64] ^= static_cast<char>(1U << (i % 8));
    expect_same(digest, signature, false);
    if (HasFailure()) return;
  }
}

TEST_F(Tables, attack_005_numbers_at_the_edges_are_refused) {
  const std::string digest = sha256_bytes("edges");
  const std::string good = sign(digest), zero(32, '\0'), n(order_p256()), all(32, '\xFF');
  std::string below = n, above = n;
  --below.back();
  ++above.back();
  for (const std::string& r : {zero, n, below, above, all, good.substr(0, 32)}) {
    for (const std::string& s : {zero, n, below, above, all, good.substr(32)})
      expect_same(digest, r + s, r + s == good);
  }
  for (const std::string& wrong : {std::string(), good.substr(1), good + "x", std::string(128, '\1')})
    EXPECT_FALSE(table->verify(digest, wrong));
  EXPECT_FALSE(table->verify(digest.substr(1), good));
}

TEST_F(Tables, digests_of_zero_and_beyond_the_order) {
  std::string n(order_p256()), above = n;
  ++above.back();
  for (const std::string& digest : {std::string(32, '\0'), n, above, std::string(32, '\xFF')})
    expect_same(digest, sign(digest), true);
}

// Signatures that are put together from the sum backwards: R = u1 G + u2 Q, with R, u1 and u2 chosen.
TEST_F(Tables, sums_that_are_special) {
  const auto point = [&] { return Point(EC_POINT_new(curve), EC_POINT_free); };
  const EC_POINT* base = EC_GROUP_get0_generator(curve);
  const Number r = number(), s = number(), inverse = number();
  const auto forge = [&](const EC_POINT* sum, const Number& u1, const Number& u2) {
    const Number x = number(), digest = number();
    EC_POINT_get_affine_coordinates(curve, sum, x.get(), nullptr, work.get());
    BN_nnmod(r.get(), x.get(), order.get(), work.get());
    BN_mod_inverse(inverse.get(), u2.get(), order.get(), work.get());
    BN_mod_mul(s.get(), r.get(), inverse.get(), order.get(), work.get());
    BN_mod_mul(digest.get(), u1.get(), s.get(), order.get(), work.get());
    return std::pair(bytes(digest.get()), bytes(r.get()) + bytes(s.get()));
  };
  const Number one = number("\x01"), two = number("\x02"), minus_one = number(order_p256());
  BN_sub_word(minus_one.get(), 1);

  // Q = G, u1 = u2: both products are one point, and the addition is a doubling.
  use_point(base);
  const Point twice = point();
  EC_POINT_dbl(curve, twice.get(), base, work.get());
  const auto [doubled_digest, doubled] = forge(twice.get(), one, one);
  expect_same(doubled_digest, doubled, true);

  // Q = G, u2 = -u1: the sum is at infinity, whatever r says.
  const auto [lost_digest, lost] = forge(base, one, minus_one);
  expect_same(lost_digest, lost, false);

  // An x-coordinate that is not below the order: r is smaller than it.
  const Point far = point();
  const Number x = number(order_p256());
  while (EC_POINT_set_compressed_coordinates(curve, far.get(), x.get(), 0, work.get()) != 1)
    BN_add_word(x.get(), 1);
  forget_errors();
  ASSERT_GE(BN_cmp(x.get(), order.get()), 0);
  // Q = R - G, so that R = 1 G + 1 Q.
  const Point opposite = point(), wanted = point();
  EC_POINT_copy(opposite.get(), base);
  EC_POINT_invert(curve, opposite.get(), work.get());
  EC_POINT_add(curve, wanted.get(), far.get(), opposite.get(), work.get());
  use_point(wanted.get());
  const auto [far_digest, beyond] = forge(far.get(), one, one);
  expect_same(far_digest, beyond, true);
}

TEST(PreparedKey, verifies_what_the_key_verified_before) {
  const PrivateKey key = PrivateKey::generate(Algorithm::es256).value(),
                   other = PrivateKey::generate(Algorithm::es256).value();
  const PublicKey half = key.public_key(), copy = half;
  const std::string good = key.sign("text"), foreign = other.sign("text");
  half.prepare_for_many();
  half.prepare_for_many();
  for (const PublicKey& one : {half, copy}) {
    EXPECT_TRUE(one.verify(Algorithm::es256, "text", good));
    EXPECT_FALSE(one.verify(Algorithm::es256, "other text", good));
    EXPECT_FALSE(one.verify(Algorithm::es256, "text", foreign));
    EXPECT_FALSE(one.verify(Algorithm::es384, "text", good));
  }
  PrivateKey::generate(Algorithm::rs256).value().public_key().prepare_for_many();
}

}  // namespace
}  // namespace lanyard::crypto
