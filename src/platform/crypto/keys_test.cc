#include "platform/crypto/keys.h"

#include <gtest/gtest.h>

#include <atomic>
#include <map>
#include <mutex>
#include <thread>

#include "platform/crypto/vectors_for_test.h"

namespace lanyard::crypto {

const PrivateKey& test::key_for(Algorithm algorithm) {
  static std::mutex mutex;
  static std::map<Algorithm, PrivateKey> keys;
  const std::lock_guard lock(mutex);
  auto at = keys.find(algorithm);
  if (at == keys.end()) at = keys.emplace(algorithm, PrivateKey::generate(algorithm).value()).first;
  return at->second;
}

namespace {

using test::every_algorithm;
using test::key_for;
using test::object;

TEST(Algorithms, are_spelled_exactly_as_registered) {
  for (const Algorithm algorithm : every_algorithm()) {
    const auto parsed = parse_algorithm(to_string(algorithm));
    ASSERT_TRUE(parsed.ok()) << to_string(algorithm);
    EXPECT_EQ(*parsed, algorithm);
  }
  EXPECT_EQ(parse_algorithm("Ed25519").value(), Algorithm::ed25519);
  for (const char* text : {"", "rs256", "RS256 ", "HS256", "none", "ES256K", "Ed448", "RSA1_5", "PS1"}) {
    EXPECT_FALSE(parse_algorithm(text).ok()) << text;
  }
}

TEST(Keys, of_every_algorithm_sign_what_their_public_half_verifies) {
  for (const Algorithm algorithm : every_algorithm()) {
    const PrivateKey& key = key_for(algorithm);
    const PublicKey half = key.public_key();
    const std::string signature = key.sign("a text");
    EXPECT_TRUE(half.verify(algorithm, "a text", signature)) << to_string(algorithm);
    EXPECT_FALSE(half.verify(algorithm, "a texT", signature)) << to_string(algorithm);
    EXPECT_EQ(half.algorithms(), std::vector<Algorithm>{algorithm});
    EXPECT_EQ(half.kid(), half.thumbprint());
    EXPECT_EQ(key.kid(), half.kid());
    for (std::size_t at = 0; at < signature.size(); at += 7) {
      std::string changed = signature;
      changed[at] = static_cast<char>(changed[at] ^ 0x10);
      EXPECT_FALSE(half.verify(algorithm, "a text", changed)) << to_string(algorithm) << " byte " << at;
    }
    for (const Algorithm other : every_algorithm()) {
      if (other != algorithm) {
        EXPECT_FALSE(half.verify(other, "a text", signature)) << to_string(other);
      }
    }
  }
}

TEST(Keys, go_through_jwk_and_pem_unchanged) {
  for (const Algorithm algorithm : every_algorithm()) {
    const PrivateKey& key = key_for(algorithm);
    const auto half = parse_jwk(key.public_key().to_jwk());
    ASSERT_TRUE(half.ok()) << half.error().message;
    EXPECT_EQ(half->to_jwk(), key.public_key().to_jwk());
    const auto again = PrivateKey::from_pem(algorithm, key.to_pem());
    ASSERT_TRUE(again.ok()) << again.error().message;
    EXPECT_EQ(again->kid(), key.kid());
    EXPECT_TRUE(half->verify(algorithm, "a text", again->sign("a text")));
  }
}

TEST(Keys, publish_no_private_member) {
  for (const Algorithm algorithm : every_algorithm()) {
    const json::Object jwk = key_for(algorithm).public_key().to_jwk();
    for (const char* name : {"d", "p", "q", "dp", "dq", "qi", "k"})
      EXPECT_EQ(jwk.find(name), nullptr) << name;
  }
}

TEST(Keys, are_refused_as_pem_when_they_do_not_fit) {
  const auto refused = [](Algorithm algorithm, std::string text) {
    return !PrivateKey::from_pem(algorithm, Secret(std::move(text))).ok();
  };
  const std::string es256(key_for(Algorithm::es256).to_pem().reveal());
  EXPECT_TRUE(refused(Algorithm::es384, es256));
  EXPECT_TRUE(refused(Algorithm::rs256, es256));
  EXPECT_TRUE(refused(Algorithm::ed25519, es256));
  EXPECT_TRUE(refused(Algorithm::es256, std::string(key_for(Algorithm::rs256).to_pem().reveal())));
  EXPECT_TRUE(refused(Algorithm::es256, ""));
  EXPECT_TRUE(refused(Algorithm::es256, "no PEM"));
  EXPECT_TRUE(refused(Algorithm::es256, es256.substr(0, es256.size() / 2)));
  // Encrypted: must neither open nor wait for a passphrase at the terminal.
  EXPECT_TRUE(refused(Algorithm::ed25519,
                      "-----BEGIN ENCRYPTED PRIVATE KEY-----\n"
                      "MIGbMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAgPTCHHLM819wICCAAw\n"
                      "DAYIKoZIhvcNAgkFADAdBglghkgBZQMEASoEEKuRYfWf/3c1MeWkH1WNKxkEQH7C\n"
                      "JXDOHIZqmT3jDMNbeDRsUFHR85g1E2vZeVufQYSlNziw6BO2ZCJ00Pc1WJVNLtNh\n"
                      "9UMjuPKtIQbhWDEQ9kg=\n"
                      "-----END ENCRYPTED PRIVATE KEY-----\n"));
}

TEST(Keys, know_their_thumbprint_as_rfc_7638_computes_it) {
  EXPECT_EQ(parse_jwk(object(test::kThumbprintJwk))->thumbprint(), test::kThumbprint);
  // RFC 8037 appendix A.3
  EXPECT_EQ(parse_jwk(object(test::kEd25519Jwk))->thumbprint(),
            "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
}

TEST(Keys, verify_and_sign_from_many_threads_at_once) {
  for (const Algorithm algorithm :
       {Algorithm::rs256, Algorithm::ps256, Algorithm::es256, Algorithm::ed25519}) {
    const PrivateKey& key = key_for(algorithm);
    const PublicKey half = key.public_key();
    const std::string signature = key.sign("shared");
    std::atomic<int> wrong = 0;
    std::vector<std::thread> threads;
    for (int t = 0; t < 6; ++t) {
      threads.emplace_back([&, t] {
        const PublicKey mine = half;
        for (int i = 0; i < 40; ++i) {
          if (!mine.verify(algorithm, "shared", signature) || mine.verify(algorithm, "other", signature))
            ++wrong;
          if (i % 10 == t && !mine.verify(algorithm, "mine", key.sign("mine"))) ++wrong;
        }
      });
    }
    for (auto& thread : threads) thread.join();
    EXPECT_EQ(wrong.load(), 0) << to_string(algorithm);
  }
}

}  // namespace
}  // namespace lanyard::crypto
