#include "app/client_mapping.h"

#include <fstream>
#include <sstream>

#include "base/text.h"

namespace lanyard::app {
namespace {

Duration or_else(Duration own, Duration usual) {
  return own == Duration::zero() ? usual : own;
}

Result<json::Object> read_key_set(const std::string& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  if (!file) return make_error(Code::invalid, "can not be read", "Give the path of a readable file.");
  auto keys = json::parse_object(text.str());
  if (!keys)
    return make_error(Code::invalid, "is not a JWK set", "Write {\"keys\": [...]} with public keys alone.");
  return keys;
}

Status take_names(const ClientConfig& config, clients::Client& client) {
  client.grants.clear();
  for (const std::string& name : config.grants) {
    LANYARD_TRY(const auto grant, clients::parse_grant(name));
    client.grants.push_back(grant);
  }
  LANYARD_TRY(client.auth, clients::parse_auth_method(config.auth_method));
  LANYARD_TRY(client.profile, clients::parse_profile(config.profile));
  LANYARD_TRY(client.refresh, clients::parse_refresh_policy(config.refresh));
  LANYARD_TRY(client.id_token_algorithm, crypto::parse_algorithm(config.id_token_algorithm));
  LANYARD_TRY(client.access_token_algorithm, crypto::parse_algorithm(config.access_token_algorithm));
  return {};
}

struct Named {
  std::string_view member, key, remedy;
};
constexpr std::string_view kUriRemedy =
    "Write the whole address, like https://hub.example.org/hub/oauth_callback, without wildcard and "
    "fragment.";
constexpr std::string_view kLinkRemedy = "Write an address like https://hub.example.org/about.";
constexpr std::string_view kLifeRemedy = "Write a length of time in these bounds, or 0s for the usual one.";
constexpr std::string_view kWordRemedy = "Write each one as an entry of its own.";
constexpr std::string_view kKeysRemedy =
    "Name a file with a JWK set of public keys in jwks_file, or its address in jwks_uri.";
constexpr Named kNamed[] = {
    {"client_id", "id", "Choose another id, for example one with a hyphen."},
    {"client_name", "name", "Write a short name."},
    {"client_uri", "uri", kLinkRemedy},
    {"logo_uri", "logo_uri", kLinkRemedy},
    {"policy_uri", "policy_uri", kLinkRemedy},
    {"tos_uri", "tos_uri", kLinkRemedy},
    {"contacts", "contacts", "Write e-mail addresses."},
    {"redirect_uris", "redirect_uris", kUriRemedy},
    {"post_logout_redirect_uris", "post_logout_redirect_uris", kUriRemedy},
    {"backchannel_logout_uri", "backchannel_logout_uri", kUriRemedy},
    {"backchannel_logout_session_required", "backchannel_logout_session",
     "Remove it, or write backchannel_logout_uri."},
    {"grant_types", "grants",
     "Write authorization_code, device_code or what else the client needs, each once."},
    {"scope", "scopes", "Write each scope as an entry of its own; roles are given by groups."},
    {"audiences", "audiences", kWordRemedy},
    {"introspects", "introspects", kWordRemedy},
    {"exchanges_for", "exchanges_for", "Write ids of clients."},
    {"jwks", "jwks_file", kKeysRemedy},
    {"jwks_uri", "jwks_uri", kKeysRemedy},
    {"tls_client_auth_subject_dn", "tls_subject", "Write it like CN=robot,O=Example."},
    {"id_token_signed_response_alg", "id_token_algorithm", "Write RS256 or ES256."},
    {"access_token_signed_response_alg", "access_token_algorithm", "Write RS256 or ES256."},
    {"access_token_seconds", "access_token_life", kLifeRemedy},
    {"id_token_seconds", "id_token_life", kLifeRemedy},
    {"refresh_token_seconds", "refresh_token_life", kLifeRemedy},
    {"grant_seconds", "grant_life", kLifeRemedy},
    {"device_code_seconds", "device_code_life", kLifeRemedy},
    {"refresh_policy", "refresh", "Write strict or grace, or let the client prove itself."},
    {"refresh_grace_seconds", "refresh_grace", kLifeRemedy},
    {"pkce_exception", "pkce_exception",
     "Remove it; or give the client a secret or a key, and redirect addresses of https."},
    {"issuer_path", "issuer_path", "Write the path of one of further_issuers, like /vo/rubin."},
    {"robot_roles", "robot_roles",
     "Write roles like production, a virtual_organisation, and client_credentials among grants."},
    {"virtual_organisation", "virtual_organisation", "Write its name as PanDA knows it, like Rubin."},
};

}  // namespace

ClientKey client_key_of(std::string_view member) {
  const std::size_t bracket = std::min(member.find('['), member.size());
  for (const Named& one : kNamed) {
    if (one.member == member.substr(0, bracket)) return {cat(one.key, member.substr(bracket)), one.remedy};
  }
  return {std::string(member), "Change it."};
}

clients::Lives to_lives(const TokensConfig& tokens) {
  return {.access_token = tokens.access_token_life,
          .id_token = tokens.id_token_life,
          .refresh_token = tokens.refresh_token_life,
          .grant = tokens.grant_life,
          .device_code = tokens.device_code_life};
}

Result<clients::Client> to_client(const ClientConfig& config, const TokensConfig& tokens) {
  clients::Client client;
  client.id = ClientId(config.id);
  client.kind = config.kind;
  client.name = config.name.empty() ? config.id : config.name;
  client.origin = config.origin;
  client.signed_identity = config.signed_identity;
  client.enabled = config.enabled;
  if (config.kind == "gate") {
    client.grants.clear();
    client.scopes.clear();
    return client;
  }
  client.uri = config.uri;
  client.logo_uri = config.logo_uri;
  client.policy_uri = config.policy_uri;
  client.tos_uri = config.tos_uri;
  client.contacts = config.contacts;
  client.is_native = config.native;
  client.redirect_uris = config.redirect_uris;
  client.post_logout_redirect_uris = config.post_logout_redirect_uris;
  client.backchannel_logout_uri = config.backchannel_logout_uri;
  client.backchannel_logout_session_required = config.backchannel_logout_session;
  LANYARD_CHECK(take_names(config, client));
  client.scopes = config.scopes;
  client.audiences = config.audiences;
  client.introspects = config.introspects;
  client.exchanges_for = config.exchanges_for;
  if (!config.jwks_file.empty()) {
    LANYARD_TRY(client.jwks, read_key_set(config.jwks_file));
  }
  client.jwks_uri = config.jwks_uri;
  client.tls_subject = config.tls_subject;
  const clients::Lives usual = to_lives(tokens);
  client.lives = {.access_token = or_else(config.access_token_life, usual.access_token),
                  .id_token = or_else(config.id_token_life, usual.id_token),
                  .refresh_token = or_else(config.refresh_token_life, usual.refresh_token),
                  .grant = or_else(config.grant_life, usual.grant),
                  .device_code = or_else(config.device_code_life, usual.device_code)};
  client.grace = config.refresh_grace;
  client.requires_pushed_requests = config.require_pushed_requests;
  client.requires_dpop = config.require_dpop;
  client.requires_tls_binding = config.require_tls_binding;
  client.is_trusted = config.trusted;
  client.may_omit_pkce = config.pkce_exception;
  client.issuer_path = config.issuer_path;
  client.robot_roles = config.robot_roles;
  client.virtual_organisation = config.virtual_organisation;
  return client;
}

Result<std::vector<clients::Declared>> to_declared(const Config& config) {
  std::vector<clients::Declared> all;
  for (const ClientConfig& entry : config.clients) {
    auto client = to_client(entry, config.tokens);
    if (!client)
      return make_error(Code::invalid, cat("clients[", entry.id, "]: ", client.error().message),
                        client.error().hint);
    all.push_back({std::move(*client), entry.client_secret});
  }
  return all;
}

}  // namespace lanyard::app
