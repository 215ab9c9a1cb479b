// What this issuer offers (OIDC Discovery section 3, RFC 8414 section 2), and its keys.
#include <algorithm>
#include <array>

#include "base/text.h"
#include "domain/tokens/dpop.h"
#include "doors/oauth/handlers.h"

namespace lanyard::doors::oauth {
namespace {

json::Array list(std::initializer_list<const char*> words) {
  json::Array all;
  for (const char* word : words) all.emplace_back(word);
  return all;
}

constexpr std::array kEndpoints{
    std::pair{"authorization_endpoint", "/authorize"},
    std::pair{"token_endpoint", "/token"},
    std::pair{"userinfo_endpoint", "/userinfo"},
    std::pair{"jwks_uri", "/jwks"},
    std::pair{"pushed_authorization_request_endpoint", "/par"},
    std::pair{"end_session_endpoint", "/end_session"},
    std::pair{"device_authorization_endpoint", "/devicecode"},
    std::pair{"introspection_endpoint", "/introspect"},
    std::pair{"revocation_endpoint", "/revoke"},
    std::pair{"registration_endpoint", "/register"},
};

// RFC 8705 section 5: those that look at a certificate.
constexpr std::array<std::string_view, 6> kWithCertificate{"token_endpoint",
                                                           "userinfo_endpoint",
                                                           "pushed_authorization_request_endpoint",
                                                           "device_authorization_endpoint",
                                                           "introspection_endpoint",
                                                           "revocation_endpoint"};

json::Array scopes() {
  return list({"openid", "profile", "email", "offline_access", "groups", "wlcg", "wlcg.groups",
               "entitlements", "eduperson_assurance"});
}

// Methods that nobody could use are not offered: a certificate has to arrive, and one with a subject needs an
// authority behind it.
json::Array auth_methods(const Settings& settings, bool with_none) {
  std::vector<std::string_view> methods{"client_secret_basic", "client_secret_post", "private_key_jwt"};
  if (settings.takes_certificates && settings.authorities != nullptr) methods.push_back("tls_client_auth");
  if (settings.takes_certificates) methods.push_back("self_signed_tls_client_auth");
  if (with_none) methods.push_back("none");
  return json::Array(methods.begin(), methods.end());
}

json::Array dpop_algorithms() {
  json::Array dpop;
  for (const crypto::Algorithm one : tokens::dpop_algorithms()) dpop.emplace_back(crypto::to_string(one));
  return dpop;
}

// RFC 8705 sections 3.3 and 5.
void add_certificates(json::Object& document, const Settings& settings) {
  document.set("tls_client_certificate_bound_access_tokens", settings.takes_certificates);
  if (!settings.takes_certificates || settings.certificate_url.empty()) return;
  json::Object aliases;
  for (const auto& [name, path] : kEndpoints) {
    if (std::ranges::find(kWithCertificate, name) != kWithCertificate.end())
      aliases.set(name, cat(settings.certificate_url, settings.issuer_path, path));
  }
  document.set("mtls_endpoint_aliases", std::move(aliases));
}

json::Object metadata(const Settings& settings) {
  const std::string issuer = cat(settings.public_url, settings.issuer_path);
  const json::Array auth = auth_methods(settings, true);
  const json::Array assertion =
      list({"ES256", "RS256", "PS256", "EdDSA", "ES384", "RS384", "PS384", "ES512", "RS512", "PS512"});
  json::Object document{{"issuer", issuer}};
  for (const auto& [name, path] : kEndpoints) document.set(name, cat(issuer, path));
  const json::Object more{
      {"scopes_supported", scopes()},
      {"response_types_supported", list({"code"})},
      {"response_modes_supported", list({"query"})},
      {"grant_types_supported", list({"authorization_code", "refresh_token", "client_credentials",
                                      "urn:ietf:params:oauth:grant-type:device_code",
                                      "urn:ietf:params:oauth:grant-type:token-exchange"})},
      {"subject_types_supported", list({"public"})},
      {"id_token_signing_alg_values_supported", list({"RS256", "ES256"})},
      {"token_endpoint_auth_methods_supported", auth},
      {"token_endpoint_auth_signing_alg_values_supported", assertion},
      {"introspection_endpoint_auth_methods_supported", auth_methods(settings, false)},
      {"revocation_endpoint_auth_methods_supported", auth},
      {"code_challenge_methods_supported", list({"S256"})},
      {"dpop_signing_alg_values_supported", dpop_algorithms()},
      {"claims_supported", list({"sub", "iss", "aud", "exp", "iat", "auth_time", "nonce", "sid", "name",
                                 "given_name", "family_name", "preferred_username", "email", "email_verified",
                                 "groups", "organisation_name", "updated_at"})},
      {"prompt_values_supported", list({"none", "login", "consent", "select_account"})},
      {"backchannel_logout_supported", true},
      {"backchannel_logout_session_supported", true},
      {"claims_parameter_supported", false},
      {"request_parameter_supported", false},
      {"request_uri_parameter_supported", false},
      {"require_pushed_authorization_requests", false},
      {"authorization_response_iss_parameter_supported", true},
      {"service_documentation", cat(settings.public_url, "/account")},
  };
  for (const json::Member& member : more) document.set(member.name, member.value);
  add_certificates(document, settings);
  return document;
}

// RFC 9728 section 2.
json::Object userinfo_metadata(const Settings& settings) {
  const std::string issuer = cat(settings.public_url, settings.issuer_path);
  return json::Object{
      {"resource", cat(issuer, "/userinfo")},
      {"authorization_servers", json::Array{issuer}},
      {"scopes_supported", scopes()},
      {"bearer_methods_supported", list({"header", "body"})},
      {"dpop_signing_alg_values_supported", dpop_algorithms()},
      {"dpop_bound_access_tokens_required", false},
      {"tls_client_certificate_bound_access_tokens", settings.takes_certificates},
      {"resource_name", "Who somebody is (userinfo)"},
  };
}

// Programs in browsers read these; nothing in them is anybody's.
net::Response for_everybody(net::Response response, std::string_view life) {
  response.header("Access-Control-Allow-Origin", "*");
  response.header("Cache-Control", life);
  return response;
}

}  // namespace

std::shared_ptr<const std::string> write_metadata(const Settings& settings) {
  return std::make_shared<const std::string>(json::write(metadata(settings)));
}

std::shared_ptr<const std::string> write_userinfo_metadata(const Settings& settings) {
  return std::make_shared<const std::string>(json::write(userinfo_metadata(settings)));
}

static net::Response give(const std::shared_ptr<const std::string>& document) {
  net::Response response(200);
  response.header("Content-Type", "application/json");
  response.shared_body(document);
  return for_everybody(std::move(response), "public, max-age=3600");
}

net::Response give_metadata(const Desk& desk, const net::Request&) {
  return give(desk.metadata);
}

net::Response give_userinfo_metadata(const Desk& desk, const net::Request&) {
  return give(desk.userinfo_metadata);
}

static net::Response give(const tokens::KeySetText& keys) {
  net::Response response(200);
  response.header("Content-Type", "application/json");
  response.shared_body(keys.json);
  return for_everybody(std::move(response), "public, max-age=21600, must-revalidate");
}

std::optional<net::Response> give_keys_now(const Desk& desk, const net::Request&) {
  const auto keys = desk.parts.keys.key_set_now();
  return keys ? std::optional(give(*keys)) : std::nullopt;
}

net::Response give_keys(const Desk& desk, const net::Request& request) {
  const auto keys = desk.parts.keys.key_set();
  return keys ? give(*keys) : refuse(desk, request, from_error(keys.error()));
}

}  // namespace lanyard::doors::oauth
