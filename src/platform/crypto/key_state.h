// What stands behind PublicKey and PrivateKey: the key in OpenSSL's form, and one context an algorithm,
// initialised once and copied for each operation. Immutable after it is made but for the table, so any thread
// may use it.
#pragma once

#include <array>
#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "platform/crypto/ecdsa_table.h"
#include "platform/crypto/evp.h"
#include "platform/crypto/keys.h"

namespace lanyard::crypto {

enum class KeyKind { rsa, p256, p384, p521, ed25519 };

struct AlgorithmFacts {
  Algorithm algorithm;
  std::string_view name;
  KeyKind kind;
  const char* digest;  // nullptr where the algorithm brings its own
  bool pss;
};
const AlgorithmFacts& facts_of(Algorithm algorithm);
std::vector<Algorithm> algorithms_of(KeyKind kind);

constexpr std::size_t kAlgorithms = 10;

// Big-endian, as a JWK carries them: modulus and exponent without leading zeros; x and y as long as the
// field; x alone.
struct PublicNumbers {
  KeyKind kind = KeyKind::rsa;
  std::string first;
  std::string second;
};

// For elliptic curves: bytes of a coordinate, and OpenSSL's name of the curve.
std::size_t coordinate_bytes(KeyKind kind);
const char* group_name(KeyKind kind);

struct KeyState {
  PublicNumbers numbers;
  std::string kid;
  std::vector<Algorithm> algorithms;
  std::string thumbprint;
  std::size_t signature_bytes = 0;
  KeyHandle key;
  std::array<DigestContext, kAlgorithms> verifiers;  // by Algorithm; null where the key may not verify
  DigestContext signer;                              // null in a public key
  std::shared_ptr<const KeyState> public_half;       // null in a public key
  mutable std::once_flag prepared;
  mutable std::unique_ptr<const EcdsaTable> table_owner;
  mutable std::atomic<const EcdsaTable*> table{nullptr};  // set once, by prepare_for_many()

  void prepare_for_many() const;
  bool verify(Algorithm algorithm, std::string_view text, std::string_view signature) const;
  std::string sign(std::string_view text) const;
};

// Applies the rules of keys.h to the numbers. Where `kid` is nullptr the thumbprint becomes the kid.
Result<std::shared_ptr<const KeyState>> make_public_state(PublicNumbers numbers, const std::string* kid,
                                                          std::vector<Algorithm> algorithms);
// The same for a public key in OpenSSL's form; its kid is the thumbprint.
Result<std::shared_ptr<const KeyState>> make_public_state(const KeyHandle& key);
// The same rules for the public half of `key`, which must fit the algorithm and sign what its public half
// verifies.
Result<std::shared_ptr<const KeyState>> make_private_state(Algorithm algorithm, KeyHandle key);

}  // namespace lanyard::crypto
