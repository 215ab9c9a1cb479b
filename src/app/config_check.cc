#include "app/config_check.h"

#include <algorithm>
#include <cctype>
#include <set>
#include <utility>

#include "app/config_address.h"
#include "app/config_values.h"
#include "base/text.h"
#include "base/url.h"

namespace lanyard::app {
namespace {

bool is_plausible_address(std::string_view text) {
  const std::size_t at = text.find('@');
  if (at == 0 || at == std::string_view::npos || text.find('@', at + 1) != std::string_view::npos ||
      text.size() > 254)
    return false;
  const std::string_view domain = text.substr(at + 1);
  if (domain.find('.') == std::string_view::npos || domain.front() == '.' || domain.back() == '.')
    return false;
  return text.find_first_of(" \t,;<>()[]\"\\") == std::string_view::npos &&
         text.find("..") == std::string_view::npos;
}

bool is_in_memory(std::string_view url) {
  return url == "sqlite::memory:";
}

void check_database(const Config& config, Findings& findings) {
  const std::string& url = config.database.url;
  const std::string key = "database.url";
  constexpr std::string_view kForms =
      "Write sqlite:///var/lib/lanyard/lanyard.db, \"sqlite::memory:\" or postgresql://user@host/name.";
  const bool postgres = url.starts_with("postgresql://") || url.starts_with("postgres://");
  if (url.starts_with("postgres://")) {
    findings.fault(key, "begins with postgres://", "Write postgresql:// instead.");
  } else if (postgres) {
    const std::string_view rest = std::string_view(url).substr(13);
    const std::string_view authority = rest.substr(0, rest.find_first_of("/?"));
    const std::size_t at = authority.rfind('@');
    // Not repeated in the message: it holds a secret.
    if ((at != std::string_view::npos && authority.substr(0, at).find(':') != std::string_view::npos) ||
        rest.find("password=") != std::string_view::npos) {
      findings.fault(key, "contains a password",
                     "Move the password to database.password_file and change it, because URLs are shown.");
    }
  } else if (url.starts_with("sqlite:///")) {
    if (url.size() == 10 || url.find_first_of("?#") != std::string::npos || url.back() == '/') {
      findings.fault(key, cat("is ", shown(url), ", which does not name a file"), std::string(kForms));
    }
  } else if (!is_in_memory(url)) {
    const std::string_view scheme = std::string_view(url).substr(0, url.find(':'));
    findings.fault(key, cat("begins with ", shown(scheme), ", which is not a database that Lanyard can use"),
                   std::string(kForms));
  }
  if (!postgres && !config.database.password.empty()) {
    findings.fault("database.password", "is given although SQLite has no password", "Remove it.");
  }
  if ((postgres || url.starts_with("sqlite:///")) && config.server.secret_key.empty()) {
    findings.fault("server.secret_key", "is missing, and the database is kept",
                   "Run openssl rand -base64 32 > secret_key; chmod 600 secret_key, and name the file in "
                   "server.secret_key_file.");
  }
}

}  // namespace

void check_origin(const std::string& key, const std::string& text, Findings& findings) {
  if (text.empty()) return;
  const auto url = parse_url(text);
  if (!url) {
    findings.fault(key, cat("is ", shown(text), ", which is not a URL"),
                   "Write it like https://id.example.org.");
    return;
  }
  if (text != url->origin()) {
    findings.fault(
        key, cat("is ", shown(text), ", which is more than scheme, host and port, or not in its own form"),
        cat("Write ", url->origin(), "."));
  } else if (url->scheme != "https" && !url->is_loopback()) {
    findings.fault(key, cat("is ", shown(text), ", which is not protected on its way"),
                   cat("Write https://", text.substr(7), "."));
  }
}

void Findings::fault(const std::string& key, std::string what, std::string remedy) {
  const bool known = std::any_of(faults_.begin(), faults_.end(), [&](const ConfigFault& f) {
    return f.key == key || f.key == cat(key, "_file") || f.key.starts_with(cat(key, "["));
  });
  if (!known) faults_.push_back({where_(key), key, std::move(what), std::move(remedy)});
}

bool Findings::has_fault(const std::string& key) const {
  return std::any_of(faults_.begin(), faults_.end(), [&](const ConfigFault& f) { return f.key == key; });
}

bool is_config_id(std::string_view text) {
  if (text.empty() || text.size() > 63 || text.front() == '-' || text.back() == '-') return false;
  return text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") == std::string_view::npos &&
         text.find("--") == std::string_view::npos;
}

void check_ids(const std::string& list, const std::vector<std::string>& ids, Findings& findings) {
  std::map<std::string, std::size_t> seen;
  for (std::size_t i = 0; i < ids.size(); ++i) {
    const std::string key = cat(list, "[", i, "].id");
    if (ids[i].empty()) continue;  // reported as missing
    if (!is_config_id(ids[i])) {
      findings.fault(key, cat("is ", shown(ids[i]), ", which is not an id"),
                     "Use lower-case letters, digits and single hyphens between them, at most 63.");
    } else if (const auto [before, fresh] = seen.emplace(ids[i], i); !fresh) {
      findings.fault(key, cat("is ", shown(ids[i]), ", which ", list, "[", before->second, "] has already"),
                     "Give each entry its own id.");
    }
  }
}

void check_networks(const std::string& key, const std::vector<std::string>& networks, Findings& findings) {
  for (std::size_t i = 0; i < networks.size(); ++i) {
    if (const Status status = check_network(networks[i]); !status.ok()) {
      findings.fault(cat(key, "[", i, "]"), status.error().message, status.error().hint);
    }
  }
}

// What nobody could ever show, or what anybody could forge.
void check_client_certificates(const ServerConfig& server, Findings& findings) {
  if (server.client_certificates == "ask" && server.tls_certificate.empty()) {
    findings.fault(
        "server.client_certificates", "is \"ask\", but Lanyard does not speak TLS itself",
        "Give server.tls_certificate and server.tls_key, or let the proxy hand certificates on and "
        "name its header in server.client_certificate_header.");
  }
  const std::string& header = server.client_certificate_header;
  const std::string& own = server.client_certificate_listen;
  if (!own.empty()) {
    const auto listen = parse_listen(own);
    if (!listen)
      findings.fault("server.client_certificate_listen", listen.error().message, listen.error().hint);
    if (server.tls_certificate.empty())
      findings.fault("server.client_certificate_listen", "is given, but Lanyard does not speak TLS itself",
                     "Give server.tls_certificate and server.tls_key.");
    if (server.client_certificates == "ask")
      findings.fault("server.client_certificate_listen",
                     "is given, and client_certificates lets server.listen ask as well",
                     "Remove client_certificates: the address of its own alone asks.");
    if (server.client_certificate_url.empty())
      findings.fault("server.client_certificate_url",
                     "is missing, so no client learns of client_certificate_listen",
                     "Write how clients reach it, like https://id.example.org:8444.");
  }
  if (!server.client_certificate_url.empty()) {
    check_origin("server.client_certificate_url", server.client_certificate_url, findings);
    if (server.client_certificates != "ask" && own.empty() && header.empty())
      findings.fault("server.client_certificate_url", "is given, but nobody asks for certificates",
                     "Give client_certificate_listen, or client_certificate_header with a proxy that asks.");
  }
  if (header.empty()) return;
  if (!std::ranges::all_of(header, [](unsigned char c) { return std::isalnum(c) != 0 || c == '-'; })) {
    findings.fault("server.client_certificate_header",
                   cat("is ", shown(header), ", which is not a header's name"),
                   "Write it like X-Client-Certificate.");
  } else if (server.trusted_proxies.empty()) {
    findings.fault("server.client_certificate_header",
                   "is given, but no proxy is trusted, so the header is never read",
                   "Name the proxy's address in server.trusted_proxies.");
  }
}

void check_server(const Config& config, Findings& findings) {
  const ServerConfig& server = config.server;
  check_origin("server.public_url", server.public_url, findings);
  const auto listen = parse_listen(server.listen);
  if (!listen) findings.fault("server.listen", listen.error().message, listen.error().hint);
  if (!server.operations_listen.empty()) {
    const auto operations = parse_listen(server.operations_listen);
    if (!operations) {
      findings.fault("server.operations_listen", operations.error().message, operations.error().hint);
    } else if (listen.ok() && operations->port != 0 && operations->port == listen->port &&
               operations->address == listen->address) {
      findings.fault("server.operations_listen", "is the same as server.listen",
                     "Give it a port of its own, or \"\" to turn it off.");
    } else if (!operations->is_loopback) {
      findings.warn(cat("server.operations_listen is ", server.operations_listen,
                        ": metrics and health can be read by everybody who reaches it."));
    }
  }
  if (server.tls_certificate.empty() != server.tls_key.empty()) {
    const bool key_missing = server.tls_key.empty();
    findings.fault(key_missing ? "server.tls_certificate" : "server.tls_key",
                   cat("is given without server.", key_missing ? "tls_key" : "tls_certificate"),
                   "Give both, or none for plain HTTP behind a proxy.");
  }
  check_networks("server.trusted_proxies", server.trusted_proxies, findings);
  check_client_certificates(server, findings);
  if (server.tls_key.empty() && server.public_url.starts_with("https://") && server.trusted_proxies.empty()) {
    findings.warn(
        "server.public_url is https and Lanyard speaks plain HTTP, but server.trusted_proxies is empty: "
        "every visitor will seem to "
        "come from the proxy's address, and limits for one address will hit all of them together.");
  }
  if (server.site_name.size() > 100)
    findings.fault("server.site_name", "is longer than 100 bytes", "Write a short name.");
  if (!server.support.empty() && !is_plausible_address(server.support) && !parse_url(server.support).ok()) {
    findings.fault("server.support",
                   cat("is ", shown(server.support), ", which is neither an e-mail address nor a URL"),
                   "Write it like help@example.org or https://help.example.org.");
  }
  check_database(config, findings);
}

void check_auth(const Config& config, Findings& findings) {
  const AuthConfig& auth = config.auth;
  if (!auth.enabled) {
    findings.warn(cat("AUTHENTICATION IS OFF (auth.enabled: false). Everybody who can reach ",
                      config.server.public_url,
                      " acts as the anonymous operator, with all rights. Set auth.enabled: true unless the "
                      "network itself keeps "
                      "strangers out."));
  }
  if (!auth.admin_email.empty() && !is_plausible_address(auth.admin_email)) {
    findings.fault("auth.admin_email",
                   cat("is ", shown(auth.admin_email), ", which is not an e-mail address"),
                   "Write it like name@example.org.");
  }
  if (auth.session_idle > auth.session_life) {
    findings.fault(
        "auth.session_idle",
        cat("is ", format_duration(auth.session_idle), ", longer than auth.session_life"),
        cat("Write at most ", format_duration(auth.session_life), ", or raise auth.session_life."));
  }
  if (auth.fresh_for > auth.session_life) {
    findings.fault("auth.fresh_for",
                   cat("is ", format_duration(auth.fresh_for), ", longer than auth.session_life"),
                   cat("Write at most ", format_duration(auth.session_life), "."));
  }
  std::set<std::string> sources;
  for (const ProviderConfig& one : config.providers) sources.insert(one.id);
  for (const IssuerConfig& one : config.issuers) sources.insert(one.id);
  const std::string known = join({sources.begin(), sources.end()}, ", ");
  if (!auth.default_issuer.empty() && !sources.contains(auth.default_issuer)) {
    findings.fault(
        "auth.default_issuer",
        cat("is ", shown(auth.default_issuer), ", which is not the id of a provider or an issuer"),
        sources.empty() ? "Configure a provider or an issuer first." : cat("Write one of: ", known, "."));
  }
  if (!auth.default_users_file.empty() && auth.default_issuer.empty() && sources.size() != 1) {
    findings.fault(
        "auth.default_issuer",
        "is missing, and auth.default_users_file needs to know whose subjects it lists",
        sources.empty() ? "Configure a provider or an issuer." : cat("Write one of: ", known, "."));
  }
  if (!auth.enabled) return;
  const bool providers = std::any_of(config.providers.begin(), config.providers.end(),
                                     [](const ProviderConfig& p) { return p.enabled; });
  if (auth.browser_login && !providers) {
    findings.warn("auth.browser_login is on, but no provider is enabled: nobody can sign in with a browser.");
  }
  if (!auth.browser_login && !auth.bearer_tokens && !auth.api_tokens) {
    findings.fault(
        "auth.enabled",
        "is true while browser_login, bearer_tokens and api_tokens are all off, so nobody could come in",
        "Turn one of them on.");
  }
}

void check_gate(const Config& config, Findings& findings) {
  std::vector<std::string> ids;
  for (const ClientConfig& client : config.clients) {
    if (client.kind == "gate") ids.push_back(client.id);
  }
  if (config.journal.poll >= config.gate.stale_limit) {
    findings.fault("gate.stale_limit",
                   cat("is ", format_duration(config.gate.stale_limit), ", not longer than journal.poll (",
                       format_duration(config.journal.poll), ")"),
                   "Make it several times as long as journal.poll, because remembered verdicts would hardly "
                   "ever be used.");
  }
  std::set<std::pair<std::string, std::string>> seen;
  for (std::size_t i = 0; i < config.gate.routes.size(); ++i) {
    const GateRouteConfig& route = config.gate.routes[i];
    const std::string at = cat("gate.routes[", i, "]");
    if (!route.client.empty() && std::find(ids.begin(), ids.end(), route.client) == ids.end()) {
      findings.fault(cat(at, ".client"),
                     cat("is ", shown(route.client), ", which is not the id of a client of kind gate"),
                     ids.empty() ? "Describe the application in clients first."
                                 : cat("Write one of: ", join(ids, ", "), "."));
    }
    const std::string& path = route.path;
    if (path.empty() || path.front() != '/') {
      findings.fault(cat(at, ".path"), cat("is ", shown(path), ", which does not begin with a slash"),
                     cat("Write /", path.empty() || path.front() == '*' ? "" : path, "."));
    } else if (path.find('*') != std::string::npos) {
      findings.fault(
          cat(at, ".path"), cat("is ", shown(path), ", and there are no wildcards"),
          "A path with / at its end holds for everything below it: write /files/ and not /files/*.");
    } else if (path.find_first_of("?#\\%; ") != std::string::npos || path.find("//") != std::string::npos ||
               cat(path, "/").find("/./") != std::string::npos ||
               cat(path, "/").find("/../") != std::string::npos) {
      findings.fault(cat(at, ".path"), cat("is ", shown(path), ", which is not a path in its plain form"),
                     "Write the decoded path without query, //, /./ or /../.");
    } else if (!seen.emplace(route.client, path).second) {
      findings.fault(cat(at, ".path"), cat("is ", shown(path), ", for which there is a rule already"),
                     "Put both into one rule.");
    }
    if (route.public_page && (route.admin || !route.scopes.empty() || !route.groups.empty())) {
      findings.fault(cat(at, ".public_page"), "is true together with scopes, groups or admin",
                     "A public page asks nobody: remove one of them.");
    }
  }
}

void check_config(const Config& config, Findings& findings) {
  check_server(config, findings);
  check_auth(config, findings);
  check_sources(config, findings);
  check_gate(config, findings);
  check_clients(config, findings);
}

}  // namespace lanyard::app
