#include "domain/issuers/token_rules.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "platform/crypto/claims.h"

namespace lanyard::issuers {
namespace {

constexpr std::string_view kAnyAudience = "https://wlcg.cern.ch/jwt/v1/any";

Error refuse(std::string reason) {
  return make_error(Code::unauthenticated, std::move(reason));
}

Result<std::optional<Time>> time_claim(const json::Object& claims, std::string_view name) {
  auto time = crypto::numeric_date(claims, name);
  if (!time.ok()) return refuse(std::move(time.error().message));
  return time;
}

// RFC 7515 section 4 and RFC 8725: everything that can be said about the token as a text.
Status form(Candidate& c) {
  auto jws = crypto::parse_jws(c.token);
  if (!jws.ok()) return refuse(std::move(jws.error().message));
  c.jws = std::move(*jws);
  auto claims =
      json::parse_object(c.jws.payload, {.bytes = crypto::kMaxTokenBytes, .depth = 16, .members = 2'000});
  if (!claims.ok()) return refuse("the payload is not a JSON object with unique members");
  c.claims = std::move(*claims);
  return {};
}

// Byte for byte (RFC 7519 section 4.1.1). An issuer that is not configured is never asked for anything.
Status issuer(Candidate& c) {
  const std::string* iss = crypto::text_claim(c.claims, "iss");
  if (iss == nullptr) return refuse("iss is missing or not a text");
  c.entry = c.tokens->find_issuer(*iss);
  if (c.entry == nullptr) return refuse("the issuer is not configured");
  return {};
}

// RFC 8725 section 3.1: the issuer's list, not the library's. "none" and HMAC are on no list.
Status algorithm(Candidate& c) {
  const auto named = crypto::parse_algorithm(c.jws.algorithm_name);
  const auto& allowed = c.trust().algorithms;
  if (!named.ok() || std::find(allowed.begin(), allowed.end(), *named) == allowed.end()) {
    return refuse("algorithm not allowed");
  }
  return {};
}

// RFC 8725 section 3.12: a token of another kind by the same issuer is no access token. Where the header does
// not say (most issuers in use are older than RFC 9068), the claims that only the other kinds have do.
Status kind(Candidate& c) {
  const bool says_access = c.jws.typ == "at+jwt";
  if (c.trust().profile == Trust::Profile::rfc9068) {
    if (!says_access) return refuse("typ is not at+jwt");
  } else if (!says_access && !c.jws.typ.empty() && c.jws.typ != "jwt") {
    return refuse("typ is another kind of token's");
  }
  if (c.claims.find("events") != nullptr) return refuse("this is a logout token or a security event");
  for (const auto* name : {"htm", "htu"}) {
    if (c.claims.find(name) != nullptr) return refuse("this is a proof of possession");
  }
  for (const auto* name : {"response_type", "redirect_uri"}) {
    if (c.claims.find(name) != nullptr) return refuse("this is a request object");
  }
  for (const auto* name : {"at_hash", "c_hash", "s_hash"}) {
    if (c.claims.find(name) != nullptr) return refuse("this is an ID token");
  }
  // Not standardised: Keycloak and INDIGO IAM say "Bearer", "ID", "Refresh"; Cognito says "access", "id".
  bool bearer = says_access;
  for (const auto* name : {"typ", "token_use"}) {
    const json::Value* value = c.claims.find(name);
    if (value == nullptr) continue;
    const std::string* word = value->as_string();
    if (word == nullptr) return refuse(cat(name, " is not a text"));
    const std::string lower = to_lower_ascii(*word);
    if (lower != "bearer" && lower != "access" && lower != "access_token" && lower != "at+jwt") {
      return refuse("this is another kind of token");
    }
    bearer = true;
  }
  if (!bearer && c.claims.find("nonce") != nullptr) return refuse("this is an ID token");
  return {};
}

// RFC 7519 sections 4.1.4 to 4.1.6, with the issuer's tolerance for clocks.
Status times(Candidate& c) {
  const Trust& trust = c.trust();
  LANYARD_TRY(const auto exp, time_claim(c.claims, "exp"));
  LANYARD_TRY(const auto nbf, time_claim(c.claims, "nbf"));
  LANYARD_TRY(const auto iat, time_claim(c.claims, "iat"));
  if (!exp) return refuse("exp is missing");
  if (c.now >= *exp + trust.skew) return refuse("the token has expired");
  if (nbf && *nbf > c.now + trust.skew) return refuse("the token is not valid yet");
  if (iat && *iat > c.now + trust.skew) return refuse("the token was issued in the future");
  const auto begin = iat ? *iat : nbf ? *nbf : c.now - trust.skew;
  if (*exp - begin > trust.longest_life || *exp > c.now + trust.skew + trust.longest_life) {
    return refuse("the token lives too long");
  }
  c.expires_at = *exp;
  return {};
}

// RFC 7519 section 4.1.3, compared as texts: neither case nor prefix.
Status audience(Candidate& c) {
  const Trust& trust = c.trust();
  const json::Value* value = c.claims.find("aud");
  if (value == nullptr) return refuse("aud is missing");
  const auto ours = [&](const std::string& one) {
    if (std::find(trust.audiences.begin(), trust.audiences.end(), one) != trust.audiences.end()) return true;
    return trust.any_audience && one == kAnyAudience;
  };
  bool found = false;
  if (const auto* one = value->as_string()) {
    found = ours(*one);
  } else if (const auto* several = value->as_array()) {
    for (const auto& item : *several) {
      const auto* name = item.as_string();
      if (name == nullptr) return refuse("aud is malformed");
      found = found || ours(*name);
    }
  } else {
    return refuse("aud is malformed");
  }
  if (!found) return refuse("the token is for another audience");
  return {};
}

// OpenID Connect Core section 2: at most 255 ASCII characters. What could be shown as another name (control
// characters, direction marks) is not ASCII or not printable.
Status subject(Candidate& c) {
  const std::string* sub = crypto::text_claim(c.claims, "sub");
  if (sub == nullptr || sub->empty()) return refuse("sub is missing or not a text");
  if (sub->size() > 255) return refuse("sub is too long");
  if (!std::all_of(sub->begin(), sub->end(), [](char b) { return b >= 0x20 && b < 0x7F; })) {
    return refuse("sub has characters that are not printable ASCII");
  }
  c.subject = *sub;
  if (const json::Value* jti = c.claims.find("jti")) {
    if (jti->as_string() == nullptr) return refuse("jti is not a text");
    c.token_id = *jti->as_string();
  }
  return {};
}

// WLCG token profile, "storage" capabilities: without a path the token is invalid; a path that means another
// one after decoding or cutting must not be handed on.
bool is_storage_fault(std::string_view word) {
  if (!word.starts_with("storage.")) return false;
  const auto colon = word.find(':');
  if (colon == std::string_view::npos) return true;
  const std::string_view path = word.substr(colon + 1);
  if (!path.starts_with('/') || path.find('%') != std::string_view::npos ||
      path.find('\\') != std::string_view::npos || path.find("//") != std::string_view::npos) {
    return true;
  }
  const auto parts = split(path, '/');
  return std::any_of(parts.begin(), parts.end(),
                     [](std::string_view part) { return part == "." || part == ".."; });
}

Status wlcg(const Candidate& c) {
  const std::string* version = crypto::text_claim(c.claims, "wlcg.ver");
  if (version == nullptr) return refuse("wlcg.ver is missing or not a text");
  // An unknown major version is refused, a newer minor one is not.
  const bool minor_is_number =
      version->size() > 2 &&
      std::all_of(version->begin() + 2, version->end(), [](char b) { return b >= '0' && b <= '9'; });
  if (!version->starts_with("1.") || !minor_is_number)
    return refuse("wlcg.ver is not a version that we know");
  if (c.jws.kid.empty()) return refuse("kid is missing");
  const bool fault = std::any_of(c.scopes.begin(), c.scopes.end(), is_storage_fault);
  return fault ? Status(refuse("a storage scope has no usable path")) : Status();
}

// What the issuer's profile insists on beyond RFC 7519. Reads the scopes (RFC 9068 section 2.2.3): words of
// one text; an array is no scope and grants nothing.
Status profile(Candidate& c) {
  if (const std::string* scope = crypto::text_claim(c.claims, "scope")) {
    for (const auto word : split_words(*scope)) c.scopes.emplace_back(word);
  }
  if (c.trust().profile == Trust::Profile::wlcg) return wlcg(c);
  if (c.trust().profile != Trust::Profile::rfc9068) return {};
  if (c.claims.find("iat") == nullptr) return refuse("iat is missing");
  for (const auto* name : {"client_id", "jti"}) {
    const std::string* value = crypto::text_claim(c.claims, name);
    if (value == nullptr || value->empty()) return refuse(cat(name, " is missing or not a text"));
  }
  return {};
}

Status signature(Candidate& c) {
  return c.entry->keys->verify(c.jws, c.trust().algorithms, c.patience);
}

// After the signature: "forbidden" is said only to somebody who is known.
Status scope(Candidate& c) {
  const std::string& needed = c.trust().required_scope;
  if (needed.empty() || std::find(c.scopes.begin(), c.scopes.end(), needed) != c.scopes.end()) return {};
  return make_error(Code::forbidden, cat("the scope ", needed, " is missing"));
}

constexpr std::array<Rule, 10> kRules{{
    {"form", form},
    {"issuer", issuer},
    {"algorithm", algorithm},
    {"kind", kind},
    {"times", times},
    {"audience", audience},
    {"subject", subject},
    {"profile", profile},
    {"signature", signature},
    {"scope", scope},
}};

}  // namespace

std::span<const Rule> token_rules() {
  return kRules;
}

}  // namespace lanyard::issuers
