#include "app/mapping.h"

#include <algorithm>
#include <fstream>
#include <set>
#include <sstream>

#include "base/text.h"

namespace lanyard::app {
namespace {

accounts::Newcomer to_newcomer(NewAccounts wanted) {
  switch (wanted) {
    case NewAccounts::pending:
      return accounts::Newcomer::pending;
    case NewAccounts::approved:
      return accounts::Newcomer::approved;
    case NewAccounts::active:
      return accounts::Newcomer::active;
    case NewAccounts::refused:
      return accounts::Newcomer::refused;
  }
  return accounts::Newcomer::pending;
}

Result<admission::Rules> to_rules(const AdmissionConfig& config, std::string source, bool enabled,
                                  const std::string& issuer) {
  admission::Rules rules;
  auto pattern = admission::Pattern::compile(config.username_pattern);
  if (!pattern) {
    return make_error(Code::invalid, cat(source, ".admission.username_pattern: ", pattern.error().message),
                      pattern.error().hint);
  }
  rules.source = std::move(source);
  rules.enabled = enabled;
  rules.issuer = issuer;
  rules.identity_provider = config.identity_provider;
  rules.identity_provider_claim = config.identity_provider_claim;
  rules.username_map = config.username_map;
  rules.username_pattern = std::move(*pattern);
  rules.blocked_users = config.blocked_users;
  rules.allowed_users = config.allowed_users;
  rules.allowed_groups = config.allowed_groups;
  rules.admin_users = config.admin_users;
  rules.newcomers = to_newcomer(config.new_accounts);
  rules.trusted_for_addresses = config.trusted_for_addresses;
  return rules;
}

template <class Source>
net::Reach to_reach(const Source& source) {
  net::Reach reach;
  reach.http = source.allow_loopback;
  reach.loopback = source.allow_loopback;
  reach.private_networks = source.private_networks;
  reach.ca_file = source.ca_file;
  return reach;
}

Result<std::vector<crypto::Algorithm>> to_algorithms(const std::vector<std::string>& names) {
  std::vector<crypto::Algorithm> algorithms;
  for (const std::string& name : names) {
    LANYARD_TRY(const auto algorithm, crypto::parse_algorithm(name));
    algorithms.push_back(algorithm);
  }
  return algorithms;
}

}  // namespace

Result<crypto::Sealer> to_sealer(const Config& config) {
  auto sealer = crypto::Sealer::from_text(config.server.secret_key);
  if (sealer) return sealer;
  return make_error(sealer.error().code, cat("server.secret_key: ", sealer.error().message),
                    sealer.error().hint);
}

std::string source_of(const ProviderConfig& provider) {
  return cat("providers[", provider.id, "]");
}
std::string source_of(const IssuerConfig& issuer) {
  return cat("issuers[", issuer.id, "]");
}

Result<std::shared_ptr<const admission::RuleBook>> to_rules(const Config& config) {
  std::vector<admission::Rules> all;
  for (const ProviderConfig& provider : config.providers) {
    LANYARD_TRY(admission::Rules rules,
                to_rules(provider.admission, source_of(provider), provider.enabled, provider.issuer));
    all.push_back(std::move(rules));
  }
  for (const IssuerConfig& issuer : config.issuers) {
    LANYARD_TRY(admission::Rules rules,
                to_rules(issuer.admission, source_of(issuer), issuer.enabled, issuer.issuer));
    all.push_back(std::move(rules));
  }
  return std::make_shared<const admission::RuleBook>(std::move(all));
}

std::vector<clients::Client> to_clients(const Config& config) {
  std::vector<clients::Client> all;
  for (const ClientConfig& client : config.clients) {
    if (client.kind != "gate") continue;
    all.push_back({ClientId(client.id), client.kind, client.name.empty() ? client.id : client.name,
                   client.origin, client.signed_identity});
  }
  return all;
}

std::vector<doors::gate::Route> to_routes(const Config& config) {
  std::vector<doors::gate::Route> all;
  for (const GateRouteConfig& route : config.gate.routes) {
    all.push_back({route.client, route.path, route.scopes, route.groups, route.public_page, route.admin});
  }
  return all;
}

issuers::PublisherOptions to_publisher(const ProviderConfig& provider) {
  issuers::PublisherOptions options;
  options.id = source_of(provider);
  options.issuer = provider.issuer;
  options.reach = to_reach(provider);
  // People wait for it. Strangers can name a key only at the back channel, and are not believed over it.
  options.cool_down = std::chrono::seconds(10);
  return options;
}

Result<issuers::PublisherOptions> to_publisher(const IssuerConfig& issuer) {
  issuers::PublisherOptions options;
  options.id = source_of(issuer);
  options.issuer = issuer.issuer;
  options.reach = to_reach(issuer);
  options.refresh = issuer.keys_refresh;
  options.expire = issuer.keys_expire;
  options.cool_down = issuer.keys_cool_down;
  if (!issuer.jwks_file.empty()) {
    std::ifstream file(issuer.jwks_file);
    std::ostringstream text;
    text << file.rdbuf();
    if (!file) {
      return make_error(Code::invalid,
                        cat(options.id, ".jwks_file: \"", issuer.jwks_file, "\" can not be read."),
                        "Give the path of a readable file with a JWK set.");
    }
    options.fixed_keys = text.str();
  }
  return options;
}

std::vector<std::string> own_issuers(const Config& config, bool accepted_here) {
  std::vector<std::string> all{config.server.public_url};
  for (const FurtherIssuerConfig& one : config.further_issuers)
    if (one.accepted_here || !accepted_here) all.push_back(cat(config.server.public_url, one.path));
  return all;
}

issuers::KeySets::Options to_key_sets(const TokensConfig& tokens) {
  issuers::KeySets::Options options;
  options.reach.private_networks = tokens.client_key_networks;
  options.reach.ca_file = tokens.client_key_ca_file;
  options.cool_down = tokens.client_key_cool_down;
  const auto is_of_this_machine = [](const std::string& network) {
    net::Reach loopback;
    loopback.loopback = true;
    const std::string address = network.substr(0, network.find('/'));
    return net::address_allowed(address, loopback) && !net::address_allowed(address, {});
  };
  options.reach.loopback = options.reach.http =
      std::any_of(tokens.client_key_networks.begin(), tokens.client_key_networks.end(), is_of_this_machine);
  return options;
}

Result<std::shared_ptr<const issuers::Trust>> to_trust(const IssuerConfig& issuer) {
  auto trust = std::make_shared<issuers::Trust>();
  trust->id = issuer.id;
  trust->issuer = issuer.issuer;
  trust->audiences = issuer.audiences;
  trust->required_scope = issuer.required_scope;
  LANYARD_TRY(trust->algorithms, to_algorithms(issuer.algorithms));
  using Profile = issuers::Trust::Profile;
  trust->profile = issuer.profile == "rfc9068" ? Profile::rfc9068
                   : issuer.profile == "wlcg"  ? Profile::wlcg
                                               : Profile::any;
  trust->any_audience = issuer.any_audience;
  trust->skew = issuer.skew;
  trust->longest_life = issuer.longest_life;
  trust->username_claim = issuer.username_claim;
  trust->name_claim = issuer.name_claim;
  trust->email_claim = issuer.email_claim;
  trust->groups_claim = issuer.groups_claim;
  return std::shared_ptr<const issuers::Trust>(std::move(trust));
}

Result<doors::signin::Provider> to_provider(const ProviderConfig& config,
                                            std::shared_ptr<issuers::Publisher> keys) {
  doors::signin::Provider provider;
  provider.id = config.id;
  provider.label = config.label.empty() ? config.id : config.label;
  provider.issuer = config.issuer;
  provider.client_id = config.client_id;
  provider.client_secret = config.client_secret;
  provider.scopes = config.scopes;
  provider.username_claim = config.username_claim;
  provider.institution_claim = config.institution_claim;
  provider.groups_claim = config.groups_claim;
  provider.identity_provider_claim = config.admission.identity_provider_claim;
  LANYARD_TRY(provider.algorithms, to_algorithms(config.algorithms));
  provider.authorize_parameters = config.authorize_parameters;
  provider.reach = to_reach(config);
  provider.enabled = config.enabled;
  provider.keys = std::move(keys);
  return provider;
}

Result<std::string> default_issuer(const Config& config) {
  std::set<std::string> all;
  for (const ProviderConfig& provider : config.providers) {
    if (provider.id == config.auth.default_issuer) return provider.issuer;
    all.insert(provider.issuer);
  }
  for (const IssuerConfig& issuer : config.issuers) {
    if (issuer.id == config.auth.default_issuer) return issuer.issuer;
    all.insert(issuer.issuer);
  }
  if (!config.auth.default_issuer.empty()) {
    return make_error(Code::invalid,
                      cat("auth.default_issuer names \"", config.auth.default_issuer,
                          "\", which is no provider and no issuer."),
                      "Write the id of one of them.");
  }
  if (all.size() == 1) return *all.begin();
  return make_error(Code::invalid,
                    all.empty() ? "There is no provider and no issuer, so a subject means nothing."
                                : "There are several issuers, so it is not clear whose subject is meant.",
                    "Set auth.default_issuer to the id of the provider or issuer whose subjects these are.");
}

}  // namespace lanyard::app
