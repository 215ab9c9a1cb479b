// Reading a token that we made. Everything that our own tokens always have must be there: a token that lacks
// it is not ours, whoever signed it.
#include <algorithm>
#include <array>

#include "base/text.h"
#include "domain/tokens/mint.h"
#include "domain/tokens/scopes.h"
#include "platform/crypto/jws.h"

namespace lanyard::tokens {
namespace {

// Between the clocks of our own replicas.
constexpr Duration kSkew = std::chrono::seconds(60);
constexpr std::array<std::string_view, 3> kKinds{"at+jwt", "jwt", "logout+jwt"};

Error refuse(std::string reason) {
  return make_error(Code::unauthenticated, std::move(reason));
}

Result<std::string> need_text(const json::Object& claims, std::string_view name) {
  const json::Value* value = claims.find(name);
  const std::string* text = value != nullptr ? value->as_string() : nullptr;
  if (text == nullptr || text->empty() || text->size() > 2000) return refuse(cat("no good \"", name, "\""));
  return *text;
}

Result<Time> need_time(const json::Object& claims, std::string_view name) {
  constexpr std::int64_t kLastSecond = 253'402'300'799;  // the end of the year 9999
  const json::Value* value = claims.find(name);
  const std::int64_t* seconds = value != nullptr ? value->as_integer() : nullptr;
  if (seconds == nullptr || *seconds < 0 || *seconds > kLastSecond)
    return refuse(cat("no good \"", name, "\""));
  return from_unix_seconds(*seconds);
}

Result<std::vector<std::string>> need_audience(const json::Object& claims) {
  const json::Value* value = claims.find("aud");
  if (value != nullptr && value->as_string() != nullptr && !value->as_string()->empty())
    return std::vector<std::string>{*value->as_string()};
  const json::Array* array = value != nullptr ? value->as_array() : nullptr;
  if (array == nullptr || array->empty()) return refuse("no good \"aud\"");
  std::vector<std::string> audience;
  for (const json::Value& one : *array) {
    if (one.as_string() == nullptr || one.as_string()->empty()) return refuse("no good \"aud\"");
    audience.push_back(*one.as_string());
  }
  return audience;
}

Status check_times(const Ours& ours, Time now, Expired expired) {
  if (expired == Expired::refuse && now >= ours.expires_at) return refuse("the token has expired");
  if (ours.issued_at > now + kSkew) return refuse("the token was issued in the future");
  if (ours.expires_at <= ours.issued_at) return refuse("the token ends before it begins");
  if (ours.claims.find("nbf") != nullptr) {
    LANYARD_TRY(const Time nbf, need_time(ours.claims, "nbf"));
    if (nbf > now + kSkew) return refuse("the token is not valid yet");
  }
  return {};
}

}  // namespace

Result<Ours> read_ours(Keys& keys, std::span<const std::string> issuers, std::string_view token, Time now,
                       Expired expired) {
  const auto jws = crypto::parse_jws(token);
  if (!jws) return refuse(jws.error().message);
  if (jws->kid.empty()) return refuse("no key is named");
  LANYARD_TRY(const auto verifiers, keys.verifiers());
  const Status verified =
      crypto::verify_jws(*jws, *verifiers, {crypto::Algorithm::es256, crypto::Algorithm::rs256});
  if (!verified) return refuse(verified.error().message);
  // RFC 8725 section 3.11: what one kind of token says, another never does.
  if (std::find(kKinds.begin(), kKinds.end(), jws->typ) == kKinds.end()) return refuse("no kind of ours");

  Ours ours;
  ours.typ = jws->typ;
  ours.is_access_token = ours.typ == "at+jwt";
  auto claims = json::parse_object(jws->payload);
  if (!claims) return refuse("the payload is no object");
  ours.claims = std::move(*claims);
  LANYARD_TRY(ours.issuer, need_text(ours.claims, "iss"));
  if (std::find(issuers.begin(), issuers.end(), ours.issuer) == issuers.end())
    return refuse("another issuer");
  LANYARD_TRY(ours.jti, need_text(ours.claims, "jti"));
  LANYARD_TRY(ours.audience, need_audience(ours.claims));
  LANYARD_TRY(ours.issued_at, need_time(ours.claims, "iat"));
  LANYARD_TRY(ours.expires_at, need_time(ours.claims, "exp"));
  LANYARD_CHECK(check_times(ours, now, expired));
  // A logout token may be about a session alone.
  if (ours.typ != "logout+jwt" || ours.claims.find("sub") != nullptr) {
    LANYARD_TRY(ours.sub, need_text(ours.claims, "sub"));
  }
  if (ours.is_access_token) {
    LANYARD_TRY(ours.client_id, need_text(ours.claims, "client_id"));
    if (ours.claims.find("scope") != nullptr) {
      LANYARD_TRY(const std::string scope, need_text(ours.claims, "scope"));
      auto scopes = parse_scope(scope);
      if (!scopes) return refuse("no good \"scope\"");
      ours.scopes = std::move(*scopes);
    }
  } else {
    if (ours.audience.size() != 1) return refuse("no good \"aud\"");
    ours.client_id = ours.audience.front();
  }
  return ours;
}

}  // namespace lanyard::tokens
