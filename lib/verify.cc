#include "lib/verify.h"

#include <algorithm>

#include "base/text.h"

namespace lanyard::lib {
namespace {

constexpr std::string_view kAnyAudience = "https://wlcg.cern.ch/jwt/v1/any";
constexpr auto kKeysLive = std::chrono::hours(1);
constexpr auto kBetweenLooks = std::chrono::minutes(1);

Error refuse(std::string reason) {
  return make_error(Code::unauthenticated, std::move(reason));
}

// RFC 8725 section 3.12: what is made for another purpose is neither an access token nor an ID token.
Status check_kind(const crypto::UnverifiedJws& jws, const json::Object& all) {
  if (!jws.typ.empty() && jws.typ != "jwt" && jws.typ != "at+jwt")
    return refuse("typ is another kind of token's");
  if (all.find("events") != nullptr) return refuse("this is a logout token or a security event");
  for (const auto* name : {"htm", "htu"}) {
    if (all.find(name) != nullptr) return refuse("this is a proof of possession");
  }
  return {};
}

// RFC 7519 section 4.1.2. Read as absent, a subject of another kind would make everybody the same nobody.
Status check_subject(const Claims& claims) {
  const json::Value* subject = claims.all.find("sub");
  if (subject != nullptr && subject->as_string() == nullptr) return refuse("sub is not a text");
  return {};
}

// RFC 7519 section 4.1. A claim that is there and can not be read counts as broken, not as absent.
Status check_times(const Claims& claims, Duration skew, Time now) {
  if (!claims.expires) return refuse("exp is missing or not a time");
  if (now >= *claims.expires + skew) return refuse("the token has expired");
  for (const auto* name : {"nbf", "iat"}) {
    const json::Value* value = claims.all.find(name);
    if (value == nullptr) continue;
    json::Object alone{{"iat", *value}};
    const auto time = claims_of(std::move(alone)).valid_from;
    if (!time) return refuse(cat(name, " is not a time"));
    if (*time > now + skew) return refuse(cat("the token is not valid yet (", name, ")"));
  }
  return {};
}

Status check_audience(const Claims& claims, const Expected& expected) {
  for (const std::string& one : claims.audiences) {
    if (std::ranges::find(expected.audiences, one) != expected.audiences.end()) return {};
    if (expected.any_audience && one == kAnyAudience) return {};
  }
  return refuse("the token is for another audience");
}

}  // namespace

Result<Claims> check_token(std::string_view token, const Expected& expected,
                           const std::vector<crypto::PublicKey>& keys, Time now) {
  if (expected.issuer.empty() || expected.audiences.empty())
    return make_error(Code::invalid, "Issuer and audience must be named: a token is good only for them.");
  const auto jws = crypto::parse_jws(token);
  if (!jws.ok()) return refuse(jws.error().message);
  auto all =
      json::parse_object(jws->payload, {.bytes = crypto::kMaxTokenBytes, .depth = 16, .members = 2'000});
  if (!all.ok()) return refuse("the payload is not a JSON object with unique members");
  Claims claims = claims_of(std::move(*all));
  if (claims.issuer != expected.issuer) return refuse("the token is another issuer's");
  LANYARD_CHECK(crypto::verify_jws(*jws, keys, expected.algorithms));
  LANYARD_CHECK(check_kind(*jws, claims.all));
  LANYARD_CHECK(check_subject(claims));
  LANYARD_CHECK(check_times(claims, expected.skew, now));
  LANYARD_CHECK(check_audience(claims, expected));
  return claims;
}

Result<Verifier::Kept> Verifier::fetch(const std::string& issuer) {
  LANYARD_TRY(const net::Reach reach, reach_for(issuer, ca_file_));
  LANYARD_TRY(const Metadata metadata, discover(client_, reach, issuer, Spelling::exact));
  LANYARD_TRY(auto keys, fetch_keys(client_, reach, metadata));
  return Kept{std::move(keys), clock_.steady()};
}

Result<Claims> Verifier::verify(std::string_view token, const Expected& expected) {
  // Held while keys are fetched, so that many threads with one new key fetch it once.
  const std::lock_guard guard(mutex_);
  auto found = kept_.find(expected.issuer);
  if (found == kept_.end() || clock_.steady() - found->second.fetched >= kKeysLive) {
    LANYARD_TRY(Kept kept, fetch(expected.issuer));
    found = kept_.insert_or_assign(expected.issuer, std::move(kept)).first;
  }
  auto checked = check_token(token, expected, found->second.keys, clock_.now());
  const bool unknown_key = !checked.ok() && checked.error().code == Code::not_found;
  if (unknown_key && clock_.steady() - found->second.fetched >= kBetweenLooks) {
    LANYARD_TRY(Kept kept, fetch(expected.issuer));
    found->second = std::move(kept);
    checked = check_token(token, expected, found->second.keys, clock_.now());
  }
  if (!checked.ok() && checked.error().code == Code::not_found) return refuse(checked.error().message);
  return checked;
}

}  // namespace lanyard::lib
