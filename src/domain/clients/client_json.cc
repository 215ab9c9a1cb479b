// A client as JSON: names of RFC 7591, 7592, 8705, 9126 and 9449 and of OpenID Connect's registration and
// logout, and ours where they have none.
#include <functional>

#include "base/text.h"
#include "domain/clients/client.h"

namespace lanyard::clients {
namespace {

json::Array to_array(const std::vector<std::string>& texts) {
  json::Array array;
  for (const std::string& text : texts) array.emplace_back(text);
  return array;
}

std::int64_t seconds(Duration d) {
  return std::chrono::duration_cast<std::chrono::seconds>(d).count();
}

Error wrong(std::string_view name, std::string_view wanted) {
  return make_error(Code::invalid, cat("\"", name, "\" must be ", wanted, "."));
}

// Each of them leaves the value alone when the member is not there.
Status take(const json::Object& object, std::string_view name, std::string& out) {
  const json::Value* value = object.find(name);
  if (value == nullptr || value->is_null()) return {};
  if (value->as_string() == nullptr) return wrong(name, "a text");
  out = *value->as_string();
  return {};
}

Status take(const json::Object& object, std::string_view name, bool& out) {
  const json::Value* value = object.find(name);
  if (value == nullptr || value->is_null()) return {};
  if (value->as_bool() == nullptr) return wrong(name, "true or false");
  out = *value->as_bool();
  return {};
}

Status take(const json::Object& object, std::string_view name, Duration& out) {
  const json::Value* value = object.find(name);
  if (value == nullptr || value->is_null()) return {};
  constexpr std::int64_t kMost = 10'000'000'000;
  if (value->as_integer() == nullptr || *value->as_integer() < 0 || *value->as_integer() > kMost)
    return wrong(name, "a whole number of seconds");
  out = std::chrono::seconds(*value->as_integer());
  return {};
}

Status take(const json::Object& object, std::string_view name, std::vector<std::string>& out) {
  const json::Value* value = object.find(name);
  if (value == nullptr || value->is_null()) return {};
  if (value->as_array() == nullptr) return wrong(name, "a list of texts");
  std::vector<std::string> texts;
  for (const json::Value& item : *value->as_array()) {
    if (item.as_string() == nullptr) return wrong(name, "a list of texts");
    texts.push_back(*item.as_string());
  }
  out = std::move(texts);
  return {};
}

template <class T, class Parse>
Status take_name(const json::Object& object, std::string_view name, const Parse& parse, T& out) {
  std::string text;
  LANYARD_CHECK(take(object, name, text));
  if (text.empty()) return {};
  auto parsed = parse(text);
  if (!parsed)
    return make_error(Code::invalid, cat("\"", name, "\": ", parsed.error().message), parsed.error().hint);
  out = *parsed;
  return {};
}

Status take_grants(const json::Object& object, std::vector<Grant>& out) {
  if (object.find("grant_types") == nullptr) return {};
  std::vector<std::string> names;
  LANYARD_CHECK(take(object, "grant_types", names));
  out.clear();
  for (const std::string& name : names) {
    const auto grant = parse_grant(name);
    if (!grant)
      return make_error(Code::invalid, cat("\"grant_types\": ", grant.error().message), grant.error().hint);
    out.push_back(*grant);
  }
  return {};
}

Status take_scopes(const json::Object& object, std::vector<std::string>& out) {
  if (object.find("scope") == nullptr) return {};
  std::string text;
  LANYARD_CHECK(take(object, "scope", text));
  out.clear();
  for (const std::string_view word : split_words(text)) out.emplace_back(word);
  return {};
}

Status take_application_type(const json::Object& object, bool& is_native) {
  std::string text;
  LANYARD_CHECK(take(object, "application_type", text));
  if (!text.empty() && text != "native" && text != "web") return wrong("application_type", "web or native");
  if (!text.empty()) is_native = text == "native";
  return {};
}

Status take_keys(const json::Object& object, json::Object& out) {
  const json::Value* value = object.find("jwks");
  if (value == nullptr || value->is_null()) return {};
  if (value->as_object() == nullptr) return wrong("jwks", "a set of keys");
  out = *value->as_object();
  return {};
}

Status take_identity(const json::Object& object, Client& client) {
  std::string id, owner;
  LANYARD_CHECK(take(object, "client_id", id));
  client.id = ClientId(std::move(id));
  LANYARD_CHECK(take(object, "kind", client.kind));
  LANYARD_CHECK(take(object, "client_name", client.name));
  LANYARD_CHECK(take(object, "origin", client.origin));
  LANYARD_CHECK(take(object, "signed_identity", client.signed_identity));
  LANYARD_CHECK(take(object, "enabled", client.enabled));
  LANYARD_CHECK(take(object, "source", client.source));
  LANYARD_CHECK(take(object, "owner", owner));
  if (!owner.empty()) client.owner = AccountId(std::move(owner));
  LANYARD_CHECK(take(object, "client_uri", client.uri));
  LANYARD_CHECK(take(object, "logo_uri", client.logo_uri));
  LANYARD_CHECK(take(object, "policy_uri", client.policy_uri));
  LANYARD_CHECK(take(object, "tos_uri", client.tos_uri));
  return take(object, "contacts", client.contacts);
}

Status take_addresses(const json::Object& object, Client& client) {
  LANYARD_CHECK(take_application_type(object, client.is_native));
  LANYARD_CHECK(take(object, "redirect_uris", client.redirect_uris));
  LANYARD_CHECK(take(object, "post_logout_redirect_uris", client.post_logout_redirect_uris));
  LANYARD_CHECK(take(object, "backchannel_logout_uri", client.backchannel_logout_uri));
  return take(object, "backchannel_logout_session_required", client.backchannel_logout_session_required);
}

Status take_rights(const json::Object& object, Client& client) {
  LANYARD_CHECK(take_grants(object, client.grants));
  LANYARD_CHECK(take_scopes(object, client.scopes));
  LANYARD_CHECK(take(object, "audiences", client.audiences));
  LANYARD_CHECK(take(object, "introspects", client.introspects));
  LANYARD_CHECK(take(object, "exchanges_for", client.exchanges_for));
  LANYARD_CHECK(take_name(object, "token_endpoint_auth_method", parse_auth_method, client.auth));
  LANYARD_CHECK(take_keys(object, client.jwks));
  LANYARD_CHECK(take(object, "jwks_uri", client.jwks_uri));
  LANYARD_CHECK(take(object, "tls_client_auth_subject_dn", client.tls_subject));
  LANYARD_CHECK(take(object, "require_pushed_authorization_requests", client.requires_pushed_requests));
  LANYARD_CHECK(take(object, "dpop_bound_access_tokens", client.requires_dpop));
  LANYARD_CHECK(take(object, "tls_client_certificate_bound_access_tokens", client.requires_tls_binding));
  LANYARD_CHECK(take(object, "pkce_exception", client.may_omit_pkce));
  return take(object, "trusted", client.is_trusted);
}

Status take_tokens(const json::Object& object, Client& client) {
  LANYARD_CHECK(take_name(object, "profile", parse_profile, client.profile));
  LANYARD_CHECK(
      take_name(object, "id_token_signed_response_alg", crypto::parse_algorithm, client.id_token_algorithm));
  LANYARD_CHECK(take_name(object, "access_token_signed_response_alg", crypto::parse_algorithm,
                          client.access_token_algorithm));
  LANYARD_CHECK(take(object, "access_token_seconds", client.lives.access_token));
  LANYARD_CHECK(take(object, "id_token_seconds", client.lives.id_token));
  LANYARD_CHECK(take(object, "refresh_token_seconds", client.lives.refresh_token));
  LANYARD_CHECK(take(object, "grant_seconds", client.lives.grant));
  LANYARD_CHECK(take(object, "device_code_seconds", client.lives.device_code));
  LANYARD_CHECK(take_name(object, "refresh_policy", parse_refresh_policy, client.refresh));
  LANYARD_CHECK(take(object, "refresh_grace_seconds", client.grace));
  LANYARD_CHECK(take(object, "issuer_path", client.issuer_path));
  LANYARD_CHECK(take(object, "robot_roles", client.robot_roles));
  return take(object, "virtual_organisation", client.virtual_organisation);
}

}  // namespace

json::Object to_json(const Client& client) {
  json::Array grants;
  for (const Grant grant : client.grants) grants.emplace_back(to_string(grant));
  json::Array responses;
  if (client.may(Grant::authorization_code)) responses.emplace_back("code");
  json::Object object{
      {"client_id", client.id.str()},
      {"kind", client.kind},
      {"client_name", client.name},
      {"origin", client.origin},
      {"signed_identity", client.signed_identity},
      {"enabled", client.enabled},
      {"source", client.source},
      {"owner", client.owner ? json::Value(client.owner->str()) : json::Value()},
      {"client_uri", client.uri},
      {"logo_uri", client.logo_uri},
      {"policy_uri", client.policy_uri},
      {"tos_uri", client.tos_uri},
      {"contacts", to_array(client.contacts)},
      {"application_type", client.is_native ? "native" : "web"},
      {"redirect_uris", to_array(client.redirect_uris)},
      {"post_logout_redirect_uris", to_array(client.post_logout_redirect_uris)},
      {"backchannel_logout_uri", client.backchannel_logout_uri},
      {"backchannel_logout_session_required", client.backchannel_logout_session_required},
      {"grant_types", std::move(grants)},
      {"response_types", std::move(responses)},
      {"scope", join(client.scopes, " ")},
      {"audiences", to_array(client.audiences)},
      {"introspects", to_array(client.introspects)},
      {"exchanges_for", to_array(client.exchanges_for)},
      {"token_endpoint_auth_method", to_string(client.auth)},
      {"jwks", client.jwks.empty() ? json::Value() : json::Value(client.jwks)},
      {"jwks_uri", client.jwks_uri},
      {"tls_client_auth_subject_dn", client.tls_subject},
      {"profile", to_string(client.profile)},
      {"id_token_signed_response_alg", crypto::to_string(client.id_token_algorithm)},
      {"access_token_signed_response_alg", crypto::to_string(client.access_token_algorithm)},
      {"access_token_seconds", seconds(client.lives.access_token)},
      {"id_token_seconds", seconds(client.lives.id_token)},
      {"refresh_token_seconds", seconds(client.lives.refresh_token)},
      {"grant_seconds", seconds(client.lives.grant)},
      {"device_code_seconds", seconds(client.lives.device_code)},
      {"refresh_policy", to_string(client.refresh)},
      {"refresh_grace_seconds", seconds(client.grace)},
      {"require_pushed_authorization_requests", client.requires_pushed_requests},
      {"dpop_bound_access_tokens", client.requires_dpop},
      {"tls_client_certificate_bound_access_tokens", client.requires_tls_binding},
      {"pkce_exception", client.may_omit_pkce},
      {"trusted", client.is_trusted},
      {"issuer_path", client.issuer_path},
      {"virtual_organisation", client.virtual_organisation},
      {"robot_roles", to_array(client.robot_roles)},
  };
  return object;
}

Result<Client> parse_client(const json::Object& object) {
  Client client;
  client.kind = "oauth";
  LANYARD_CHECK(take_identity(object, client));
  LANYARD_CHECK(take_addresses(object, client));
  LANYARD_CHECK(take_rights(object, client));
  LANYARD_CHECK(take_tokens(object, client));
  return client;
}

}  // namespace lanyard::clients
