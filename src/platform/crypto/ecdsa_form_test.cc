#include "platform/crypto/ecdsa_form.h"

#include <gtest/gtest.h>
#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/obj_mac.h>

#include <memory>

#include "platform/crypto/vectors_for_test.h"

namespace lanyard::crypto {
namespace {

struct Curve {
  Algorithm algorithm;
  std::string_view order;
  int nid;
};
const Curve kCurves[] = {{Algorithm::es256, order_p256(), NID_X9_62_prime256v1},
                         {Algorithm::es384, order_p384(), NID_secp384r1},
                         {Algorithm::es512, order_p521(), NID_secp521r1}};

std::string minus_one(std::string_view number) {
  std::string out(number);
  out.back() = static_cast<char>(out.back() - 1);  // none of the orders ends in a zero byte
  return out;
}

std::string one(std::size_t width) {
  return cat(std::string(width - 1, '\0'), '\x01');
}

TEST(EcdsaForm, knows_the_orders_that_openssl_knows) {
  for (const Curve& curve : kCurves) {
    const std::unique_ptr<EC_GROUP, decltype(&EC_GROUP_free)> group(EC_GROUP_new_by_curve_name(curve.nid),
                                                                    EC_GROUP_free);
    std::string order(curve.order.size(), '\0');
    ASSERT_EQ(BN_bn2binpad(EC_GROUP_get0_order(group.get()), reinterpret_cast<unsigned char*>(order.data()),
                           static_cast<int>(order.size())),
              static_cast<int>(order.size()));
    EXPECT_EQ(order, curve.order);
  }
}

TEST(EcdsaForm, comes_back_from_der_as_it_went_in) {
  for (const Curve& curve : kCurves) {
    const std::size_t width = curve.order.size();
    const std::string sevens = cat(std::string(width / 2, '\0'), std::string(width - width / 2, '\x77'));
    for (const std::string& r : {one(width), minus_one(curve.order), sevens}) {
      for (const std::string& s : {one(width), minus_one(curve.order), sevens}) {
        DerSignature der;
        ASSERT_TRUE(ecdsa_raw_to_der(r + s, curve.order, der));
        const std::string_view text(reinterpret_cast<const char*>(der.bytes.data()), der.size);
        EXPECT_EQ(ecdsa_der_to_raw(text, width), r + s);
      }
    }
  }
}

TEST(EcdsaForm, attack_005_r_or_s_zero_or_not_below_the_order) {
  for (const Curve& curve : kCurves) {
    const std::size_t width = curve.order.size();
    const std::string good = one(width), zero(width, '\0'), order(curve.order), most(width, '\xFF');
    DerSignature der;
    EXPECT_TRUE(ecdsa_raw_to_der(good + good, curve.order, der));
    for (const std::string& bad : {zero, order, most}) {
      EXPECT_FALSE(ecdsa_raw_to_der(bad + good, curve.order, der));
      EXPECT_FALSE(ecdsa_raw_to_der(good + bad, curve.order, der));
      EXPECT_FALSE(ecdsa_raw_to_der(bad + bad, curve.order, der));
      EXPECT_FALSE(test::key_for(curve.algorithm).public_key().verify(curve.algorithm, "text", bad + bad));
    }
  }
}

TEST(EcdsaForm, attack_005_der_form_or_wrong_length) {
  for (const Curve& curve : kCurves) {
    const PrivateKey& key = test::key_for(curve.algorithm);
    const PublicKey half = key.public_key();
    const std::string raw = key.sign("text");
    ASSERT_TRUE(half.verify(curve.algorithm, "text", raw));
    DerSignature der;
    ASSERT_TRUE(ecdsa_raw_to_der(raw, curve.order, der));
    const std::string_view der_text(reinterpret_cast<const char*>(der.bytes.data()), der.size);
    const std::string r = raw.substr(0, curve.order.size()), s = raw.substr(curve.order.size());
    for (const std::string& bad :
         {std::string(der_text), raw + '\0', raw.substr(1), cat('\0', r, '\0', s), r, std::string()}) {
      EXPECT_FALSE(half.verify(curve.algorithm, "text", bad)) << hex_encode(bad);
    }
  }
}

}  // namespace
}  // namespace lanyard::crypto
