#include "doors/signin/logout_token.h"

#include <algorithm>

#include "base/text.h"
#include "doors/signin/id_token.h"
#include "platform/crypto/claims.h"

namespace lanyard::doors::signin {
namespace {

constexpr std::string_view kEvent = "http://schemas.openid.net/event/backchannel-logout";
constexpr Duration kLongestLife = std::chrono::hours(1);  // how long a jti has to be remembered at most

Error wrong(std::string reason) {
  return make_error(Code::invalid, std::move(reason));
}

// Section 2.4 recommends a type of its own; older upstreams say "JWT" or nothing. An access token or an ID
// token that says what it is, is something else (RFC 8725 section 3.11).
Status check_kind(const crypto::UnverifiedJws& jws, const json::Object& claims) {
  if (!jws.typ.empty() && jws.typ != "logout+jwt" && jws.typ != "jwt")
    return wrong("typ: not a logout token's");
  const json::Value* events = claims.find("events");
  const json::Object* named = events == nullptr ? nullptr : events->as_object();
  const json::Value* event = named == nullptr ? nullptr : named->find(kEvent);
  if (event == nullptr || event->as_object() == nullptr) return wrong("events: no back-channel logout");
  // Else an ID token could be made into a logout token.
  if (claims.find("nonce") != nullptr) return wrong("nonce: must not be there");
  return {};
}

Status check_parties(const json::Object& claims, const LogoutExpected& expected) {
  const std::string* iss = crypto::text_claim(claims, "iss");
  if (iss == nullptr || *iss != expected.issuer) return wrong("iss: not the provider's issuer");
  const json::Value* aud = claims.find("aud");
  if (aud == nullptr) return wrong("aud: missing");
  if (const std::string* one = aud->as_string())
    return *one == expected.client_id ? Status() : Status(wrong("aud: not meant for us"));
  const json::Array* many = aud->as_array();
  if (many == nullptr) return wrong("aud: neither a text nor a list");
  const bool is_ours = std::ranges::any_of(*many, [&](const json::Value& each) {
    return each.as_string() != nullptr && *each.as_string() == expected.client_id;
  });
  return is_ours ? Status() : Status(wrong("aud: not meant for us"));
}

Result<Time> check_times(const json::Object& claims, Time now) {
  LANYARD_TRY(const auto iat, crypto::numeric_date(claims, "iat"));
  LANYARD_TRY(const auto exp, crypto::numeric_date(claims, "exp"));
  if (!iat) return wrong("iat: missing");
  if (!exp) return wrong("exp: missing");
  if (*iat > now + kSkew) return wrong("iat: in the future");
  if (now - *iat > kOldestIdToken) return wrong("iat: too long ago");
  if (*exp <= now - kSkew) return wrong("exp: over");
  if (*exp - *iat > kLongestLife) return wrong("exp: too far from iat");
  return *exp;
}

// "" when absent.
Result<std::string> name_in(const json::Object& claims, std::string_view name) {
  if (claims.find(name) == nullptr) return std::string();
  const std::string* text = crypto::text_claim(claims, name);
  if (text == nullptr || !is_subject(*text))
    return wrong(cat(name, ": empty, too long or not printable ASCII"));
  return *text;
}

}  // namespace

Result<LogoutToken> check_logout_token(const crypto::UnverifiedJws& jws, const json::Object& claims,
                                       const LogoutExpected& expected) {
  LogoutToken token;
  LANYARD_CHECK(check_kind(jws, claims));
  LANYARD_CHECK(check_parties(claims, expected));
  LANYARD_TRY(token.expires_at, check_times(claims, expected.now));
  LANYARD_TRY(token.subject, name_in(claims, "sub"));
  LANYARD_TRY(token.sid, name_in(claims, "sid"));
  LANYARD_TRY(token.jti, name_in(claims, "jti"));
  if (token.subject.empty() && token.sid.empty()) return wrong("sub, sid: neither is there");
  if (token.jti.empty()) return wrong("jti: missing");
  return token;
}

}  // namespace lanyard::doors::signin
