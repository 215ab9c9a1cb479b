// Rules about providers, issuers and who is admitted from them.
#include <algorithm>
#include <set>

#include "app/config_check.h"
#include "app/config_values.h"
#include "base/text.h"
#include "base/url.h"
#include "domain/admission/admission.h"

namespace lanyard::app {
namespace {

constexpr std::size_t kMostPatternBytes = 500;

// What the protocol itself sends in the authorization request.
constexpr std::string_view kProtocolParameters[] = {
    "client_id", "client_secret", "redirect_uri", "response_type",  "response_mode",
    "scope",     "state",         "nonce",        "code_challenge", "code_challenge_method",
    "request",   "request_uri",   "registration"};

void check_issuer_url(const std::string& key, const std::string& text, bool allow_loopback,
                      Findings& findings) {
  if (text.empty()) return;
  const auto url = parse_url(text);
  if (!url || url->query) {
    findings.fault(key, cat("is ", shown(text), ", which is not the URL of an issuer"),
                   "Write it as its metadata spell it, like https://sso.example.org/realms/staff.");
    return;
  }
  const std::string at_parent = key.substr(0, key.rfind('.'));
  if (url->scheme != "https" && !url->is_loopback()) {
    findings.fault(key, cat("is ", shown(text), ", and an issuer is believed over https alone"),
                   cat("Write https://", text.substr(7), "."));
  } else if (url->is_loopback() && !allow_loopback) {
    findings.fault(key, cat("is ", shown(text), ", which is this machine"),
                   cat("For a trial, write allow_loopback: true in ", at_parent,
                       "; otherwise write the public address."));
  }
  if (text.find(".well-known/") != std::string::npos) {
    findings.fault(key, cat("is ", shown(text), ", the address of metadata and not of an issuer"),
                   cat("Write ", text.substr(0, text.find("/.well-known/")), "."));
  }
}

void check_scopes(const std::string& key, const std::vector<std::string>& scopes, Findings& findings) {
  for (std::size_t i = 0; i < scopes.size(); ++i) {
    if (scopes[i].find_first_of(" \"\\,") == std::string::npos) continue;
    findings.fault(cat(key, "[", i, "]"), cat("is ", shown(scopes[i]), ", which is not one scope"),
                   "Write each scope as an entry of its own.");
  }
}

void check_algorithms(const std::string& key, const std::vector<std::string>& algorithms,
                      Findings& findings) {
  if (algorithms.empty())
    findings.fault(key, "is an empty list, so every signature would be refused",
                   "Write at least one, or remove the line.");
}

// The matcher of admission, so that what holds here holds there.
void check_pattern(const std::string& key, const std::string& pattern, Findings& findings) {
  if (pattern.empty()) return;
  if (pattern.size() > kMostPatternBytes) {
    findings.fault(key, "is longer than 500 bytes",
                   "Use groups (allowed_groups) or a list of names instead.");
    return;
  }
  if (const auto compiled = admission::Pattern::compile(pattern); !compiled) {
    findings.fault(
        key, cat("is ", shown(pattern), ", which is not a regular expression"),
        "Check brackets and escapes; RE2's syntax has no back-references, no look-around, and only "
        "smaller counts than 1,000; in YAML, single quotes keep backslashes as they are.");
  }
}

void check_admission(const std::string& at, const AdmissionConfig& admission, bool has_groups,
                     Findings& findings) {
  for (std::size_t i = 0; i < admission.identity_provider.size(); ++i) {
    const std::string& domain = admission.identity_provider[i];
    const std::string key = cat(at, ".identity_provider[", i, "]");
    if (domain.find('@') != std::string::npos) {
      findings.fault(key, cat("is ", shown(domain), ", with an @"),
                     cat("Write ", domain.substr(domain.rfind('@') + 1), "."));
    } else if (domain.find_first_of("/:* ,\\") != std::string::npos || domain.front() == '.' ||
               domain.back() == '.') {
      findings.fault(key, cat("is ", shown(domain), ", which is not a domain"),
                     "Write it like example.org, each one by itself; there are no wildcards.");
    }
  }
  for (const auto& [name, value] : admission.username_map) {
    if (to_lower_ascii(name) != name) {
      findings.fault(cat(at, ".username_map.", name), "has capital letters and would never match",
                     cat("Write ", to_lower_ascii(name), ", because names are compared in lower case."));
    } else if (name.empty() || value.empty()) {
      findings.fault(cat(at, ".username_map.", name), "has an empty name",
                     "Write both names, or remove the line.");
    }
  }
  check_pattern(cat(at, ".username_pattern"), admission.username_pattern, findings);
  for (const auto& [list, names] : {std::pair{"allowed_users", &admission.allowed_users},
                                    std::pair{"admin_users", &admission.admin_users}}) {
    for (const std::string& name : *names) {
      if (std::find(admission.blocked_users.begin(), admission.blocked_users.end(), name) ==
          admission.blocked_users.end())
        continue;
      findings.warn(
          cat(at, ".", list, " and blocked_users both name ", shown(name), ": blocked_users wins."));
    }
  }
  if (!admission.allowed_groups.empty() && !has_groups) {
    findings.fault(cat(at, ".allowed_groups"),
                   "is given, but no groups are taken from this source, so nobody could come",
                   "Write groups_claim beside admission, with the claim that holds the groups.");
  }
  const bool open = admission.identity_provider.empty() && admission.username_pattern.empty() &&
                    admission.allowed_users.empty() && admission.allowed_groups.empty();
  if (open &&
      (admission.new_accounts == NewAccounts::active || admission.new_accounts == NewAccounts::approved)) {
    findings.warn(
        cat(at, ".new_accounts is ", to_string(admission.new_accounts),
            " without any other rule: everybody whom this source knows is let in without a decision."));
  }
}

void check_provider(const std::string& at, const ProviderConfig& provider, Findings& findings) {
  check_issuer_url(cat(at, ".issuer"), provider.issuer, provider.allow_loopback, findings);
  check_scopes(cat(at, ".scopes"), provider.scopes, findings);
  if (std::find(provider.scopes.begin(), provider.scopes.end(), "openid") == provider.scopes.end()) {
    findings.fault(cat(at, ".scopes"), "does not contain openid, without which there is no ID token",
                   "Add openid.");
  }
  check_algorithms(cat(at, ".algorithms"), provider.algorithms, findings);
  check_networks(cat(at, ".private_networks"), provider.private_networks, findings);
  for (const auto& [name, value] : provider.authorize_parameters) {
    if (std::find(std::begin(kProtocolParameters), std::end(kProtocolParameters), name) !=
        std::end(kProtocolParameters)) {
      findings.fault(cat(at, ".authorize_parameters.", name), "is set by the protocol itself", "Remove it.");
    }
  }
  check_admission(cat(at, ".admission"), provider.admission, !provider.groups_claim.empty(), findings);
}

void check_issuer(const std::string& at, const IssuerConfig& issuer, Findings& findings) {
  check_issuer_url(cat(at, ".issuer"), issuer.issuer, issuer.allow_loopback, findings);
  if (issuer.audiences.empty()) {
    findings.fault(cat(at, ".audiences"), "is an empty list, so a token for anybody would do",
                   "Write who the tokens must be for, for example server.public_url.");
  }
  if (issuer.required_scope.find_first_of(" \"\\,") != std::string::npos) {
    findings.fault(cat(at, ".required_scope"),
                   cat("is ", shown(issuer.required_scope), ", which is not one scope"), "Write one scope.");
  }
  check_algorithms(cat(at, ".algorithms"), issuer.algorithms, findings);
  check_networks(cat(at, ".private_networks"), issuer.private_networks, findings);
  if (issuer.keys_expire <= issuer.keys_refresh) {
    findings.fault(cat(at, ".keys_expire"),
                   cat("is ", format_duration(issuer.keys_expire), ", not longer than keys_refresh"),
                   cat("Write more than ", format_duration(issuer.keys_refresh),
                       ", several times as much if an outage shall not be felt."));
  }
  if (issuer.keys_cool_down > issuer.keys_refresh) {
    findings.fault(cat(at, ".keys_cool_down"),
                   cat("is ", format_duration(issuer.keys_cool_down), ", longer than keys_refresh"),
                   cat("Write at most ", format_duration(issuer.keys_refresh), "."));
  }
  if (issuer.any_audience && issuer.profile == "rfc9068") {
    findings.fault(cat(at, ".any_audience"), "is true, which RFC 9068 does not know",
                   "Remove it, or write profile: wlcg.");
  }
  check_admission(cat(at, ".admission"), issuer.admission, !issuer.groups_claim.empty(), findings);
}

}  // namespace

void check_sources(const Config& config, Findings& findings) {
  std::vector<std::string> ids;
  std::map<std::string, std::string> issuer_by_id;
  for (std::size_t i = 0; i < config.providers.size(); ++i) {
    ids.push_back(config.providers[i].id);
    issuer_by_id.emplace(config.providers[i].id, config.providers[i].issuer);
    check_provider(cat("providers[", i, "]"), config.providers[i], findings);
  }
  check_ids("providers", ids, findings);
  ids.clear();
  std::map<std::string, std::size_t> seen;
  for (std::size_t i = 0; i < config.issuers.size(); ++i) {
    const IssuerConfig& issuer = config.issuers[i];
    const std::string at = cat("issuers[", i, "]");
    ids.push_back(issuer.id);
    check_issuer(at, issuer, findings);
    if (const auto [before, fresh] = seen.emplace(issuer.issuer, i); !fresh && !issuer.issuer.empty()) {
      findings.fault(cat(at, ".issuer"),
                     cat("is ", shown(issuer.issuer), ", which issuers[", before->second, "] has already"),
                     "Put both into one entry, because the issuer of a token decides how it is verified.");
    }
    if (const auto other = issuer_by_id.find(issuer.id);
        other != issuer_by_id.end() && !issuer.id.empty() && other->second != issuer.issuer) {
      findings.fault(cat(at, ".id"),
                     cat("is ", shown(issuer.id), ", the id of a provider with another issuer URL"),
                     "Give it another id, so that auth.default_issuer is clear.");
    }
  }
  check_ids("issuers", ids, findings);
}

}  // namespace lanyard::app
