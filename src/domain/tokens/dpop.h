// Proofs of possession (RFC 9449): who sends this request holds a key. Pure but for the nonces' key; that a
// proof is used once is remembered by the caller (tokens::Once).
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "platform/crypto/keys.h"

namespace lanyard::tokens {

// What a proof may be signed with; in the metadata as dpop_signing_alg_values_supported.
std::span<const crypto::Algorithm> dpop_algorithms();

// Nonces of the server (RFC 9449 section 8). Nothing is stored: a nonce is the half minute in which it was
// made and a MAC over it, so every replica with the same key knows it again. Good for three minutes.
class DpopNonces {
 public:
  // From crypto::Sealer::derive_all("dpop nonce"): the first makes, all recognise. Never empty.
  explicit DpopNonces(std::vector<std::string> keys) : keys_(std::move(keys)) {}
  std::string make(Time now) const;
  // Until when it is good; empty for what is not ours, or not good (any more).
  std::optional<Time> find_end(std::string_view nonce, Time now) const;

 private:
  std::vector<std::string> keys_;
};

enum class NoncePolicy {
  // Who has a clock that fits needs none; who has not gets one, which then stands for the time
  // (RFC 9449 section 4.3, check 11).
  if_clock_differs,
  always,
};

struct DpopQuestion {
  std::vector<std::string_view> proofs;  // the value of each `DPoP` line of the request
  std::string_view method;               // as sent: "POST"
  // Where we know that we were asked: public_url and path, never what Host says.
  std::string_view url;
  Time now{};
  std::optional<std::string_view> access_token;  // at a resource: the token that came with it
  const DpopNonces* nonces = nullptr;
  NoncePolicy nonce_policy = NoncePolicy::if_clock_differs;
};

struct DpopProof {
  std::string thumbprint;  // `cnf.jkt`: RFC 7638, SHA-256, base64url
  std::string jti;         // to be seen once for this thumbprint …
  Time until{};            // … until then; later the proof is refused for its age
  Time issued_at{};        // `iat`, as the sender's clock has it
};

constexpr Duration kDpopOldest = std::chrono::seconds(60);  // iat, back from our clock
constexpr Duration kDpopAhead = std::chrono::seconds(5);    // and ahead of it

// Code::invalid: invalid_dpop_proof, with a short reason that holds nothing from the proof. Code::expired:
// the answer is use_dpop_nonce, with nonces->make(now) in the header DPoP-Nonce.
Result<DpopProof> check_dpop(const DpopQuestion& question);

// The rules by name, in the order in which they are asked; for the test that each of them refuses.
std::vector<std::string_view> dpop_rule_names();

}  // namespace lanyard::tokens
