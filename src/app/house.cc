#include "app/house.h"

#include "app/built_in_clients.h"
#include "app/client_mapping.h"
#include "app/gate_key.h"
#include "app/mapping.h"
#include "base/text.h"
#include "base/url.h"
#include "platform/view/assets.h"
#include "platform/view/error_page.h"

namespace lanyard::app {
namespace {

// A key for each purpose, derived from the server's secret, so that a value of one kind is never good as
// another.
std::string key(const crypto::Sealer& sealer, std::string_view purpose) {
  return sealer.derive(purpose);
}

crypto::KeyedHash hashes(const crypto::Sealer& sealer, std::string_view purpose) {
  return crypto::KeyedHash(sealer.derive_all(purpose));
}

// A practice house without a secret gets one for its own lifetime.
Result<crypto::Sealer> make_sealer(const Config& config, Random& random) {
  if (!config.server.secret_key.empty()) return to_sealer(config);
  return crypto::Sealer::from_text(Secret(hex_encode(random.bytes(32))));
}

Result<std::unique_ptr<store::Database>> open(const Config& config, const Log& log) {
  store::DatabaseOptions options;
  options.url = config.database.url;
  options.password = std::string(config.database.password.reveal());
  options.connections = config.database.connections;
  return store::open_database(options, log);
}

sessions::Lives lives(const Config& config) {
  return {config.auth.session_idle, config.auth.session_life};
}

// What people let applications do in a session ends with it.
sessions::Followers followers(tokens::Grants& grants) {
  return {[&grants](store::Connection& connection, journal::Notes& notes, const SessionId& ended) {
            return grants.end_of_session(connection, notes, ended.str(), "signed out");
          },
          [&grants](store::Connection& connection, const SessionId& former, const SessionId& next) {
            return grants.move_session(connection, former.str(), next.str());
          }};
}

bool is_https(const Config& config) {
  return config.server.public_url.starts_with("https://");
}

doors::oauth::RemoteKeys to_remote_keys(issuers::KeySets& sets) {
  return {
      [&sets](const std::string& jwks_uri, const crypto::UnverifiedJws& jws,
              const std::vector<crypto::Algorithm>& allowed) { return sets.verify(jwks_uri, jws, allowed); },
      [&sets](const std::string& jwks_uri, const std::string& thumbprint) {
        return sets.find(jwks_uri, thumbprint);
      }};
}

std::vector<std::string> issuer_paths(const Config& config) {
  std::vector<std::string> paths;
  for (const FurtherIssuerConfig& one : config.further_issuers) paths.push_back(one.path);
  return paths;
}

view::PageFrame make_frame(const Config& config, const Ground& ground) {
  view::PageFrame frame;
  frame.banner = ground.banner;
  frame.site_name = config.server.site_name;
  frame.support = config.server.support;
  if (!config.auth.enabled) frame.banner = "Authentication is off: everyone is the anonymous operator.";
  return frame;
}

// What can be linked to an account, as people see it.
std::vector<std::pair<std::string, std::string>> provider_labels(const Config& config) {
  std::vector<std::pair<std::string, std::string>> labels;
  for (const ProviderConfig& provider : config.providers) {
    if (provider.enabled && config.auth.browser_login)
      labels.emplace_back(provider.id, provider.label.empty() ? provider.id : provider.label);
  }
  return labels;
}

}  // namespace

Floors::Floors(const Config& c, const Ground& g, std::unique_ptr<store::Database> d, crypto::Sealer s,
               std::vector<clients::Declared> declared)
    : config(c),
      ground(g),
      database(std::move(d)),
      sealer(std::move(s)),
      ledger(*database, marks, ground.clock),
      directory(ledger, ground.random),
      approvals(ledger),
      groups(ledger, ground.random),
      credentials(ledger, ground.random, hashes(sealer, "credential hashes"), config.auth.api_token_life),
      sessions(ledger, ground.random, hashes(sealer, "session hashes"), lives(config), followers(grants)),
      artefacts(*database, sealer, ground.random, ground.clock),
      registry(ledger, marks, ground.random, hashes(sealer, "client secrets"), std::move(declared)),
      keys(ledger, sealer, ground.random, marks, {config.tokens.key_notice, config.tokens.longest_token},
           ground.make_key),
      grants(ledger, sealer, ground.random),
      consents(ledger),
      devices(ledger, ground.random, hashes(sealer, "device codes")),
      once(*database, ground.clock),
      names(ledger),
      logouts(ledger) {}

Result<std::unique_ptr<Floors>> Floors::make(const Config& config, const Ground& ground) {
  LANYARD_TRY(crypto::Sealer sealer, make_sealer(config, ground.random));
  LANYARD_TRY(auto database, open(config, ground.log));
  LANYARD_TRY(auto declared, to_declared(config));
  for (clients::Declared& one : built_in_clients(to_lives(config.tokens))) declared.push_back(std::move(one));
  return std::make_unique<Floors>(config, ground, std::move(database), std::move(sealer),
                                  std::move(declared));
}

House::House(std::unique_ptr<Floors> floors)
    : floors_(std::move(floors)), frame_(make_frame(floors_->config, floors_->ground)) {}

House::~House() = default;

Result<std::unique_ptr<House>> House::make(std::unique_ptr<Floors> floors) {
  std::unique_ptr<House> house(new House(std::move(floors)));
  LANYARD_CHECK(house->furnish());
  return house;
}

Status House::open_outside() {
  const Ground& ground = floors_->ground;
  const Config& config = floors_->config;
  outside_ = net::make_client({}, ground.clock, ground.log);
  const auto publisher = [&](issuers::PublisherOptions options) {
    publishers_.push_back(std::make_shared<issuers::Publisher>(std::move(options), *outside_,
                                                               *floors_->database, ground.clock, ground.log));
    return publishers_.back();
  };
  for (const ProviderConfig& provider : config.providers) {
    LANYARD_TRY(auto one, to_provider(provider, publisher(to_publisher(provider))));
    providers_.push_back(std::move(one));
  }
  std::vector<issuers::Tokens::Entry> trusted;
  for (const IssuerConfig& issuer : config.issuers) {
    if (!issuer.enabled) continue;
    LANYARD_TRY(auto options, to_publisher(issuer));
    LANYARD_TRY(auto trust, to_trust(issuer));
    trusted.push_back({std::move(trust), publisher(std::move(options))});
  }
  tokens_ = std::make_unique<issuers::Tokens>(std::move(trusted), ground.clock, own_issuers(config, true));
  client_keys_ = std::make_unique<issuers::KeySets>(to_key_sets(config.tokens), *outside_, *floors_->database,
                                                    ground.clock, ground.log);
  LANYARD_TRY(auto book, to_rules(config));
  rules_ = std::make_unique<admission::CurrentRules>(std::move(book));
  return {};
}

Status House::furnish() {
  LANYARD_CHECK(open_outside());
  Floors& f = *floors_;
  const Config& config = f.config;
  const Ground& ground = f.ground;
  LANYARD_TRY(const Url url, parse_url(config.server.public_url));
  LANYARD_TRY(crypto::PrivateKey identity_key, gate_key(f));
  LANYARD_CHECK(f.keys.prepare());
  mint_ = std::make_unique<tokens::Mint>(
      f.keys, ground.random, ground.clock, config.server.public_url,
      tokens::EntitlementNames{config.tokens.entitlement_namespace, config.tokens.entitlement_authority});

  verdicts_ = std::make_unique<callers::Verdicts>(
      callers::VerdictLimits{config.gate.cache_entries, config.gate.cache_life, config.gate.stale_limit},
      f.marks, ground.clock);
  callers_ = std::make_unique<callers::Callers>(
      callers::Parts{f.directory, f.approvals, f.groups, f.sessions, f.credentials, *tokens_, *rules_, book_,
                     f.marks, *verdicts_, ground.clock, ground.log, doors::gate::identity_lines,
                     callers::Own{config.server.public_url, own_issuers(config, false),
                                  doors::api::resource_of(config.server.public_url), &f.keys, &f.grants,
                                  &f.once, &f.registry}},
      callers::Switches{config.auth.enabled, config.auth.browser_login, config.auth.bearer_tokens,
                        config.auth.api_tokens});
  clients_ = std::make_unique<clients::Clients>(to_clients(config));
  guard_ = std::make_unique<view::Guard>(key(f.sealer, "forms"), url.origin());
  cookies_ = std::make_unique<callers::Cookies>(is_https(config));

  signin_ = std::make_unique<doors::signin::SignIn>(
      doors::signin::Parts{f.ledger, f.directory, f.approvals, f.groups, f.sessions, f.artefacts, f.once,
                           *rules_, *callers_, *clients_, book_, *outside_, frame_, *guard_, *cookies_,
                           ground.random, ground.clock, ground.log},
      providers_,
      doors::signin::Settings{config.server.public_url, config.auth.admin_email, config.auth.browser_login,
                              config.limits.logins_per_minute, config.auth.fresh_for});
  gate_ = std::make_unique<doors::gate::Gate>(
      doors::gate::Parts{*callers_, *clients_, f.sessions, f.artefacts, book_, frame_, *guard_, *cookies_,
                         std::move(identity_key), ground.random, ground.clock, ground.log},
      doors::gate::Settings{config.server.public_url, to_routes(config), config.gate.signed_identity_life});
  doors::oauth::Settings counter;
  counter.public_url = config.server.public_url;
  for (const FurtherIssuerConfig& one : config.further_issuers)
    counter.further_issuers.push_back({one.path, one.open_registration});
  counter.takes_certificates = config.server.client_certificates == "ask" ||
                               !config.server.client_certificate_listen.empty() ||
                               !config.server.client_certificate_header.empty();
  counter.certificate_url = config.server.client_certificate_url;
  if (!config.server.client_certificate_ca_file.empty()) {
    LANYARD_TRY(auto authorities, crypto::Authorities::from_file(config.server.client_certificate_ca_file));
    counter.authorities = std::make_shared<const crypto::Authorities>(std::move(authorities));
  }
  counter.open_registration = config.tokens.open_registration;
  counter.registration_scopes = config.tokens.registration_scopes;
  counter.lives = to_lives(config.tokens);
  counter.nonce_keys = f.sealer.derive_all("dpop nonce");
  const doors::oauth::RemoteKeys remote_keys = to_remote_keys(*client_keys_);
  oauth_ = std::make_unique<doors::oauth::OAuth>(
      doors::oauth::Parts{remote_keys, f.ledger,   f.groups,      f.sessions,   f.artefacts,
                          *callers_,   f.registry, f.keys,        *mint_,       f.grants,
                          f.devices,   f.consents, f.once,        f.names,      frame_,
                          *guard_,     *cookies_,  ground.random, ground.clock, ground.log},
      std::move(counter));
  panda_ = std::make_unique<doors::panda::Panda>(
      doors::panda::Parts{*callers_, f.registry, f.keys, f.grants, ground.clock, ground.log},
      doors::panda::Settings{config.server.public_url, own_issuers(config, false)});
  backchannel_ = std::make_unique<doors::oauth::Backchannel>(
      doors::oauth::Backchannel::Parts{f.logouts, f.registry, *mint_, *outside_, ground.clock, ground.log});
  account_ = std::make_unique<doors::account::Account>(
      doors::account::Parts{f.ledger, f.directory, f.approvals, f.groups, f.sessions, f.credentials, f.grants,
                            f.consents, f.registry, *callers_, *clients_, frame_, *guard_, *cookies_,
                            ground.clock, ground.log},
      doors::account::Settings{config.server.public_url, config.auth.fresh_for, config.auth.api_token_life,
                               config.auth.api_tokens, provider_labels(config)});
  const auto issuer = default_issuer(config);
  api_ = std::make_unique<doors::api::Api>(
      doors::api::Parts{f.ledger, f.keys, f.directory, f.approvals, f.groups, f.sessions, f.credentials,
                        *callers_, f.registry, f.grants, *tokens_, publishers_, *rules_, book_, ground.clock,
                        ground.log},
      doors::api::Settings{config.server.public_url, own_issuers(config, true), issuer_paths(config),
                           issuer ? *issuer : "", key(f.sealer, "page cursors"), to_lives(config.tokens),
                           config.tokens.longest_token});

  auto router = std::make_shared<net::Router>();
  signin_->mount(*router);
  gate_->mount(*router);
  oauth_->mount(*router);
  panda_->mount(*router);
  account_->mount(*router);
  api_->mount(*router);
  mount_assets(*router);
  router_ = std::move(router);
  return {};
}

void mount_assets(net::Router& router) {
  net::Endpoint assets;
  assets.pattern = "/assets/{name}";
  assets.runs = net::Runs::on_loop;
  assets.handler = [](const net::Request& request) {
    const auto query = request.query_form();
    return view::asset_response(request.path_part("name"), query ? query->value_or("v", "") : "");
  };
  router.add(std::move(assets));
}

Result<std::vector<std::string>> House::take_new_rules(const Config& config) {
  LANYARD_TRY(auto book, to_rules(config));
  rules_->set(std::move(book));
  floors_->marks.move_everybody();
  std::vector<std::string> need_restart;
  const Config& old = floors_->config;
  if (config.server.listen != old.server.listen || config.server.public_url != old.server.public_url)
    need_restart.emplace_back("server");
  if (config.database.url != old.database.url) need_restart.emplace_back("database");
  if (config.clients.size() != old.clients.size()) need_restart.emplace_back("clients");
  if (config.providers.size() != old.providers.size()) need_restart.emplace_back("providers");
  if (config.issuers.size() != old.issuers.size()) need_restart.emplace_back("issuers");
  if (config.further_issuers.size() != old.further_issuers.size())
    need_restart.emplace_back("further_issuers");
  if (config.gate.routes.size() != old.gate.routes.size()) need_restart.emplace_back("gate");
  return need_restart;
}

net::Response House::error_response(const net::Request* request, int status) const {
  const bool wants_page = request != nullptr &&
                          request->header_or("Accept", "").find("text/html") != std::string_view::npos &&
                          !request->path().starts_with("/api/");
  const std::string_view id = request != nullptr ? request->id() : std::string_view();
  if (wants_page) return view::render_status(frame_, status, id);
  return doors::api::problem_of_status(status, id);
}

}  // namespace lanyard::app
