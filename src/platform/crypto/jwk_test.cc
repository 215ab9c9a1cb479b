// What a JWK or a JWK set must look like to be believed.
#include <gtest/gtest.h>
#include <openssl/bn.h>

#include <memory>

#include "platform/crypto/vectors_for_test.h"

namespace lanyard::crypto {
namespace {

using test::key_for;
using test::object;

json::Object rsa() {
  return object(test::kRs256Jwk);
}
json::Object ec() {
  return object(test::kEs256Jwk);
}

json::Object with(json::Object jwk, std::string name, json::Value value) {
  jwk.set(std::move(name), std::move(value));
  return jwk;
}

std::string reason(const json::Object& jwk) {
  const auto key = parse_jwk(jwk);
  if (key) return "";
  EXPECT_EQ(key.error().code, Code::invalid);
  return key.error().message;
}

// An odd number of that many bits that none of the tested primes divides.
std::string modulus(std::size_t bits) {
  std::string bytes(bits / 8, '\xA5');
  bytes.back() = '\x01';
  json::Object jwk = rsa();
  for (int i = 0; i < 500; ++i) {
    bytes[bytes.size() - 2] = static_cast<char>(i);
    jwk.set("n", base64url_encode(bytes));
    if (reason(jwk) != "RSA modulus has a small factor") break;
  }
  return bytes;
}

TEST(ParseJwk, takes_the_published_keys) {
  for (const std::string_view text :
       {test::kRs256Jwk, test::kEs256Jwk, test::kEs512Jwk, test::kPs384Jwk, test::kEd25519Jwk}) {
    EXPECT_EQ(reason(object(text)), "");
  }
  EXPECT_EQ(parse_jwk(rsa())->algorithms().size(), 6U);
  EXPECT_EQ(parse_jwk(with(rsa(), "alg", "PS256"))->algorithms(), std::vector<Algorithm>{Algorithm::ps256});
  EXPECT_EQ(parse_jwk(ec())->algorithms(), std::vector<Algorithm>{Algorithm::es256});
  EXPECT_EQ(reason(with(rsa(), "x5c", json::Array{"MIIB"})), "");
  EXPECT_EQ(reason(with(object(test::kEd25519Jwk), "alg", "Ed25519")), "");
}

TEST(ParseJwk, reads_one_number_in_two_spellings_as_one_key) {
  const std::string n = base64url_decode(*rsa().find("n")->as_string()).value();
  const auto padded = parse_jwk(with(rsa(), "n", base64url_encode(cat('\0', n))));
  ASSERT_TRUE(padded.ok());
  EXPECT_EQ(padded->thumbprint(), parse_jwk(rsa())->thumbprint());
}

TEST(ParseJwk, attack_045_symmetric_or_private_keys) {
  EXPECT_EQ(reason(object(R"({"kty":"oct","k":"AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T"})")),
            "a symmetric key has no place here");
  for (const char* name : {"d", "p", "q", "dp", "dq", "qi", "oth", "k"}) {
    EXPECT_EQ(reason(with(rsa(), name, "AQAB")), "a private key has no place here") << name;
  }
  EXPECT_EQ(reason(with(ec(), "d", "AQAB")), "a private key has no place here");
}

TEST(ParseJwk, attack_045_rsa_modulus_of_the_wrong_size) {
  EXPECT_EQ(reason(with(rsa(), "n", base64url_encode(modulus(512)))), "RSA modulus under 2048 bits");
  EXPECT_EQ(reason(with(rsa(), "n", base64url_encode(modulus(2040)))), "RSA modulus under 2048 bits");
  EXPECT_EQ(reason(with(rsa(), "n", base64url_encode(modulus(2048)))), "");
  EXPECT_EQ(reason(with(rsa(), "n", base64url_encode(modulus(8192)))), "");
  EXPECT_EQ(reason(with(rsa(), "n", base64url_encode(modulus(8200)))), "RSA modulus over 8192 bits");
  EXPECT_EQ(reason(with(rsa(), "n", "")), "RSA modulus under 2048 bits");
  EXPECT_EQ(reason(with(rsa(), "n", base64url_encode(std::string(256, '\0')))),
            "RSA modulus under 2048 bits");
  EXPECT_EQ(reason(with(rsa(), "n", base64url_encode(std::string(256, '\xFE')))), "RSA modulus is even");
  // 0xFF repeated is a multiple of 3.
  EXPECT_EQ(reason(with(rsa(), "n", base64url_encode(std::string(256, '\xFF')))),
            "RSA modulus has a small factor");
}

TEST(ParseJwk, attack_045_rsa_exponent_that_signs_nothing) {
  const auto with_exponent = [](std::string bytes) {
    return reason(with(rsa(), "e", base64url_encode(bytes)));
  };
  EXPECT_EQ(with_exponent("\x01"), "RSA exponent is 1 or even");
  EXPECT_EQ(with_exponent(std::string("\0\x01", 2)), "RSA exponent is 1 or even");
  EXPECT_EQ(with_exponent("\x02"), "RSA exponent is 1 or even");
  EXPECT_EQ(with_exponent(std::string(1, '\0')), "RSA exponent is 1 or even");
  EXPECT_EQ(with_exponent(""), "RSA exponent is 1 or even");
  EXPECT_EQ(with_exponent("\x01\x01\x01\x01\x01"), "RSA exponent over 32 bits");
  EXPECT_EQ(with_exponent("\xFF\xFF\xFF\xFF"), "");
  EXPECT_EQ(with_exponent("\x03"), "");
}

TEST(ParseJwk, attack_045_rsa_modulus_with_the_roca_fingerprint) {
  // Both primes of such a key are 65537^a modulo the product of the first primes, and so is their product.
  const std::unique_ptr<BN_CTX, decltype(&BN_CTX_free)> scratch(BN_CTX_new(), BN_CTX_free);
  const auto number = [] { return std::unique_ptr<BIGNUM, decltype(&BN_free)>(BN_new(), BN_free); };
  const auto product = number(), base = number(), exponent = number(), rest = number(), n = number();
  BN_one(product.get());
  for (unsigned prime = 2; prime <= 701; ++prime) {
    bool is_prime = true;
    for (unsigned d = 2; d * d <= prime; ++d) is_prime = is_prime && prime % d != 0;
    if (is_prime) BN_mul_word(product.get(), prime);
  }
  BN_set_word(base.get(), 65537);
  BN_set_word(exponent.get(), 123456789);
  BN_mod_exp(rest.get(), base.get(), exponent.get(), product.get(), scratch.get());
  BN_lshift(n.get(), product.get(), 2048 - BN_num_bits(product.get()));
  BN_add(n.get(), n.get(), rest.get());
  ASSERT_EQ(BN_num_bits(n.get()), 2048);
  std::string bytes(256, '\0');
  BN_bn2binpad(n.get(), reinterpret_cast<unsigned char*>(bytes.data()), 256);
  EXPECT_EQ(reason(with(rsa(), "n", base64url_encode(bytes))), "RSA modulus has the ROCA fingerprint");
}

TEST(ParseJwk, attack_045_points_that_are_not_on_the_curve_or_too_short) {
  std::string y = base64url_decode(*ec().find("y")->as_string()).value();
  y.back() = static_cast<char>(y.back() ^ 1);
  EXPECT_EQ(reason(with(ec(), "y", base64url_encode(y))), "EC point is not on the curve");
  const std::string zeros = base64url_encode(std::string(32, '\0'));
  EXPECT_EQ(reason(with(with(ec(), "x", zeros), "y", zeros)), "EC point is not on the curve");
  EXPECT_EQ(reason(with(ec(), "x", base64url_encode(std::string(32, '\xFF')))),
            "EC point is not on the curve");
  EXPECT_EQ(reason(with(ec(), "y", base64url_encode(cat('\0', y)))), "EC coordinate has the wrong length");
  EXPECT_EQ(reason(with(ec(), "x", "")), "EC coordinate has the wrong length");
  EXPECT_EQ(reason(with(ec(), "crv", "P-384")), "EC coordinate has the wrong length");
  EXPECT_EQ(reason(with(ec(), "crv", "secp256k1")), "crv is not P-256, P-384 or P-521");
}

TEST(ParseJwk, attack_045_ed25519_points_that_verify_anything) {
  const auto with_point = [](std::string_view hex) {
    return reason(with(object(test::kEd25519Jwk), "x", base64url_encode(hex_decode(hex).value())));
  };
  for (const char* hex : {"0000000000000000000000000000000000000000000000000000000000000000",
                          "0000000000000000000000000000000000000000000000000000000000000080",
                          "0100000000000000000000000000000000000000000000000000000000000000",
                          "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
                          "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
                          "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
                          "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"}) {
    EXPECT_EQ(with_point(hex), "Ed25519 key has small order") << hex;
  }
  EXPECT_EQ(with_point("edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"),
            "Ed25519 key is not reduced");
  EXPECT_EQ(with_point("eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"),
            "Ed25519 key is not reduced");
  EXPECT_EQ(with_point("00"), "Ed25519 key is not 32 bytes");
  EXPECT_EQ(reason(with(object(test::kEd25519Jwk), "crv", "Ed448")), "crv is not Ed25519");
}

TEST(ParseJwk, attack_045_keys_for_another_use_or_algorithm) {
  EXPECT_EQ(reason(with(rsa(), "use", "sig")), "");
  EXPECT_EQ(reason(with(rsa(), "use", "enc")), "use is not sig");
  EXPECT_EQ(reason(with(rsa(), "use", 1)), "use is not sig");
  EXPECT_EQ(reason(with(rsa(), "key_ops", json::Array{"verify"})), "");
  EXPECT_EQ(reason(with(rsa(), "key_ops", json::Array{"encrypt", 7})), "key_ops does not contain verify");
  EXPECT_EQ(reason(with(rsa(), "key_ops", "verify")), "key_ops does not contain verify");
  for (const char* name : {"HS256", "ES256", "RSA-OAEP", "none", ""}) {
    EXPECT_EQ(reason(with(rsa(), "alg", name)), "alg does not fit the key") << name;
  }
  EXPECT_EQ(reason(with(ec(), "alg", "ES384")), "alg does not fit the key");
  EXPECT_EQ(reason(with(rsa(), "alg", json::Array{"RS256"})), "alg does not fit the key");
}

TEST(ParseJwk, names_the_member_that_is_missing_or_of_the_wrong_kind) {
  EXPECT_EQ(reason({}), "kty is missing or not a text");
  EXPECT_EQ(reason({{"kty", "RSA"}, {"e", "AQAB"}}), "n is missing or not a text");
  EXPECT_EQ(reason(with(rsa(), "n", "AQ==")), "n is not base64url");
  EXPECT_EQ(reason(with(rsa(), "kid", 7)), "kid is not a short text");
  EXPECT_EQ(reason(with(rsa(), "kid", std::string(257, 'k'))), "kid is not a short text");
  EXPECT_EQ(reason(with(rsa(), "kid", "a\nb")), "kid is not a short text");
  EXPECT_EQ(reason(with(rsa(), "kty", "rsa")), "kty is not RSA, EC or OKP");
}

TEST(ParseJwkSet, keeps_the_good_keys_and_says_why_it_left_the_others) {
  const auto set = parse_jwk_set(cat(R"({"keys":[)", test::kRs256Jwk, R"(,7,{"kty":"oct","kid":"h"},)",
                                     test::kEs256Jwk, R"(],"more":1})"));
  ASSERT_TRUE(set.ok());
  EXPECT_EQ(set->keys.size(), 2U);
  EXPECT_EQ(set->refused,
            (std::vector<std::string>{"key 2: not an object", "h: a symmetric key has no place here"}));
}

TEST(ParseJwkSet, refuses_what_is_no_set) {
  for (const char* text :
       {"", "[]", "{}", R"({"keys":{}})", R"({"keys":null})", R"({"keys":[],"keys":[]})", "<html>"}) {
    const auto set = parse_jwk_set(text);
    ASSERT_FALSE(set.ok()) << text;
    EXPECT_EQ(set.error().code, Code::invalid) << text;
  }
  EXPECT_TRUE(parse_jwk_set(R"({"keys":[]})").ok());
}

TEST(ParseJwkSet, attack_045_ten_thousand_keys) {
  std::string text = R"({"keys":[)";
  for (int i = 0; i < 10'000; ++i) text.append(R"({"kty":"EC"},)");
  text.append("{}]}");
  const auto set = parse_jwk_set(text);
  ASSERT_TRUE(set.ok());
  EXPECT_TRUE(set->keys.empty());
  EXPECT_EQ(set->refused.size(), 101U);
  EXPECT_EQ(set->refused.back(), "key 101 and later: only the first 100 are looked at");
}

}  // namespace
}  // namespace lanyard::crypto
