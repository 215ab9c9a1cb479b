#include "app/serve.h"

#include <fstream>
#include <sstream>

#include "app/config_address.h"
#include "app/mapping.h"
#include "app/migration_list.h"
#include "app/operations.h"
#include "base/text.h"
#include "domain/accounts/users_file.h"
#include "platform/store/migrations.h"

namespace lanyard::app {
namespace {

Result<net::Listener> listener(const std::string& text, std::shared_ptr<const net::Router> router) {
  LANYARD_TRY(const ListenAddress where, parse_listen(text));
  net::Listener one;
  one.address = where.address;
  one.port = where.port;
  one.router = std::move(router);
  return one;
}

net::Limits limits(const LimitsConfig& config) {
  net::Limits limits;
  limits.connections = config.connections;
  limits.head_bytes = config.head_bytes;
  limits.queue = config.queue;
  limits.bodies = config.body_bytes;
  limits.head_time = config.head_time;
  limits.body_time = config.body_time;
  limits.idle_time = config.idle_time;
  limits.drain_time = config.drain_time;
  return limits;
}

}  // namespace

Status bring_up_to_date(Floors& floors) {
  LANYARD_TRY(const auto state, store::migration_state(*floors.database, migration_list()));
  if (state.pending.empty()) return {};
  if (!floors.config.database.migrate_on_start) {
    return make_error(Code::conflict, cat("The database lacks migrations: ", join(state.pending, ", "), "."),
                      "Run: lanyardd migrate");
  }
  LANYARD_TRY(const auto done, store::migrate(*floors.database, migration_list(), floors.ground.clock));
  floors.ground.log.info("database.migrated", {{"from", state.applied}, {"to", done.applied}});
  return {};
}

Status load_default_users(Floors& floors) {
  const std::string& path = floors.config.auth.default_users_file;
  if (path.empty()) return {};
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  if (!file) {
    return make_error(Code::invalid, cat("auth.default_users_file: \"", path, "\" can not be read."),
                      "Check that it exists and that this user may read it.");
  }
  LANYARD_TRY(const auto users, accounts::parse_users_file(path, text.str()));
  LANYARD_TRY(const std::string issuer, default_issuer(floors.config));
  const access::Actor actor = access::system_actor("default users file");
  LANYARD_TRY(const auto report, accounts::apply_users_file(users, issuer, floors.directory, actor));
  for (const accounts::DefaultUser& user : users) {
    if (user.refresh_token.empty()) continue;
    LANYARD_TRY(const auto known, floors.directory.find_by_identity(issuer, user.sub));
    if (!known) continue;
    LANYARD_TRY(const bool is_new,
                floors.credentials.record_refresh_token(known->id, user.refresh_token, actor));
    if (is_new) floors.ground.log.info("refresh_token.recorded", {{"account", known->id.str()}});
  }
  floors.ground.log.info("users_file.loaded", {{"file", path},
                                               {"created", report.created},
                                               {"updated", report.updated},
                                               {"unchanged", report.unchanged}});
  return {};
}

Result<std::unique_ptr<Service>> Service::make(const Config& config, const Ground& ground,
                                               std::vector<net::Listener> more,
                                               const std::vector<net::InheritedSocket>& inherited) {
  std::unique_ptr<Service> service(new Service());
  LANYARD_TRY(auto floors, Floors::make(config, ground));
  LANYARD_CHECK(bring_up_to_date(*floors));
  LANYARD_CHECK(load_default_users(*floors));
  LANYARD_TRY(service->house_, House::make(std::move(floors)));
  service->metrics_ = std::make_unique<Metrics>();
  add_figures(*service->metrics_, *service->house_);
  service->jobs_ = std::make_unique<Jobs>(*service->house_);

  net::ServerOptions options;
  LANYARD_TRY(net::Listener open, listener(config.server.listen, service->house_->router()));
  for (const net::InheritedSocket& socket : inherited) {
    if (socket.name != "operations" && open.inherited_fd < 0) open.inherited_fd = socket.fd;
  }
  open.tls = {config.server.tls_certificate, config.server.tls_key,
              config.server.client_certificates == "ask"};
  options.listeners.push_back(std::move(open));
  if (!config.server.client_certificate_listen.empty()) {
    LANYARD_TRY(net::Listener asking,
                listener(config.server.client_certificate_listen, service->house_->router()));
    asking.tls = {config.server.tls_certificate, config.server.tls_key, true};
    options.listeners.push_back(std::move(asking));
  }
  if (!config.server.operations_listen.empty()) {
    LANYARD_TRY(net::Listener operations, listener(config.server.operations_listen,
                                                   operations_router(*service->house_, *service->metrics_)));
    operations.access_log = false;
    for (const net::InheritedSocket& socket : inherited) {
      if (socket.name == "operations") operations.inherited_fd = socket.fd;
    }
    options.listeners.push_back(std::move(operations));
  }
  for (net::Listener& one : more) options.listeners.push_back(std::move(one));
  options.limits = limits(config.limits);
  options.loops = config.server.loops;
  options.db_workers = std::max(2U, config.database.connections);
  options.trusted_proxies = config.server.trusted_proxies;
  options.client_certificate_header = config.server.client_certificate_header;
  options.hsts = config.server.public_url.starts_with("https://");
  options.error_response = [house = service->house_.get()](const net::Request* request, int status) {
    return house->error_response(request, status);
  };
  options.on_finished = [metrics = service->metrics_.get()](std::string_view method, std::string_view route,
                                                            int status, double seconds) {
    metrics->count(method, route, status, seconds);
  };
  LANYARD_TRY(service->server_, net::Server::make(std::move(options), ground.clock, ground.log));
  return service;
}

Service::~Service() {
  stop();
}

Status Service::start() {
  jobs_->start();
  return server_->start();
}

void Service::stop() {
  if (server_) server_->stop();
  if (jobs_) jobs_->stop();
}

}  // namespace lanyard::app
