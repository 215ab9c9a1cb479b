#include "cli/counterparts.h"

#include <algorithm>

#include "base/text.h"
#include "base/url.h"

namespace lanyard::cli {
namespace {

constexpr std::string_view kDeviceGrant = "urn:ietf:params:oauth:grant-type:device_code";

json::Object base(const Wanted& wanted, json::Array grants, std::string_view scope) {
  return {{"client_id", wanted.name},
          {"client_name", wanted.name},
          {"grant_types", std::move(grants)},
          {"scope", scope}};
}

// ---- JupyterHub: GenericOAuthenticator. It refreshes in parallel, so one token may arrive twice.
json::Object jupyterhub_client(const Wanted& wanted) {
  json::Object body =
      base(wanted, {"authorization_code", "refresh_token"}, "openid profile email groups offline_access");
  body.set("redirect_uris", json::Array{cat(wanted.url, "/hub/oauth_callback")});
  body.set("post_logout_redirect_uris", json::Array{cat(wanted.url, "/hub/login")});
  body.set("client_uri", wanted.url);
  body.set("refresh_policy", "grace");
  return body;
}

std::string jupyterhub_configuration(const Wanted& wanted) {
  return cat(
      "# jupyterhub_config.py; JUPYTERHUB_CRYPT_KEY in the environment: openssl rand -hex 32\n"
      "from oauthenticator.generic import GenericOAuthenticator\n"
      "\n"
      "c.JupyterHub.authenticator_class = GenericOAuthenticator\n"
      "c.GenericOAuthenticator.client_id = \"",
      wanted.name,
      "\"\n"
      "with open(\"/etc/jupyterhub/lanyard_secret\") as secret:\n"
      "    c.GenericOAuthenticator.client_secret = secret.read().strip()\n"
      "c.GenericOAuthenticator.oauth_callback_url = \"",
      wanted.url, "/hub/oauth_callback\"\nc.GenericOAuthenticator.authorize_url = \"", wanted.issuer,
      "/authorize\"\nc.GenericOAuthenticator.token_url = \"", wanted.issuer,
      "/token\"\nc.GenericOAuthenticator.userdata_url = \"", wanted.issuer,
      "/userinfo\"\nc.GenericOAuthenticator.logout_redirect_url = \"", wanted.issuer,
      "/end_session\"\n"
      "c.GenericOAuthenticator.scope = [\"openid\", \"profile\", \"email\", \"groups\", \"offline_access\"]\n"
      "c.GenericOAuthenticator.username_claim = \"preferred_username\"\n"
      "c.GenericOAuthenticator.manage_groups = True\n"
      "c.GenericOAuthenticator.auth_state_groups_key = \"oauth_user.groups\"\n"
      "c.GenericOAuthenticator.allowed_groups = {\"hub-users\"}\n"
      "c.GenericOAuthenticator.admin_groups = {\"hub-admins\"}\n"
      "c.GenericOAuthenticator.enable_auth_state = True\n"
      "c.GenericOAuthenticator.refresh_pre_spawn = True\n");
}

// ---- ServiceX: generic OpenID Connect; the secret goes in the header.
json::Object servicex_client(const Wanted& wanted) {
  json::Object body =
      base(wanted, {"authorization_code", "refresh_token"}, "openid profile email offline_access servicex");
  body.set("redirect_uris", json::Array{cat(wanted.url, "/auth-callback")});
  body.set("post_logout_redirect_uris", json::Array{wanted.url, cat(wanted.url, "/")});
  body.set("client_uri", wanted.url);
  body.set("audiences", json::Array{wanted.url});
  body.set("introspects", json::Array{wanted.url});
  body.set("profile", "servicex");
  body.set("access_token_signed_response_alg", "RS256");
  return body;
}

std::string servicex_configuration(const Wanted& wanted) {
  return cat(
      "# The environment of the ServiceX application; OAUTH_CLIENT_SECRET from a Kubernetes secret:\n"
      "#   kubectl create secret generic lanyard --from-file=oauthClientSecret=lanyard_secret\n"
      "ENABLE_AUTH=true\n"
      "OAUTH_METADATA_URL=",
      wanted.issuer, "/.well-known/openid-configuration\nOAUTH_CLIENT_ID=", wanted.name, "\n");
}

// ---- PanDA: public clients, ID tokens of RS256 that live for a day, one file for each organisation.
json::Object panda_client(const Wanted& wanted) {
  json::Object body = base(wanted, {kDeviceGrant, "refresh_token"}, "openid profile email offline_access");
  body.set("application_type", "native");
  body.set("token_endpoint_auth_method", "none");
  body.set("audiences", json::Array{wanted.url});
  body.set("client_uri", wanted.url);
  body.set("profile", "iam");
  body.set("access_token_signed_response_alg", "RS256");
  body.set("id_token_seconds", 86'400);
  body.set("refresh_policy", "grace");
  body.set("virtual_organisation", wanted.virtual_organisation);
  return body;
}

std::string panda_configuration(const Wanted& wanted) {
  const json::Object file{{"audience", wanted.url},
                          {"client_id", wanted.name},
                          {"client_secret", ""},
                          {"oidc_config_url", cat(wanted.issuer, "/.well-known/openid-configuration")},
                          {"vo", wanted.virtual_organisation},
                          {"secondary_ids", json::Array{}},
                          {"robot_ids", json::Array{}}};
  return cat(
      "# ", wanted.virtual_organisation,
      "_auth_config.json, in the folder that auth_config names in panda_server.cfg\n",
      json::write_pretty(file), "\n# The environment of the people who use it\nexport PANDA_AUTH=oidc\n",
      "export PANDA_AUTH_VO=", wanted.virtual_organisation, "\nexport PANDA_URL_SSL=", wanted.url,
      "/server/panda\nexport PANDA_URL=", wanted.url, "/server/panda\nexport PANDACACHE_URL=", wanted.url,
      "/server/panda\nexport PANDA_CONFIG_ROOT=\"$HOME/.panda\"\n");
}

// ---- Arvados: the controller's own OpenID Connect login, which sends neither PKCE nor a nonce.
json::Object arvados_client(const Wanted& wanted) {
  json::Object body = base(wanted, {"authorization_code"}, "openid profile email");
  body.set("redirect_uris", json::Array{cat(wanted.url, "/login")});
  body.set("pkce_exception", true);
  body.set("client_uri", wanted.url);
  return body;
}

std::string arvados_configuration(const Wanted& wanted) {
  return cat(
      "# /etc/arvados/config.yml; ClusterID is yours, and the secret stands where the dots are\n"
      "Clusters:\n"
      "  ClusterID:\n"
      "    Login:\n"
      "      OpenIDConnect:\n"
      "        Enable: true\n"
      "        Issuer: \"",
      wanted.issuer,
      "\"\n"
      "        ClientID: \"",
      wanted.name,
      "\"\n"
      "        ClientSecret: \"...\"\n"
      "        EmailClaim: email\n"
      "        EmailVerifiedClaim: email_verified\n"
      "        UsernameClaim: preferred_username\n");
}

// ---- Apache with mod_auth_openidc.
json::Object apache_client(const Wanted& wanted) {
  json::Object body = base(wanted, {"authorization_code", "refresh_token"}, "openid profile email groups");
  body.set("redirect_uris", json::Array{cat(wanted.url, "/redirect_uri")});
  body.set("post_logout_redirect_uris", json::Array{cat(wanted.url, "/")});
  body.set("backchannel_logout_uri", cat(wanted.url, "/redirect_uri?logout=backchannel"));
  body.set("client_uri", wanted.url);
  body.set("refresh_policy", "grace");
  return body;
}

std::string apache_configuration(const Wanted& wanted) {
  return cat(
      "# Apache with mod_auth_openidc; for the passphrase: openssl rand -base64 32 > "
      "/etc/apache2/oidc_passphrase\n"
      "OIDCProviderMetadataURL ",
      wanted.issuer, "/.well-known/openid-configuration\nOIDCClientID ", wanted.name,
      "\n"
      "OIDCClientSecret \"exec:/bin/cat /etc/apache2/lanyard_secret\"\n"
      "OIDCRedirectURI ",
      wanted.url,
      "/redirect_uri\n"
      "OIDCCryptoPassphrase \"exec:/bin/cat /etc/apache2/oidc_passphrase\"\n"
      "OIDCScope \"openid profile email groups\"\n"
      "OIDCPKCEMethod S256\n"
      "OIDCRemoteUserClaim preferred_username\n"
      "<Location />\n"
      "  AuthType openid-connect\n"
      "  Require valid-user\n"
      "</Location>\n");
}

// ---- nginx has no OpenID Connect of its own: it asks the gate.
std::string nginx_configuration(const Wanted& wanted) {
  return cat(
      "# nginx asks the gate about each request and is no OAuth client, so it is declared in\n"
      "# /etc/lanyard/lanyard.yaml; then: lanyardd config check, and restart lanyardd.\n"
      "server:\n"
      "  trusted_proxies: [127.0.0.1]\n"
      "clients:\n"
      "  - id: ",
      wanted.name, "\n    name: ", wanted.name, "\n    origin: ", wanted.url,
      "\n"
      "# For nginx, take examples/nginx/lanyard.conf and put in your server's name, both addresses and the "
      "id ",
      wanted.name, ".\n");
}

// ---- oidc-agent: a program on somebody's own machine.
json::Object oidc_agent_client(const Wanted& wanted) {
  json::Object body = base(wanted, {kDeviceGrant, "authorization_code", "refresh_token"},
                           "openid profile email offline_access wlcg wlcg.groups");
  body.set("application_type", "native");
  body.set("token_endpoint_auth_method", "none");
  body.set("redirect_uris", json::Array{"http://localhost:4242", "http://localhost:8080",
                                        "http://localhost:43985", "edu.kit.data.oidc-agent:/redirect"});
  body.set("profile", "wlcg");
  return body;
}

std::string oidc_agent_configuration(const Wanted& wanted) {
  return cat(
      "# On the person's own machine; the client has no secret, so answer that question with an empty line.\n"
      "eval \"$(oidc-agent-service use)\"\n"
      "oidc-gen --manual --flow=device --issuer=",
      wanted.issuer, "/ --client-id=", wanted.name,
      " --scope=\"openid profile email offline_access wlcg wlcg.groups\" ", wanted.name, "\noidc-token ",
      wanted.name, "\n");
}

}  // namespace

const std::vector<Counterpart>& counterparts() {
  static const std::vector<Counterpart> kAll{
      {"jupyterhub", "the Hub's address, such as https://hub.example.org", false, jupyterhub_client,
       jupyterhub_configuration},
      {"servicex", "ServiceX's address, such as https://servicex.example.org", false, servicex_client,
       servicex_configuration},
      {"panda", "the PanDA server's address, such as https://panda.example.org:8443", true, panda_client,
       panda_configuration},
      {"arvados", "the controller's address, such as https://arvados.example.org", false, arvados_client,
       arvados_configuration},
      {"apache", "the application's address, such as https://wiki.example.org", false, apache_client,
       apache_configuration},
      {"nginx", "the application's address, such as https://wiki.example.org", false, nullptr,
       nginx_configuration},
      {"oidc-agent", "", false, oidc_agent_client, oidc_agent_configuration},
  };
  return kAll;
}

Result<const Counterpart*> find_counterpart(std::string_view name) {
  std::vector<std::string> names;
  for (const Counterpart& one : counterparts()) {
    if (one.name == name) return &one;
    names.emplace_back(one.name);
  }
  return make_error(Code::invalid, "--for names nothing that is known here.",
                    cat("Write one of: ", join(names, ", "), ". Without --for, say what the client needs."));
}

Status check_wanted(const Counterpart& counterpart, Wanted& wanted) {
  if (counterpart.address_hint.empty() && !wanted.url.empty())
    return make_error(Code::invalid, cat(counterpart.name, " has no address."), "Leave --url out.");
  if (!counterpart.address_hint.empty()) {
    while (wanted.url.ends_with('/')) wanted.url.pop_back();
    auto origin = parse_origin(wanted.url);
    if (!origin)
      return make_error(Code::invalid, "--url is missing or is no scheme, host and port.",
                        cat("Give ", counterpart.address_hint, "."));
    wanted.url = std::move(*origin);
  }
  if (counterpart.has_virtual_organisation == wanted.virtual_organisation.empty()) {
    return counterpart.has_virtual_organisation
               ? make_error(Code::invalid, "--vo is missing.",
                            "Give the virtual organisation as PanDA knows it, such as Rubin.")
               : make_error(Code::invalid, cat(counterpart.name, " has no virtual organisation."),
                            "Leave --vo out.");
  }
  // Both are copied into files of others, where quotes and line ends mean something.
  for (const auto& [what, text] : {std::pair{"The name", std::string_view(wanted.name)},
                                   std::pair{"--vo", std::string_view(wanted.virtual_organisation)}}) {
    if (text.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-") !=
        std::string_view::npos)
      return make_error(
          Code::invalid,
          cat(what, " has other characters than letters, digits, dots, underscores and hyphens."));
  }
  return {};
}

}  // namespace lanyard::cli
