#include "domain/clients/assertion.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "platform/crypto/claims.h"

namespace lanyard::clients {
namespace {

using crypto::Algorithm;

constexpr std::size_t kLongestJti = 256;
constexpr std::size_t kMaxKeys = 100;
const std::vector<Algorithm>& allowed() {
  static const std::vector<Algorithm> kAllowed{
      Algorithm::es256, Algorithm::es384, Algorithm::es512, Algorithm::ed25519, Algorithm::ps256,
      Algorithm::ps384, Algorithm::ps512, Algorithm::rs256, Algorithm::rs384,   Algorithm::rs512};
  return kAllowed;
}

// An assertion on its way through the rules. Nothing in it is believed before "signature" has passed.
struct Candidate {
  const AssertionQuestion& asked;
  crypto::UnverifiedJws jws;
  json::Object claims;
  Assertion found;
};

Error refuse(std::string reason) {
  return make_error(Code::unauthenticated, std::move(reason));
}

Result<json::Object> read_claims(std::string_view payload) {
  return json::parse_object(payload, {.bytes = crypto::kMaxTokenBytes, .depth = 8, .members = 200});
}

// RFC 7521 section 4.2.
Status type(Candidate& c) {
  if (c.asked.type != kAssertionType)
    return make_error(Code::invalid, cat("client_assertion_type must be ", kAssertionType, "."));
  return {};
}

Status form(Candidate& c) {
  auto jws = crypto::parse_jws(c.asked.assertion);
  if (!jws.ok()) return refuse(std::move(jws.error().message));
  c.jws = std::move(*jws);
  auto claims = read_claims(c.jws.payload);
  if (!claims.ok()) return refuse("the payload is not a JSON object with unique members");
  c.claims = std::move(*claims);
  return {};
}

// RFC 8725 section 3.12: an access token, an ID token or a proof that the client happens to have signed is no
// assertion. rfc7523bis asks for client-authentication+jwt; most libraries in use send JWT or nothing.
Status kind(Candidate& c) {
  const std::string& typ = c.jws.typ;
  if (!typ.empty() && typ != "jwt" && typ != "client-authentication+jwt")
    return refuse("typ is another kind of token's");
  return {};
}

// RFC 7523 section 3, 1 and 2.B.
Status names(Candidate& c) {
  for (const auto* name : {"iss", "sub"}) {
    const std::string* value = crypto::text_claim(c.claims, name);
    if (value == nullptr) return refuse(cat(name, " is missing or not a text"));
    if (*value != c.asked.client->id.str()) return refuse(cat(name, " is not the client"));
  }
  return {};
}

// rfc7523bis: our issuer as one text and nothing else. Another server that the client trusts could otherwise
// get an assertion that names both of us, or our token endpoint, and use it here (CVE-2025-27370).
Status audience(Candidate& c) {
  const std::string* aud = crypto::text_claim(c.claims, "aud");
  if (aud == nullptr) return refuse("aud is missing or not one text");
  if (*aud != c.asked.issuer) return refuse("aud is not our issuer");
  return {};
}

// RFC 7523 section 3, 4 to 6. How long a jti has to be remembered follows from exp, so exp is bounded.
Status times(Candidate& c) {
  const Time now = c.asked.now;
  std::array<std::optional<Time>, 3> at;
  constexpr std::array<std::string_view, 3> kNames{"exp", "nbf", "iat"};
  for (std::size_t i = 0; i < at.size(); ++i) {
    auto value = crypto::numeric_date(c.claims, kNames[i]);
    if (!value.ok()) return refuse(std::move(value.error().message));
    at[i] = *value;
  }
  const auto& [exp, nbf, iat] = at;
  if (!exp) return refuse("exp is missing");
  if (now >= *exp + kAssertionSkew) return refuse("the assertion has expired");
  if (*exp > now + kAssertionLife + kAssertionSkew) return refuse("exp is too far ahead");
  if (nbf && *nbf > now + kAssertionSkew) return refuse("the assertion is not valid yet");
  if (iat && *iat > now + kAssertionSkew) return refuse("the assertion was made in the future");
  if (iat && *iat + kAssertionOldest < now) return refuse("the assertion was made too long ago");
  c.found.until = *exp + kAssertionSkew;
  return {};
}

// RFC 7523 section 3, 7; required here because one that can not be told from the next can be used again.
Status identifier(Candidate& c) {
  const std::string* jti = crypto::text_claim(c.claims, "jti");
  if (jti == nullptr || jti->empty()) return refuse("jti is missing or not a text");
  if (jti->size() > kLongestJti) return refuse("jti is too long");
  c.found.jti = *jti;
  return {};
}

// RFC 7523 section 3, 9. The client's keys say what they verify; "none" and HMAC are no key's.
Status signature(Candidate& c) {
  return c.asked.verify(c.jws, allowed());
}

struct Rule {
  std::string_view name;
  Status (*check)(Candidate&);
};
constexpr std::array<Rule, 8> kRules{{
    {"type", type},
    {"form", form},
    {"kind", kind},
    {"names", names},
    {"audience", audience},
    {"times", times},
    {"identifier", identifier},
    {"signature", signature},
}};

}  // namespace

std::span<const Algorithm> assertion_algorithms() {
  return allowed();
}

Result<std::string> claimed_client(std::string_view assertion) {
  LANYARD_TRY(const auto jws, crypto::parse_jws(assertion));
  LANYARD_TRY(const json::Object claims, read_claims(jws.payload));
  const std::string* sub = crypto::text_claim(claims, "sub");
  if (sub == nullptr) return make_error(Code::invalid, "sub is missing or not a text");
  return *sub;
}

Result<std::vector<crypto::PublicKey>> keys_of(const Client& client) {
  const json::Value* member = client.jwks.find("keys");
  const json::Array* list = member == nullptr ? nullptr : member->as_array();
  if (list == nullptr || list->empty()) return make_error(Code::invalid, "the client has no keys");
  if (list->size() > kMaxKeys) return make_error(Code::invalid, "the client has too many keys");
  std::vector<crypto::PublicKey> keys;
  for (const json::Value& one : *list) {
    if (one.as_object() == nullptr) return make_error(Code::invalid, "a key of the client is not an object");
    // A key to encrypt to is not one that signs, and may stand in the same set (RFC 7517 section 4.2).
    const json::Value* use = one.as_object()->find("use");
    if (use != nullptr && *use == json::Value("enc")) continue;
    auto key = crypto::parse_jwk(*one.as_object());
    if (!key.ok()) return make_error(Code::invalid, cat("a key of the client: ", key.error().message));
    keys.push_back(std::move(*key));
  }
  if (keys.empty()) return make_error(Code::invalid, "the client has no key that signs");
  return keys;
}

Result<Assertion> check_assertion(const AssertionQuestion& question) {
  Candidate candidate{.asked = question};
  for (const Rule& rule : kRules) LANYARD_CHECK(rule.check(candidate));
  return std::move(candidate.found);
}

}  // namespace lanyard::clients
