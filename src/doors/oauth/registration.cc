#include "doors/oauth/registration.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "domain/tokens/scopes.h"

namespace lanyard::doors::oauth {
namespace {

using clients::AuthMethod;
using clients::Client;
using clients::Grant;

// The members that are heard; all others are passed over (RFC 7591 section 2).
constexpr std::array<std::string_view, 17> kHeard{"client_name",
                                                  "client_uri",
                                                  "logo_uri",
                                                  "policy_uri",
                                                  "tos_uri",
                                                  "contacts",
                                                  "application_type",
                                                  "redirect_uris",
                                                  "post_logout_redirect_uris",
                                                  "token_endpoint_auth_method",
                                                  "jwks",
                                                  "jwks_uri",
                                                  "scope",
                                                  "id_token_signed_response_alg",
                                                  "require_pushed_authorization_requests",
                                                  "dpop_bound_access_tokens",
                                                  "response_types"};

std::optional<OauthError> check_methods(const json::Object& wanted) {
  const json::Value* method = wanted.find("token_endpoint_auth_method");
  if (method != nullptr && !method->is_null()) {
    constexpr std::array<std::string_view, 4> kMethods{"none", "client_secret_basic", "client_secret_post",
                                                       "private_key_jwt"};
    const std::string* name = method->as_string();
    if (name == nullptr || std::ranges::find(kMethods, *name) == kMethods.end())
      return invalid_client_metadata(
          "token_endpoint_auth_method must be client_secret_basic, client_secret_post, private_key_jwt or "
          "none.");
  }
  return {};
}

// An empty list is what a client for the device grant sends.
std::optional<OauthError> check_responses(const json::Object& wanted) {
  const json::Value* types = wanted.find("response_types");
  if (types == nullptr || types->is_null()) return {};
  if (types->as_array() == nullptr) return invalid_client_metadata("response_types must be a list of texts.");
  const auto is_code = [](const json::Value& one) {
    return one.as_string() != nullptr && *one.as_string() == "code";
  };
  if (types->as_array()->empty() || std::ranges::any_of(*types->as_array(), is_code)) return {};
  return invalid_client_metadata("The only response type here is code.");
}

// Those that stand for a person; a stranger has no rights of its own and none to exchange.
Outcome<std::vector<Grant>> read_grants(const json::Object& wanted) {
  const json::Value* types = wanted.find("grant_types");
  if (types == nullptr || types->is_null()) return std::vector<Grant>{Grant::authorization_code};
  if (types->as_array() == nullptr) return invalid_client_metadata("grant_types must be a list of texts.");
  std::vector<Grant> grants;
  for (const json::Value& one : *types->as_array()) {
    const auto grant = clients::parse_grant(one.as_string() != nullptr ? *one.as_string() : "");
    if (!grant || clients::to_string(*grant) != *one.as_string()) continue;
    if (*grant == Grant::client_credentials || *grant == Grant::token_exchange) continue;
    if (std::ranges::find(grants, *grant) == grants.end()) grants.push_back(*grant);
  }
  const bool has_person = std::ranges::any_of(grants, [](Grant one) { return one != Grant::refresh_token; });
  if (!has_person)
    return invalid_client_metadata(
        "grant_types must have authorization_code or urn:ietf:params:oauth:grant-type:device_code.");
  return grants;
}

Outcome<std::vector<std::string>> read_allowed(const json::Object& wanted,
                                               const std::vector<std::string>& allowed) {
  const json::Value* scope = wanted.find("scope");
  const bool is_silent = scope == nullptr || scope->is_null();
  if (!is_silent && scope->as_string() == nullptr)
    return invalid_client_metadata("scope must be a text of words.");
  const auto words = tokens::parse_scope(is_silent ? "openid profile email" : *scope->as_string());
  if (!words) return invalid_client_metadata("scope is not a list of words (RFC 6749 section 3.3).");
  std::vector<std::string> scopes;
  for (const std::string& word : *words)
    if (tokens::is_covered(allowed, word)) scopes.push_back(word);
  if (scopes.empty() && !words->empty())
    return invalid_client_metadata(
        cat("None of these scopes is for clients that register themselves; these are: ", join(allowed, " ")));
  return scopes;
}

// Programs on people's own machines call themselves "web" when they leave it at the default, and their
// addresses say what they are (RFC 8252 section 7).
bool looks_native(const Client& client) {
  return std::ranges::any_of(client.redirect_uris, [](const std::string& uri) {
    const auto url = parse_url(uri);
    return url ? url->is_loopback() : !uri.starts_with("http");
  });
}

void choose_profile(Client& client) {
  if (client.profile != clients::Profile::oidc && client.profile != clients::Profile::wlcg) return;
  const bool is_grid = std::ranges::any_of(
      client.scopes, [](const std::string& scope) { return scope == "wlcg" || scope == "wlcg:1.0"; });
  client.profile = is_grid ? clients::Profile::wlcg : clients::Profile::oidc;
}

std::optional<OauthError> find_fault(Client client) {
  if (client.id.empty()) client.id = ClientId("client-to-be");  // the registry chooses one
  std::vector<std::string> texts;
  bool is_redirect = false;
  for (const clients::Fault& fault : clients::check(client)) {
    is_redirect = is_redirect || fault.member.starts_with("redirect_uris");
    texts.push_back(cat(fault.member, " ", fault.what));
  }
  if (texts.empty()) return {};
  const std::string text = join(texts, "; ");
  return is_redirect ? invalid_redirect_uri(text) : invalid_client_metadata(text);
}

}  // namespace

OauthError invalid_client_metadata(std::string_view text) {
  OauthError error = invalid_request(text);
  error.error = "invalid_client_metadata";
  return error;
}

OauthError invalid_redirect_uri(std::string_view text) {
  OauthError error = invalid_request(text);
  error.error = "invalid_redirect_uri";
  return error;
}

Outcome<Client> read_registration(const json::Object& wanted, Client before,
                                  const std::vector<std::string>& allowed_scopes) {
  if (auto fault = check_methods(wanted)) return *std::move(fault);
  if (auto fault = check_responses(wanted)) return *std::move(fault);
  auto grants = read_grants(wanted);
  if (!grants) return grants.error();
  auto scopes = read_allowed(wanted, allowed_scopes);
  if (!scopes) return scopes.error();
  json::Object heard;
  for (const std::string_view name : kHeard)
    if (const json::Value* value = wanted.find(name); value != nullptr) heard.set(std::string(name), *value);
  auto said = clients::parse_client(heard);
  if (!said) return invalid_client_metadata(said.error().message);

  Client client = std::move(before);
  client.kind = "oauth";
  client.name = said->name.empty() ? "A program without a name" : said->name;
  client.uri = said->uri;
  client.logo_uri = said->logo_uri;
  client.policy_uri = said->policy_uri;
  client.tos_uri = said->tos_uri;
  client.contacts = said->contacts;
  client.redirect_uris = said->redirect_uris;
  client.post_logout_redirect_uris = said->post_logout_redirect_uris;
  client.is_native = said->is_native || looks_native(client);
  client.grants = *std::move(grants);
  client.scopes = *std::move(scopes);
  const json::Value* method = heard.find("token_endpoint_auth_method");
  client.auth = method == nullptr || method->is_null() ? AuthMethod::client_secret_basic : said->auth;
  client.jwks = said->jwks;
  client.jwks_uri = said->jwks_uri;
  client.id_token_algorithm = said->id_token_algorithm;
  client.requires_pushed_requests = said->requires_pushed_requests;
  client.requires_dpop = said->requires_dpop;
  // Trust was in what stood there before.
  client.is_trusted = false;
  client.may_omit_pkce = false;
  client.exchanges_for.clear();
  choose_profile(client);
  if (auto fault = find_fault(client)) return *std::move(fault);
  return client;
}

json::Object describe_registration(const Client& client) {
  constexpr std::array<std::string_view, 3> kAlways{"redirect_uris", "grant_types", "response_types"};
  json::Object out{{"client_id", client.id.str()},
                   {"client_id_issued_at", to_unix_seconds(client.created_at)}};
  const json::Object all = clients::to_json(client);
  const auto show = [&](std::string_view name) {
    const json::Value* value = all.find(name);
    if (value == nullptr || value->is_null()) return;
    const bool is_empty = (value->as_string() != nullptr && value->as_string()->empty()) ||
                          (value->as_array() != nullptr && value->as_array()->empty());
    if (is_empty && std::ranges::find(kAlways, name) == kAlways.end()) return;
    out.set(std::string(name), *value);
  };
  for (const std::string_view name : kHeard) show(name);
  for (const std::string_view name : {"grant_types", "access_token_signed_response_alg", "profile"})
    show(name);
  return out;
}

}  // namespace lanyard::doors::oauth
