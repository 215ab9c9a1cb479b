#include "app/serve.h"

#include <signal.h>

#include <condition_variable>
#include <iostream>
#include <mutex>
#include <thread>

#include "app/config_reader.h"
#include "base/text.h"
#include "platform/net/systemd.h"
#include "platform/terminal/commands.h"

namespace lanyard::app {
namespace {

// Signals are taken by one thread that waits for them, never by a handler.
class Signals {
 public:
  Signals() {
    ::sigemptyset(&set_);
    for (const int signal : {SIGTERM, SIGINT, SIGHUP}) ::sigaddset(&set_, signal);
    ::pthread_sigmask(SIG_BLOCK, &set_, nullptr);
  }
  int wait() const {
    int signal = 0;
    while (::sigwait(&set_, &signal) != 0) {
    }
    return signal;
  }

 private:
  sigset_t set_{};
};

void tell(std::string_view state, const Log& log) {
  try {
    if (const Status told = net::notify_service_manager(state); !told)
      log.warning("service_manager.not_told", {{"reason", told.error().message}});
  } catch (const std::bad_alloc&) {
    log.warning("service_manager.not_told", {{"reason", "no memory"}});
  }
}

// Tells the service manager that we live, as often as it wants to hear it.
class Heartbeat {
 public:
  explicit Heartbeat(const Log& log) {
    const auto interval = net::watchdog_interval();
    if (!interval) return;
    thread_ = std::thread([this, every = *interval / 2, &log] {
      std::unique_lock lock(mutex_);
      while (!wake_.wait_for(lock, every, [this] { return stopping_; })) tell("WATCHDOG=1", log);
    });
  }
  ~Heartbeat() {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    wake_.notify_all();
    if (thread_.joinable()) thread_.join();
  }
  Heartbeat(const Heartbeat&) = delete;
  Heartbeat& operator=(const Heartbeat&) = delete;

 private:
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;
  std::thread thread_;
};

void announce(const Config& config, const Log& log) {
  log.info("lanyard.serving", {{"public_url", config.server.public_url}, {"listen", config.server.listen}});
  if (config.auth.enabled) return;
  log.warning("authentication.off", {{"meaning", "every request is served as the anonymous operator"}});
  std::cerr
      << "\n*** Authentication is off (auth.enabled: false). ***\n"
         "*** Every request, by anybody, is served as the anonymous operator, who may do everything. ***\n\n";
}

void reload(Service& service, const std::string& file, const std::map<std::string, std::string>& flags,
            const Log& log) {
  tell("RELOADING=1", log);
  const ConfigOutcome outcome = load_config(file, flags);
  if (!outcome.loaded) {
    log.error("config.not_reloaded", {{"faults", describe(outcome.faults)}});
  } else if (const auto restart = service.house().take_new_rules(outcome.loaded->config)) {
    log.info("config.reloaded", {{"needs_restart", join(*restart, ", ")}});
  } else {
    log.error("config.not_reloaded", {{"faults", restart.error().message}});
  }
  if (const Status tls = service.server().reload_tls(); !tls)
    log.error("tls.not_reloaded", {{"reason", tls.error().message}});
  tell("READY=1", log);
}

}  // namespace

int serve(const std::string& config_file, const std::map<std::string, std::string>& flags) {
  const Signals signals;
  const ConfigOutcome outcome = load_config(config_file, flags);
  if (!outcome.loaded) {
    std::cerr << describe(outcome.faults);
    return static_cast<int>(terminal::Exit::usage);
  }
  const Config& config = outcome.loaded->config;
  const SystemClock clock;
  SystemRandom random;
  const Log log(clock, Level::info, Log::to_stderr());
  for (const std::string& warning : outcome.loaded->warnings)
    log.warning("config.warning", {{"what", warning}});
  const auto inherited = net::take_inherited_sockets();
  if (!inherited) return terminal::fail(inherited.error());
  auto service = Service::make(config, Ground{clock, random, log}, {}, *inherited);
  if (!service) {
    log.error("start.failed", {{"reason", service.error().message}, {"cause", service.error().cause}});
    return terminal::fail(service.error());
  }
  if (const Status started = (*service)->start(); !started) return terminal::fail(started.error());
  announce(config, log);
  tell("READY=1", log);
  const Heartbeat heartbeat(log);
  for (int signal = signals.wait(); signal == SIGHUP; signal = signals.wait())
    reload(**service, config_file, flags, log);
  tell("STOPPING=1", log);
  log.info("lanyard.stopping");
  (*service)->stop();
  log.info("lanyard.stopped");
  return 0;
}

}  // namespace lanyard::app
