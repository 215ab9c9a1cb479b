#include "doors/signin/id_token.h"

#include <algorithm>
#include <array>

#include "base/secret.h"
#include "base/text.h"
#include "platform/crypto/claims.h"
#include "platform/crypto/digest.h"

namespace lanyard::doors::signin {
namespace {

struct Token {
  const crypto::UnverifiedJws& jws;
  const json::Object& claims;
  const Expected& expected;

  const std::string* text(std::string_view name) const { return crypto::text_claim(claims, name); }
};

Fault wrong(std::string reason) {
  return {Problem::wrong_answer, std::move(reason)};
}

// Absent and unusable alike are nothing here: each rule that asks needs the time.
std::optional<Time> time_claim(const Token& token, std::string_view name) {
  const auto time = crypto::numeric_date(token.claims, name);
  return time.ok() ? *time : std::nullopt;
}

// RFC 8725 section 3.11: an access token or a logout token says what it is, and is not an ID token.
Checked kind(const Token& token) {
  if (token.jws.typ.ends_with("+jwt")) return wrong(cat("typ: the token says it is ", token.jws.typ));
  return {};
}

Checked issuer(const Token& token) {
  const std::string* iss = token.text("iss");
  if (iss == nullptr || *iss != token.expected.issuer) return wrong("iss: not the provider's issuer");
  return {};
}

Checked audience(const Token& token) {
  const json::Value* aud = token.claims.find("aud");
  if (aud == nullptr) return wrong("aud: missing");
  if (const std::string* one = aud->as_string()) {
    if (*one == token.expected.client_id) return {};
    return wrong("aud: not meant for us");
  }
  const json::Array* many = aud->as_array();
  if (many == nullptr ||
      !std::ranges::all_of(*many, [](const json::Value& each) { return each.as_string() != nullptr; })) {
    return wrong("aud: neither a text nor a list of texts");
  }
  const auto ours = [&](const json::Value& each) { return *each.as_string() == token.expected.client_id; };
  if (std::ranges::none_of(*many, ours)) return wrong("aud: not meant for us");
  if (many->size() > 1 && token.claims.find("azp") == nullptr)
    return wrong("azp: missing, although the token is meant for others too");
  return {};
}

Checked authorised_party(const Token& token) {
  if (token.claims.find("azp") == nullptr) return {};
  const std::string* azp = token.text("azp");
  if (azp == nullptr || *azp != token.expected.client_id)
    return wrong("azp: the token was issued to another");
  return {};
}

Checked expiry(const Token& token) {
  const auto exp = time_claim(token, "exp");
  if (!exp) return wrong("exp: missing, or not a time");
  if (token.expected.now >= *exp + kSkew) return Fault{Problem::clock, "exp: over already"};
  if (token.claims.find("nbf") == nullptr) return {};
  const auto from = time_claim(token, "nbf");
  if (!from) return wrong("nbf: not a time");
  if (*from > token.expected.now + kSkew) return Fault{Problem::clock, "nbf: in the future"};
  return {};
}

Checked time_of_issue(const Token& token) {
  const auto iat = time_claim(token, "iat");
  if (!iat) return wrong("iat: missing, or not a time");
  if (*iat > token.expected.now + kSkew) return Fault{Problem::clock, "iat: in the future"};
  if (token.expected.now - *iat > kOldestIdToken) return Fault{Problem::clock, "iat: too long ago"};
  return {};
}

// Binds the token to this very login: a token that was stolen elsewhere and injected here fails.
Checked nonce(const Token& token) {
  const std::string* said = token.text("nonce");
  if (said == nullptr || !equal_in_constant_time(*said, token.expected.nonce))
    return wrong("nonce: not of this login");
  return {};
}

// The left half of the digest that belongs to the signature's algorithm.
std::string half_hash(std::string_view algorithm, std::string_view text) {
  std::string digest;
  if (algorithm.ends_with("256")) {
    digest = crypto::sha256_bytes(text);
  } else if (algorithm.ends_with("384")) {
    digest = crypto::sha384_bytes(text);
  } else {
    digest = crypto::sha512_bytes(text);  // *512, and Ed25519, whose own digest it is
  }
  return base64url_encode(std::string_view(digest).substr(0, digest.size() / 2));
}

Checked access_token_hash(const Token& token) {
  if (token.claims.find("at_hash") == nullptr) return {};
  const std::string* said = token.text("at_hash");
  if (said == nullptr ||
      !equal_in_constant_time(*said, half_hash(token.jws.algorithm_name, token.expected.access_token))) {
    return wrong("at_hash: not of the access token that came with it");
  }
  return {};
}

Checked subject(const Token& token) {
  const std::string* sub = token.text("sub");
  if (sub == nullptr || !is_subject(*sub)) return wrong("sub: missing, too long or not printable ASCII");
  return {};
}

constexpr std::array kRules{kind,          issuer, audience,          authorised_party, expiry,
                            time_of_issue, nonce,  access_token_hash, subject};

}  // namespace

bool is_subject(std::string_view text) {
  return !text.empty() && text.size() <= 255 &&
         std::ranges::all_of(text, [](char c) { return c >= 0x20 && c <= 0x7E; });
}

Checked check_id_token(const crypto::UnverifiedJws& jws, const json::Object& claims,
                       const Expected& expected) {
  const Token token{jws, claims, expected};
  for (const auto rule : kRules) {
    if (Checked fault = rule(token)) return fault;
  }
  return {};
}

}  // namespace lanyard::doors::signin
