// Rules about clients of both kinds, and about tokens.
#include <algorithm>
#include <array>

#include "app/client_mapping.h"
#include "app/config_check.h"
#include "app/config_values.h"
#include "base/text.h"

namespace lanyard::app {
namespace {

void check_gate_client(const std::string& at, const Config& config, const ClientConfig& client,
                       Findings& findings) {
  const std::string key = cat(at, ".origin");
  if (client.origin.empty()) {
    findings.fault(
        key, "is missing, and people have to be sent back to the application",
        "Write origin: https://wiki.example.org, with the address of the application, or kind: oauth.");
  }
  check_origin(key, client.origin, findings);
  if (!client.origin.empty() && client.origin == config.server.public_url) {
    findings.fault(key, "is Lanyard's own address", "Write the address of the application.");
  }
  if (!client.redirect_uris.empty())
    findings.fault(cat(at, ".redirect_uris"), "is given for an application behind the gate",
                   "Remove it, or write kind: oauth.");
  if (!client.client_secret.empty())
    findings.fault(cat(at, ".client_secret"), "is given for an application behind the gate",
                   "Remove it, or write kind: oauth.");
}

void check_secret(const std::string& at, const ClientConfig& client, Findings& findings) {
  const auto method = clients::parse_auth_method(client.auth_method);
  if (!method || findings.has_fault(cat(at, ".auth_method"))) return;
  const std::string key = cat(at, ".client_secret");
  if (clients::uses_secret(*method) && client.client_secret.empty()) {
    findings.fault(key, cat("is missing, and the client proves itself by ", client.auth_method),
                   "Run openssl rand -base64 32 > secret; chmod 600 secret, and name the file in "
                   "client_secret_file; or write auth_method: none for a program that can keep no secret.");
  } else if (!clients::uses_secret(*method) && !client.client_secret.empty()) {
    findings.fault(key, cat("is given, and auth_method is ", client.auth_method),
                   "Remove it, or remove auth_method.");
  } else if (!client.client_secret.empty() && client.client_secret.reveal().size() < 20) {
    findings.warn(cat(key, " is shorter than 20 characters: openssl rand -base64 32 makes a better one."));
  }
}

void check_oauth_client(const std::string& at, const Config& config, const ClientConfig& client,
                        Findings& findings) {
  if (!client.origin.empty())
    findings.fault(cat(at, ".origin"), "is given for a client of kind oauth",
                   "Write redirect_uris instead, or kind: gate.");
  if (client.signed_identity)
    findings.fault(cat(at, ".signed_identity"), "is given for a client of kind oauth", "Remove it.");
  check_secret(at, client, findings);
  const auto is_its = [&](const FurtherIssuerConfig& one) { return one.path == client.issuer_path; };
  if (!client.issuer_path.empty() && std::ranges::none_of(config.further_issuers, is_its))
    findings.fault(cat(at, ".issuer_path"),
                   cat("is ", client.issuer_path, ", and no further issuer has this path"),
                   "Write the path of one of further_issuers, or add one.");
  if (client.pkce_exception)
    findings.warn(cat(at, " (", client.id,
                      ") may leave PKCE out (pkce_exception): a code that somebody steals on its way is good "
                      "with the client's secret alone. Remove it as soon as the software sends PKCE."));
  const auto made = to_client(client, config.tokens);
  if (!made) {
    // What else could be wrong was reported by the choices of its key.
    if (!client.jwks_file.empty())
      findings.fault(cat(at, ".jwks_file"), made.error().message, made.error().hint);
    return;
  }
  for (const clients::Fault& fault : clients::check(*made)) {
    const ClientKey key = client_key_of(fault.member);
    if (key.key == "id" && client.id.empty()) continue;  // reported as missing
    findings.fault(cat(at, ".", key.key), fault.what, std::string(key.remedy));
  }
  for (const auto& [name, life] : {std::pair{"access_token_life", made->lives.access_token},
                                   std::pair{"id_token_life", made->lives.id_token}}) {
    if (life > config.tokens.longest_token)
      findings.fault(cat(at, ".", name),
                     cat("is ", format_duration(life), ", longer than tokens.longest_token"),
                     cat("Write at most ", format_duration(config.tokens.longest_token),
                         ", or raise tokens.longest_token."));
  }
  if (made->lives.grant < made->lives.refresh_token && client.grant_life != Duration::zero())
    findings.fault(cat(at, ".grant_life"),
                   cat("is ", format_duration(made->lives.grant), ", shorter than refresh_token_life"),
                   cat("Write at least ", format_duration(made->lives.refresh_token), "."));
}

bool has_only(std::string_view text, std::string_view more) {
  return !text.empty() && std::ranges::all_of(text, [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           more.find(c) != std::string_view::npos;
  });
}

// AARC-G069 section 2, RFC 8141 section 2: urn:<NID>:<delegated namespace>[:<sub-namespace>…].
void check_entitlements(const TokensConfig& tokens, Findings& findings) {
  const std::string key = "tokens.entitlement_namespace", &text = tokens.entitlement_namespace;
  const auto parts = split(text, ':');
  if (!text.empty()) {
    const bool has_form =
        parts.size() >= 3 && parts[0] == "urn" && has_only(parts[1], "-") && parts[1].size() >= 2 &&
        parts[1].size() <= 32 && !parts[1].starts_with('-') && !parts[1].ends_with('-') &&
        std::all_of(parts.begin() + 2, parts.end(), [](auto part) { return has_only(part, "-._~%"); });
    if (!has_form) {
      findings.fault(key,
                     cat("is \"", text, "\", which is not urn, a namespace and what was delegated in it"),
                     "Write it like urn:geant:example.org, without \":group\" and without \"#\" behind it.");
    } else if (std::any_of(parts.begin() + 2, parts.end(), [](auto part) { return part == "group"; })) {
      findings.fault(key, "has a part \"group\", which divides the namespace from the group (AARC-G069)",
                     "Leave that part out: Lanyard writes it.");
    }
  }
  if (!tokens.entitlement_authority.empty() && !has_only(tokens.entitlement_authority, "-._~:/"))
    findings.fault("tokens.entitlement_authority",
                   cat("is \"", tokens.entitlement_authority,
                       "\", which has other characters than letters, "
                       "digits and -._~:/"),
                   "Write it like id.example.org.");
}

void check_tokens(const TokensConfig& tokens, Findings& findings) {
  check_entitlements(tokens, findings);
  check_networks("tokens.client_key_networks", tokens.client_key_networks, findings);
  for (const auto& [name, life] : {std::pair{"tokens.access_token_life", tokens.access_token_life},
                                   std::pair{"tokens.id_token_life", tokens.id_token_life}}) {
    if (life > tokens.longest_token)
      findings.fault(
          name, cat("is ", format_duration(life), ", longer than tokens.longest_token"),
          cat("Write at most ", format_duration(tokens.longest_token), ", or raise tokens.longest_token."));
  }
  if (tokens.grant_life < tokens.refresh_token_life)
    findings.fault("tokens.grant_life",
                   cat("is ", format_duration(tokens.grant_life), ", shorter than tokens.refresh_token_life"),
                   cat("Write at least ", format_duration(tokens.refresh_token_life), "."));
}

// What stands below a path of ours already.
constexpr std::array<std::string_view, 26> kOurPaths{
    "account", "admin",    "api",        "assets",      "auth",    "authorize", "bootstrap",
    "consent", "device",   "devicecode", "end_session", "gate",    "healthz",   "introspect",
    "jwks",    "login",    "logout",     "metrics",     "panda",   "par",       "pending",
    "readyz",  "register", "revoke",     "token",       "userinfo"};

void check_further_issuers(const Config& config, Findings& findings) {
  std::vector<std::string> seen;
  for (std::size_t i = 0; i < config.further_issuers.size(); ++i) {
    const std::string& path = config.further_issuers[i].path;
    const std::string key = cat("further_issuers[", i, "].path");
    if (path.empty()) continue;  // reported as missing
    if (!clients::is_issuer_path(path)) {
      findings.fault(key, cat("is \"", path, "\", which is not a path of an issuer"),
                     "Write it like /vo/rubin, without a slash at its end.");
      continue;
    }
    if (is_path_of_ours(path))
      findings.fault(key, cat("is ", path, ", and Lanyard has pages below that already"),
                     "Write a path that begins otherwise, like /vo/rubin.");
    for (const std::string& other : seen) {
      if (path == other || path.starts_with(cat(other, "/")) || other.starts_with(cat(path, "/")))
        findings.fault(key, cat("is ", path, ", which is ", other, " or one below the other"),
                       "Give each issuer a path of its own.");
    }
    seen.push_back(path);
  }
}

}  // namespace

bool is_path_of_ours(std::string_view path) {
  const std::string_view first = path.substr(1, path.find('/', 1) - 1);
  return std::ranges::find(kOurPaths, first) != kOurPaths.end();
}

void check_clients(const Config& config, Findings& findings) {
  std::vector<std::string> ids;
  for (std::size_t i = 0; i < config.clients.size(); ++i) {
    const ClientConfig& client = config.clients[i];
    const std::string at = cat("clients[", i, "]");
    ids.push_back(client.id);
    if (findings.has_fault(at) || findings.has_fault(cat(at, ".kind"))) continue;
    if (client.kind == "gate") check_gate_client(at, config, client, findings);
    if (client.kind == "oauth") check_oauth_client(at, config, client, findings);
  }
  check_ids("clients", ids, findings);
  check_tokens(config.tokens, findings);
  check_further_issuers(config, findings);
}

}  // namespace lanyard::app
