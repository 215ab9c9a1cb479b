#include "domain/tokens/dpop.h"

#include <algorithm>
#include <array>

#include "base/secret.h"
#include "base/text.h"
#include "base/url.h"
#include "platform/crypto/claims.h"
#include "platform/crypto/digest.h"
#include "platform/crypto/jws.h"

namespace lanyard::tokens {
namespace {

using crypto::Algorithm;

constexpr std::size_t kLongestJti = 256;
constexpr std::array<Algorithm, 6> kAlgorithms{Algorithm::es256,   Algorithm::es384, Algorithm::es512,
                                               Algorithm::ed25519, Algorithm::ps256, Algorithm::rs256};

// A proof on its way through the rules. Nothing in it is believed before "signature" has passed.
struct Candidate {
  const DpopQuestion& asked;
  crypto::UnverifiedJws jws;
  json::Object claims;
  Algorithm algorithm = Algorithm::es256;
  std::optional<crypto::PublicKey> key;
  DpopProof proof;
};

Error refuse(std::string reason) {
  return make_error(Code::invalid, std::move(reason));
}

// Section 4.3, check 1. Two proofs in one line are no compact JWS.
Status exactly_one(Candidate& c) {
  if (c.asked.proofs.empty()) return refuse("the header DPoP is missing");
  if (c.asked.proofs.size() > 1) return refuse("the header DPoP was sent more than once");
  return {};
}

// Checks 2 and 3: everything that can be said about the proof as a text.
Status form(Candidate& c) {
  auto jws = crypto::parse_proof_jws(c.asked.proofs.front());
  if (!jws.ok()) return refuse(std::move(jws.error().message));
  c.jws = std::move(*jws);
  auto claims =
      json::parse_object(c.jws.payload, {.bytes = crypto::kMaxTokenBytes, .depth = 8, .members = 200});
  if (!claims.ok()) return refuse("the payload is not a JSON object with unique members");
  c.claims = std::move(*claims);
  return {};
}

// Check 4.
Status kind(Candidate& c) {
  if (c.jws.typ != "dpop+jwt") return refuse("typ is not dpop+jwt");
  return {};
}

// Check 5: a list of ours, on which neither "none" nor HMAC is.
Status algorithm(Candidate& c) {
  const auto named = crypto::parse_algorithm(c.jws.algorithm_name);
  if (!named.ok() || std::ranges::find(kAlgorithms, *named) == kAlgorithms.end())
    return refuse("algorithm not allowed");
  c.algorithm = *named;
  return {};
}

// Check 7: public and fit to be trusted with a signature. A private key in the header is refused although
// the signature would hold: whoever shows it has lost it.
Status key(Candidate& c) {
  auto key = crypto::parse_jwk(*c.jws.header.find("jwk")->as_object());
  if (!key.ok()) return refuse(cat("jwk: ", key.error().message));
  if (std::ranges::find(key->algorithms(), c.algorithm) == key->algorithms().end())
    return refuse("algorithm does not fit the key");
  c.proof.thumbprint = key->thumbprint();
  c.key = std::move(*key);
  return {};
}

// Check 8.
Status method(Candidate& c) {
  const std::string* htm = crypto::text_claim(c.claims, "htm");
  if (htm == nullptr) return refuse("htm is missing or not a text");
  if (*htm != c.asked.method) return refuse("htm is another method");
  return {};
}

// Scheme and host without regard to case, the default port left out (RFC 3986 section 6.2.3); the path byte
// for byte, for our paths have one spelling. Query and fragment do not count.
Result<std::string> place_of(std::string_view url) {
  LANYARD_TRY(const Url parsed, parse_url(url.substr(0, url.find_first_of("?#"))));
  return cat(parsed.origin(), parsed.path);
}

// Check 9.
Status place(Candidate& c) {
  const std::string* htu = crypto::text_claim(c.claims, "htu");
  if (htu == nullptr) return refuse("htu is missing or not a text");
  const auto said = place_of(*htu);
  if (!said.ok()) return refuse("htu is not an absolute URL");
  LANYARD_TRY(const std::string here, place_of(c.asked.url));
  if (*said != here) return refuse("htu is another place");
  return {};
}

// Section 4.2. How random it is can not be seen; its length is bounded because it is remembered.
Status identifier(Candidate& c) {
  const std::string* jti = crypto::text_claim(c.claims, "jti");
  if (jti == nullptr || jti->empty()) return refuse("jti is missing or not a text");
  if (jti->size() > kLongestJti) return refuse("jti is too long");
  c.proof.jti = *jti;
  return {};
}

// Before the nonce, so that nobody is asked to try again with a proof that would fail for its signature.
Status signature(Candidate& c) {
  if (!c.key->verify(c.algorithm, c.jws.signing_input, c.jws.signature)) return refuse("bad signature");
  return {};
}

// Check 12.a: the proof is about this token and no other.
Status token(Candidate& c) {
  if (!c.asked.access_token) return {};
  const std::string* ath = crypto::text_claim(c.claims, "ath");
  if (ath == nullptr) return refuse("ath is missing or not a text");
  const std::string wanted = base64url_encode(crypto::sha256_bytes(*c.asked.access_token));
  if (!equal_in_constant_time(*ath, wanted)) return refuse("ath is another token's");
  return {};
}

// Checks 10 and 11: made just now, by the sender's clock or by a nonce of ours.
Status time(Candidate& c) {
  auto iat = crypto::numeric_date(c.claims, "iat");
  if (!iat.ok()) return refuse(std::move(iat.error().message));
  if (!*iat) return refuse("iat is missing");
  c.proof.issued_at = **iat;
  const DpopQuestion& asked = c.asked;
  if (const json::Value* nonce = c.claims.find("nonce"); nonce != nullptr && asked.nonces != nullptr) {
    if (nonce->as_string() == nullptr) return refuse("nonce is not a text");
    const auto end = asked.nonces->find_end(*nonce->as_string(), asked.now);
    if (!end) return make_error(Code::expired, "the nonce is not good any more");
    c.proof.until = *end;
    return {};
  }
  if (asked.nonces != nullptr && asked.nonce_policy == NoncePolicy::always)
    return make_error(Code::expired, "a nonce is needed");
  const bool too_old = c.proof.issued_at < asked.now - kDpopOldest;
  const bool too_new = c.proof.issued_at > asked.now + kDpopAhead;
  if ((too_old || too_new) && asked.nonces != nullptr)
    return make_error(Code::expired, "the sender's clock differs from ours");
  if (too_old) return refuse("the proof is too old");
  if (too_new) return refuse("the proof was made in the future");
  c.proof.until = c.proof.issued_at + kDpopOldest + std::chrono::seconds(1);
  return {};
}

struct Rule {
  std::string_view name;
  Status (*check)(Candidate&);
};
constexpr std::array<Rule, 11> kRules{{
    {"exactly one", exactly_one},
    {"form", form},
    {"kind", kind},
    {"algorithm", algorithm},
    {"key", key},
    {"method", method},
    {"place", place},
    {"identifier", identifier},
    {"signature", signature},
    {"token", token},
    {"time", time},
}};

}  // namespace

std::span<const Algorithm> dpop_algorithms() {
  return kAlgorithms;
}

std::vector<std::string_view> dpop_rule_names() {
  std::vector<std::string_view> names;
  for (const Rule& rule : kRules) names.push_back(rule.name);
  return names;
}

Result<DpopProof> check_dpop(const DpopQuestion& question) {
  Candidate candidate{.asked = question};
  for (const Rule& rule : kRules) LANYARD_CHECK(rule.check(candidate));
  return std::move(candidate.proof);
}

}  // namespace lanyard::tokens
