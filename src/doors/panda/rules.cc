#include "doors/panda/rules.h"

#include <algorithm>

#include "base/text.h"
#include "platform/crypto/jws.h"

namespace lanyard::doors::panda {
namespace {

using clients::Client;
using clients::ClientPtr;
using clients::Profile;

Error refuse(std::string text) {
  return make_error(Code::unauthenticated, std::move(text));
}

std::string text_of(const json::Object& claims, std::string_view name) {
  const json::Value* value = claims.find(name);
  return value != nullptr && value->as_string() != nullptr ? *value->as_string() : "";
}

Result<crypto::UnverifiedJws> take_apart(std::string_view token) {
  if (std::ranges::count(token, '.') != 2) return refuse("Invalid token. Not enough segments");
  auto jws = crypto::parse_jws(token);
  if (!jws) return refuse(cat("Invalid token. Invalid header padding: ", jws.error().message));
  return jws;
}

bool has_organisation(const Client& client) {
  return client.kind == "oauth" && client.enabled && !client.virtual_organisation.empty();
}

// `aud` is one client of ours that is about an organisation. The PanDA server takes `client_id` or `sub` in
// its place, and holds `aud` against itself: any token of the issuer would do.
Result<ClientPtr> find_client(const Sources& sources, const json::Object& claims) {
  const json::Value* aud = claims.find("aud");
  if (aud != nullptr && aud->as_string() == nullptr)
    return refuse("Token decode failure. unhashable type: 'list'");
  auto client = sources.find_client(text_of(claims, "aud"));
  if (!client && client.error().code == Code::unavailable) return client;
  if (!client || !has_organisation(**client)) return refuse("cannot extract client_id from token");
  return client;
}

// A client's own access token says so with `sub`; a person's names the account there.
bool is_own_token(const crypto::UnverifiedJws& jws, const json::Object& claims) {
  return jws.typ == "at+jwt" && !text_of(claims, "sub").empty() &&
         text_of(claims, "sub") == text_of(claims, "client_id");
}

// The PanDA server knows robots by `robot_ids` of its file, we by what stands at the client.
Result<ClientPtr> find_robot(const Sources& sources, const json::Object& claims) {
  auto client = sources.find_client(text_of(claims, "sub"));
  if (!client && client.error().code == Code::unavailable) return client;
  const bool is_robot = client && has_organisation(**client) && !(*client)->robot_roles.empty() &&
                        (*client)->may(clients::Grant::client_credentials);
  if (!is_robot) return refuse("cannot extract client_id from token");
  return client;
}

Status check_signature(const Sources& sources, const crypto::UnverifiedJws& jws) {
  if (jws.kid.empty()) return refuse("cannot extract kid from headers");
  const bool is_known =
      std::ranges::any_of(sources.keys, [&](const crypto::PublicKey& key) { return key.kid() == jws.kid; });
  if (!is_known) return refuse(cat("JWK not found for kid=", jws.kid));
  if (jws.algorithm_name != "RS256") return refuse("Invalid token. The specified alg value is not allowed");
  if (!crypto::verify_jws(jws, sources.keys, {crypto::Algorithm::rs256}))
    return refuse("Invalid token. Signature verification failed");
  return {};
}

std::optional<std::int64_t> seconds_of(const json::Object& claims, std::string_view name) {
  const json::Value* value = claims.find(name);
  if (value == nullptr || value->as_integer() == nullptr) return {};
  return *value->as_integer();
}

// The PanDA server takes a token without `exp` for good forever. One minute between the clocks of replicas.
Status check_times(const Sources& sources, const json::Object& claims) {
  constexpr std::int64_t kSkew = 60;
  const std::int64_t now = to_unix_seconds(sources.now);
  const auto exp = seconds_of(claims, "exp");
  const auto iat = seconds_of(claims, "iat");
  if (!exp) return refuse("Invalid token. Token is missing the \"exp\" claim");
  if (!iat) return refuse("Invalid token. Token is missing the \"iat\" claim");
  if (*iat > now + kSkew) return refuse("Invalid token. The token is not yet valid (iat)");
  if (claims.find("nbf") != nullptr) {
    const auto nbf = seconds_of(claims, "nbf");
    if (!nbf || *nbf > now + kSkew) return refuse("Invalid token. The token is not yet valid (nbf)");
  }
  if (*exp <= now) return refuse("Invalid token. Signature has expired");
  return {};
}

// Byte for byte: a prefix of the issuer is another issuer. One of ours, and the one that its client is of.
Status check_issuer(const Sources& sources, const Client& client, const json::Object& claims) {
  const std::string iss = text_of(claims, "iss");
  if (iss != cat(sources.main_issuer, client.issuer_path) ||
      std::ranges::find(sources.issuers, iss) == sources.issuers.end())
    return refuse("failed to decode: Invalid issuer");
  return {};
}

// An access or logout token of ours is no ID token, whoever signed it (RFC 8725 section 3.11).
Status check_kind(const crypto::UnverifiedJws& jws, const json::Object& claims) {
  if (jws.typ != "jwt" || text_of(claims, "sub").empty() || text_of(claims, "jti").empty())
    return refuse("Token decode failure. this is not an ID token");
  return {};
}

// The organisation is the client's own: a member of one organisation says nothing about another. A dot
// belongs to a name before it divides one.
Result<Origin> check_origin(const Sources& sources, const Client& client,
                            std::optional<std::string_view> header) {
  if (!header || header->empty()) return refuse("Token decode failure. the header Origin is missing");
  if (*header == client.virtual_organisation) return Origin{client.virtual_organisation, ""};
  LANYARD_TRY(const auto whole, sources.find_organisation(*header));
  Origin origin = whole.empty() ? split_origin(*header) : Origin{std::string(*header), ""};
  if (origin.organisation != client.virtual_organisation)
    return refuse(cat("Unknown vo : ", cut_utf8(origin.organisation, 100)));
  return origin;
}

// "groups", or "wlcg.groups" in the other profile; with or without a slash in front.
Result<std::string> check_groups(const json::Object& claims, const Client& client, const Origin& origin) {
  const std::string_view name = client.profile == Profile::wlcg ? "wlcg.groups" : "groups";
  const json::Value* groups = claims.find(name);
  if (groups == nullptr || groups->as_array() == nullptr)
    return refuse(cat("Token decode failure. '", name, "'"));
  const std::string wanted =
      origin.role.empty() ? origin.organisation : cat(origin.organisation, "/", origin.role);
  const bool is_member = std::ranges::any_of(*groups->as_array(), [&](const json::Value& one) {
    const std::string* group = one.as_string();
    return group != nullptr && (*group == wanted || *group == cat("/", wanted));
  });
  // A role is one word: "production/x" would read as production in /Rubin/Role=production/x.
  if (!is_member || origin.role.find('/') != std::string::npos)
    return refuse(cat("Not a member of the ", cut_utf8(wanted, 200), " group"));
  return wanted;
}

// What the PanDA server makes up for a robot: groups that fit, and a name.
Result<std::string> check_robot_role(const Client& client, const Origin& origin, Good& good) {
  good.name = cat("robot ", origin.role.empty() ? "None" : origin.role);
  if (origin.role.empty()) return origin.organisation;
  const std::string wanted = cat(origin.organisation, "/", origin.role);
  if (std::ranges::find(client.robot_roles, origin.role) == client.robot_roles.end())
    return refuse(cat("Not a member of the ", cut_utf8(wanted, 200), " group"));
  return wanted;
}

}  // namespace

Result<Good> check_token(const Sources& sources, std::string_view token,
                         std::optional<std::string_view> origin) {
  LANYARD_TRY(const auto jws, take_apart(token));
  auto claims = json::parse_object(jws.payload);
  if (!claims) return refuse("Invalid token. Invalid payload string");
  Good good;
  good.is_robot = is_own_token(jws, *claims);
  LANYARD_TRY(good.client, good.is_robot ? find_robot(sources, *claims) : find_client(sources, *claims));
  LANYARD_CHECK(check_signature(sources, jws));
  LANYARD_CHECK(check_times(sources, *claims));
  LANYARD_CHECK(check_issuer(sources, *good.client, *claims));
  if (!good.is_robot) {
    LANYARD_CHECK(check_kind(jws, *claims));
  }
  LANYARD_TRY(good.origin, check_origin(sources, *good.client, origin));
  if (good.is_robot) {
    LANYARD_TRY(good.group, check_robot_role(*good.client, good.origin, good));
  } else {
    LANYARD_TRY(good.group, check_groups(*claims, *good.client, good.origin));
    good.name = text_of(*claims, "name");
  }
  good.sub = text_of(*claims, "sub");
  good.jti = text_of(*claims, "jti");
  good.nickname = text_of(*claims, "preferred_username");
  good.expires_at = from_unix_seconds(*seconds_of(*claims, "exp"));
  good.claims = std::move(*claims);
  return good;
}

}  // namespace lanyard::doors::panda
