#include "domain/tokens/mint.h"

#include <algorithm>
#include <array>

#include "base/ids.h"
#include "base/text.h"
#include "domain/tokens/profiles.h"
#include "domain/tokens/scopes.h"
#include "platform/crypto/digest.h"
#include "platform/crypto/jws.h"

namespace lanyard::tokens {
namespace {

using crypto::Algorithm;

constexpr std::size_t kIdLength = 15, kTail = 16;
constexpr Duration kLogoutLife = std::chrono::minutes(2);

// Never guessed, never used twice: 128 bits, or 96 beside a grant's id, which is random itself.
std::string make_jti(Random& random, const std::string& grant) {
  if (grant.empty()) return base64url_encode(random.bytes(16));
  return cat(grant, '.', base64url_encode(random.bytes(12)));
}

// OIDC Core section 2, RFC 9068 section 2.2: at most 255 ASCII characters.
bool is_subject(std::string_view sub) {
  return !sub.empty() && sub.size() <= 255 &&
         std::all_of(sub.begin(), sub.end(), [](char c) { return c >= 0x21 && c <= 0x7E; });
}

// OIDC Core section 3.1.3.6: the left half of the hash that belongs to the algorithm.
std::string half_hash(Algorithm algorithm, std::string_view token) {
  std::string hash;
  switch (algorithm) {
    case Algorithm::rs256:
    case Algorithm::ps256:
    case Algorithm::es256:
      hash = crypto::sha256_bytes(token);
      break;
    case Algorithm::rs384:
    case Algorithm::ps384:
    case Algorithm::es384:
      hash = crypto::sha384_bytes(token);
      break;
    case Algorithm::rs512:
    case Algorithm::ps512:
    case Algorithm::es512:
    case Algorithm::ed25519:
      hash = crypto::sha512_bytes(token);
      break;
  }
  return base64url_encode(std::string_view(hash).substr(0, hash.size() / 2));
}

struct Span {
  std::int64_t from = 0, until = 0;  // seconds, as tokens carry them
};
Result<Span> span(const Order& order, Time now, Duration life, Duration longest) {
  Time until = now + std::min(life, longest);
  if (order.not_after) until = std::min(until, *order.not_after);
  const Span seconds{to_unix_seconds(now), to_unix_seconds(until)};
  if (seconds.until <= seconds.from)
    return make_error(Code::expired, "What stands behind this token is over.", "Sign in again.");
  return seconds;
}

Status check(const Order& order) {
  if (order.client == nullptr || order.subject == nullptr) return internal_error("an order without a client");
  if (!is_subject(order.subject->id)) return internal_error("a subject that can not stand in a token");
  for (const std::string& scope : order.scopes) {
    if (is_forbidden(scope) || !covers(scope, scope))
      return make_error(Code::invalid, cat("The scope \"", scope, "\" can not be given out."));
  }
  return {};
}

Result<json::Value> audience(const Order& order, const std::string& issuer) {
  const std::vector<std::string>& registered = order.client->audiences;
  if (order.audience.empty()) return json::Value(registered.empty() ? issuer : registered.front());
  if (order.audience.size() == 1) return json::Value(order.audience.front());
  const clients::Profile profile = order.client->profile;
  if (profile == clients::Profile::iam || profile == clients::Profile::servicex)
    return make_error(Code::invalid, "Tokens of this client are for one audience.", "Name one audience.");
  return json::Value(json::Array(order.audience.begin(), order.audience.end()));
}

// How somebody signed in: RFC 9068 section 2.2.1, OIDC Core section 2.
void add_sign_in(json::Object& claims, const Order& order) {
  if (!order.subject->is_person) return;
  if (order.auth_time != Time{}) claims.set("auth_time", to_unix_seconds(order.auth_time));
  if (!order.acr.empty()) claims.set("acr", order.acr);
  if (!order.amr.empty()) claims.set("amr", json::Array(order.amr.begin(), order.amr.end()));
}

// RFC 7800 section 3, RFC 9449 section 6.1, RFC 8705 section 3.1.
void add_binding(json::Object& claims, const Order& order) {
  json::Object cnf;
  if (!order.dpop_thumbprint.empty()) cnf.set("jkt", order.dpop_thumbprint);
  if (!order.certificate_thumbprint.empty()) cnf.set("x5t#S256", order.certificate_thumbprint);
  if (!cnf.empty()) claims.set("cnf", std::move(cnf));
}

// What a profile says never takes the place of what stands there already.
void add_all(json::Object& claims, const json::Object& more) {
  for (const json::Member& member : more)
    if (claims.find(member.name) == nullptr) claims.set(member.name, member.value);
}

std::string sign(const SigningKey& key, std::string_view type, const json::Object& claims) {
  return crypto::sign_jws(key.key, {{"typ", type}}, json::write(claims));
}

}  // namespace

std::string_view grant_of(std::string_view jti) {
  if (jti.size() != kIdLength + 1 + kTail || jti[kIdLength] != '.') return {};
  const std::string_view id = jti.substr(0, kIdLength);
  return is_id_text(id) ? id : std::string_view{};
}

Mint::Mint(Keys& keys, Random& random, const Clock& clock, std::string issuer, EntitlementNames names)
    : keys_(keys), random_(random), clock_(clock), issuer_(std::move(issuer)), names_(std::move(names)) {}

std::string Mint::issuer_of(const clients::Client& client) const {
  return cat(issuer_, client.issuer_path);
}

Result<Minted> Mint::access_token(const Order& order) {
  LANYARD_CHECK(check(order));
  const clients::Client& client = *order.client;
  const std::string issuer = issuer_of(client);
  const Time now = clock_.now();
  LANYARD_TRY(const Span life, span(order, now, client.lives.access_token, keys_.times().longest_token));
  LANYARD_TRY(auto aud, audience(order, issuer));
  LANYARD_TRY(auto extra, profile_claims(Document::access_token, order, {issuer, names_}, now));
  LANYARD_TRY(const auto key, keys_.signer(client.access_token_algorithm));

  Minted minted;
  minted.jti = make_jti(random_, order.grant_id);
  minted.expires_at = from_unix_seconds(life.until);
  json::Object claims{
      {"iss", issuer},    {"sub", order.subject->id}, {"aud", std::move(aud)},       {"exp", life.until},
      {"iat", life.from}, {"jti", minted.jti},        {"client_id", client.id.str()}};
  if (!order.scopes.empty()) claims.set("scope", join(order.scopes, " "));
  add_sign_in(claims, order);
  add_binding(claims, order);
  if (!order.act.empty()) claims.set("act", order.act);
  add_all(claims, extra);
  minted.token = sign(*key, header_type(Document::access_token, order), claims);
  return minted;
}

Result<Minted> Mint::id_token(const Order& order, std::string_view access_token) {
  LANYARD_CHECK(check(order));
  const clients::Client& client = *order.client;
  const std::string issuer = issuer_of(client);
  const Time now = clock_.now();
  LANYARD_TRY(const Span life, span(order, now, client.lives.id_token, keys_.times().longest_token));
  LANYARD_TRY(auto extra, profile_claims(Document::id_token, order, {issuer, names_}, now));
  LANYARD_TRY(const auto key, keys_.signer(client.id_token_algorithm));

  Minted minted;
  minted.jti = make_jti(random_, order.grant_id);
  minted.expires_at = from_unix_seconds(life.until);
  // `aud` is one text: PanDA's server stops at an array.
  json::Object claims{{"iss", issuer},     {"sub", order.subject->id}, {"aud", client.id.str()},
                      {"exp", life.until}, {"iat", life.from},         {"jti", minted.jti}};
  add_sign_in(claims, order);
  if (!order.nonce.empty()) claims.set("nonce", order.nonce);
  if (!order.session_id.empty()) claims.set("sid", order.session_id);
  if (!access_token.empty()) claims.set("at_hash", half_hash(key->key.algorithm(), access_token));
  if (client.profile == clients::Profile::iam) claims.set("kid", key->key.kid());
  add_all(claims, extra);
  minted.token = sign(*key, header_type(Document::id_token, order), claims);
  return minted;
}

json::Object Mint::userinfo(const Order& order) const {
  json::Object claims{{"sub", order.subject->id}};
  // A profile that refuses to speak about somebody says nothing beyond who it is.
  const std::string issuer = issuer_of(*order.client);
  if (auto more = profile_claims(Document::userinfo, order, {issuer, names_}, clock_.now()))
    add_all(claims, *more);
  return claims;
}

Result<std::string> Mint::logout_token(const clients::Client& client, std::string_view sub,
                                       std::string_view sid) {
  if (sub.empty() && sid.empty()) return internal_error("a logout token about nobody");
  LANYARD_TRY(const auto key, keys_.signer(client.id_token_algorithm));
  const Time now = clock_.now();
  json::Object claims{{"iss", issuer_of(client)},
                      {"aud", client.id.str()},
                      {"iat", to_unix_seconds(now)},
                      {"exp", to_unix_seconds(now + kLogoutLife)},
                      {"jti", make_jti(random_, "")}};
  if (!sub.empty()) claims.set("sub", sub);
  if (!sid.empty()) claims.set("sid", sid);
  claims.set("events", json::Object{{"http://schemas.openid.net/event/backchannel-logout", json::Object{}}});
  return sign(*key, "logout+jwt", claims);
}

}  // namespace lanyard::tokens
