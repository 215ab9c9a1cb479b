// A compact JWS up to its signature, and the claims in it: a form that is accepted has one spelling.
#include "platform/crypto/jws.h"

#include "base/text.h"
#include "base/time.h"
#include "fuzz/fuzz.h"
#include "lib/claims.h"
#include "platform/crypto/claims.h"

namespace lanyard::fuzz {
namespace {

using crypto::Algorithm;

// The public key of RFC 8037 appendix A.2; its private half is known to everybody, and signs nothing in a
// corpus but what RFC 8037 appendix A.4 shows.
const std::vector<crypto::PublicKey>& keys() {
  static const std::vector<crypto::PublicKey> kKeys{*crypto::parse_jwk(
      {{"kty", "OKP"}, {"crv", "Ed25519"}, {"x", "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}})};
  return kKeys;
}

void check_spelling(std::string_view token, const crypto::UnverifiedJws& jws) {
  HOLDS(token.starts_with(jws.signing_input));
  HOLDS(cat(jws.signing_input, ".", base64url_encode(jws.signature)) == token);
  const auto [header, payload] = divide(jws.signing_input, '.');
  HOLDS(base64url_encode(jws.payload) == payload);
  const auto text = base64url_decode(header);
  HOLDS(text.ok() && base64url_encode(*text) == header);
  const auto object = json::parse_object(*text);
  HOLDS(object.ok() && *object == jws.header);
}

void check_header(const crypto::UnverifiedJws& jws) {
  for (const auto* name : {"jku", "x5u", "x5c", "crit", "b64", "zip", "enc"})
    HOLDS(jws.header.find(name) == nullptr);
  HOLDS(*jws.header.find("alg")->as_string() == jws.algorithm_name);
  HOLDS(jws.kid.size() <= 256 && !has_control(jws.kid));
  HOLDS(jws.typ == to_lower_ascii(jws.typ));
  HOLDS(!jws.signature.empty());
}

void check_times(const json::Object& claims) {
  for (const auto* name : {"exp", "nbf", "iat"}) {
    const auto time = crypto::numeric_date(claims, name);
    if (time.ok() && *time) HOLDS(to_micros(**time) >= 0 && format_rfc3339(**time) < "9999-12-31T23:59:60Z");
    if (time.ok()) HOLDS(time->has_value() == (claims.find(name) != nullptr));
  }
}

}  // namespace

void jws(std::string_view input) {
  const auto plain = crypto::parse_jws(input);
  const auto proof = crypto::parse_proof_jws(input);
  HOLDS(!(plain.ok() && proof.ok()));
  for (const auto* read : {&plain, &proof}) {
    if (!read->ok()) {
      HOLDS(read->error().code == Code::invalid || read->error().code == Code::too_large);
      HOLDS(!read->error().message.empty() && !has_control(read->error().message));
      continue;
    }
    check_spelling(input, **read);
    check_header(**read);
  }
  HOLDS(!plain.ok() || plain->header.find("jwk") == nullptr);
  HOLDS(!proof.ok() || proof->header.find("jwk")->as_object() != nullptr);
  if (plain.ok()) {
    const auto verified = crypto::verify_jws(*plain, keys(), {Algorithm::ed25519});
    // What the key's owner signed, and nothing else: RFC 8037 appendix A.4.
    HOLDS(!verified.ok() || plain->payload == "Example of Ed25519 signing");
    HOLDS(!crypto::verify_jws(*plain, keys(), {}).ok());
    HOLDS(!crypto::verify_jws(*plain, {}, {Algorithm::ed25519}).ok());
  }
  const auto claims = lib::read_claims(input);
  HOLDS(!claims.ok() || plain.ok());
  if (!claims.ok()) return;
  check_times(claims->all);
  if (claims->expires) HOLDS(parse_rfc3339(format_rfc3339(*claims->expires)).ok());
}

}  // namespace lanyard::fuzz
