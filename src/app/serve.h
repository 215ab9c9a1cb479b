// A running service: house, jobs, listeners, signals.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "app/house.h"
#include "app/jobs.h"
#include "app/metrics.h"
#include "platform/net/server.h"
#include "platform/net/systemd.h"

namespace lanyard::app {

// Everything but signals, so that `try` and tests can run one inside their own process.
class Service {
 public:
  // Opens the database, migrates when the configuration says so, loads the default users, binds. Further
  // listeners (practice mode's) come after the public one and the operations one.
  // Sockets that a service manager opened are used instead of binding: the one named "operations" for that
  // listener, the first other one for the public listener.
  static Result<std::unique_ptr<Service>> make(const Config& config, const Ground& ground,
                                               std::vector<net::Listener> more = {},
                                               const std::vector<net::InheritedSocket>& inherited = {});
  ~Service();

  Status start();
  void stop();  // no request is lost
  House& house() { return *house_; }
  // Of the public listener, the operations listener (if there is one), and further ones, in order.
  std::vector<std::uint16_t> ports() const { return server_->bound_ports(); }
  net::Server& server() { return *server_; }

 private:
  Service() = default;
  std::unique_ptr<House> house_;
  std::unique_ptr<Metrics> metrics_;
  std::unique_ptr<Jobs> jobs_;
  std::unique_ptr<net::Server> server_;
};

// Reads the configuration, runs until SIGTERM or SIGINT, takes new rules and certificates on SIGHUP. The exit
// code.
int serve(const std::string& config_file, const std::map<std::string, std::string>& flags);

// SX5 at start: the default users file, when one is configured.
Status load_default_users(Floors& floors);

// Refuses a database that needs migrating when the configuration does not allow it.
Status bring_up_to_date(Floors& floors);

}  // namespace lanyard::app
