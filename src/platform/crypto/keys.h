// Public and private keys (RFC 7517, 7518, 8037). The key carries the algorithm, a token only names it.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "base/secret.h"

namespace lanyard::crypto {

enum class Algorithm { rs256, rs384, rs512, ps256, ps384, ps512, es256, es384, es512, ed25519 };
std::string_view to_string(Algorithm algorithm);  // "RS256" … "EdDSA"
// "EdDSA" and "Ed25519" are one algorithm (RFC 9864). Code::invalid for anything else, HMAC and "none"
// included.
Result<Algorithm> parse_algorithm(std::string_view text);

struct KeyState;  // OpenSSL's, out of sight

// A key that verifies. Cheap to copy, usable from any thread.
class PublicKey {
 public:
  const std::string& kid() const;  // may be empty
  const std::vector<Algorithm>& algorithms()
      const;  // what this key may verify: its "alg", or what its type allows
  bool verify(Algorithm algorithm, std::string_view signing_input, std::string_view signature) const;
  // Makes verify() take about half the time for a key of ES256, and does nothing for others; 30 ms of
  // processor time and 150 kB. Once for all copies of the key.
  void prepare_for_many() const;
  json::Object to_jwk() const;
  std::string thumbprint() const;  // RFC 7638, SHA-256, base64url
  explicit PublicKey(std::shared_ptr<const KeyState> state) : state_(std::move(state)) {}

 private:
  std::shared_ptr<const KeyState> state_;
};

// One JWK. Refused with the reason: symmetric or private keys, RSA under 2048 or over 8192 bits, exponent 1,
// even or over 32 bits, a modulus that is even, has a factor up to 167 or the ROCA fingerprint, a point off
// the curve or (Ed25519) of small order, use other than "sig", key_ops without "verify", an alg that does not
// fit, a kid that is not printable ASCII of at most 256 characters. Code::invalid; the message is a short
// reason without anything from the key.
Result<PublicKey> parse_jwk(const json::Object& jwk);

struct KeySet {
  std::vector<PublicKey> keys;
  std::vector<std::string> refused;  // "kid: reason" for each member that was left out
};
// A JWK set (RFC 7517 section 5); at most 100 members are looked at. Code::invalid when it is no set at all.
Result<KeySet> parse_jwk_set(std::string_view text);

// A key that signs.
class PrivateKey {
 public:
  static Result<PrivateKey> generate(Algorithm algorithm);  // RSA: 2048 bits; kid is the thumbprint
  static Result<PrivateKey> from_pem(Algorithm algorithm, const Secret& pem);
  Secret to_pem() const;
  Algorithm algorithm() const;
  const std::string& kid() const;
  PublicKey public_key() const;
  std::string sign(std::string_view signing_input) const;  // raw JWS signature bytes
  explicit PrivateKey(std::shared_ptr<const KeyState> state) : state_(std::move(state)) {}

 private:
  std::shared_ptr<const KeyState> state_;
};

}  // namespace lanyard::crypto
