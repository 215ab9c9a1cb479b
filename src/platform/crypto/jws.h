// JWS compact serialisation (RFC 7515), read as an attacker would write it (RFC 8725). There is no form of
// verify that leaves out a check; which checks an issuer's tokens need on top (iss, aud, exp, scope) is
// domain/issuers' business.
#pragma once

#include <concepts>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "platform/crypto/keys.h"

namespace lanyard::crypto {

constexpr std::size_t kMaxTokenBytes = 16 * 1024;

// A token taken apart, not yet believed.
struct UnverifiedJws {
  std::string_view signing_input;  // header "." payload, a view into the token
  std::string signature;
  json::Object header;
  std::string algorithm_name;  // as the header spells it
  std::string kid;             // "" when absent
  std::string typ;             // lower case, without "application/"; "" when absent
  std::string payload;         // decoded bytes
};

// Size, exactly two dots, strict base64url, header an object without duplicate members, "alg" a text, "kid" a
// text of at most 256 printable characters, no "b64", no "zip", "crit" refused (we understand no extension),
// no "enc", no "cty" that announces a token in the token, a signature that is not empty. jwk, jku, x5u and
// x5c in the header are refused: a token does not bring its own key. Code::too_large over kMaxTokenBytes,
// Code::invalid otherwise.
Result<UnverifiedJws> parse_jws(std::string_view token);
// The result looks into the token, so a text that is about to die is refused by the compiler.
Result<UnverifiedJws> parse_jws(std::same_as<std::string> auto&& token) = delete;

// For proofs of possession alone (RFC 9449 section 4.2): the same rules, but the header must bring `jwk`, an
// object. jku, x5u and x5c stay refused. A signature under that key says that the sender holds it, never who
// the sender is.
Result<UnverifiedJws> parse_proof_jws(std::string_view token);
Result<UnverifiedJws> parse_proof_jws(std::same_as<std::string> auto&& token) = delete;

// The key whose kid is the header's, or, where the header has none, the only key that fits the algorithm. The
// algorithm must be in `allowed` and be one that this key may verify. Two keys with one kid: none is tried.
// Errors carry a short reason in `message` ("algorithm not allowed", "no key with this kid", "bad
// signature"). Code::not_found when the kid is unknown, or when the header has none and no key fits, so that
// the caller can look for newer keys; Code::unauthenticated otherwise.
Status verify_jws(const UnverifiedJws& jws, const std::vector<PublicKey>& keys,
                  const std::vector<Algorithm>& allowed);

// header: "typ" and whatever else; alg and kid are filled in from the key.
std::string sign_jws(const PrivateKey& key, json::Object header, std::string_view payload);

}  // namespace lanyard::crypto
