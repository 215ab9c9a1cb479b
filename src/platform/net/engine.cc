#include <sched.h>
#include <sys/socket.h>
#include <unistd.h>

#include <boost/asio/post.hpp>
#include <csignal>
#include <future>

#include "base/text.h"
#include "platform/net/acceptor.h"
#include "platform/net/loop.h"
#include "platform/net/request_rules.h"
#include "platform/net/server.h"

namespace lanyard::net {
namespace {

// Those that the process may run on, which can be fewer than the machine has.
unsigned usable_processors() {
  cpu_set_t set;
  CPU_ZERO(&set);
  if (::sched_getaffinity(0, sizeof set, &set) != 0) return std::max(1U, std::thread::hardware_concurrency());
  return static_cast<unsigned>(std::max(1, CPU_COUNT(&set)));
}

class Engine final : public Server {
 public:
  Engine(ServerOptions options, const Clock& clock, const Log& log)
      : common_(std::move(options), clock, log) {}
  ~Engine() override;

  Status open();
  Status start() override;
  std::vector<std::uint16_t> bound_ports() const override;
  Status reload_tls() override;
  void stop() override;
  Counts counts() const override;

 private:
  Common common_;
  std::vector<std::unique_ptr<Door>> doors_;
  std::vector<std::unique_ptr<Loop>> loops_;
  std::vector<std::unique_ptr<Acceptor>> acceptors_;
  std::mutex stopping_;
  bool started_ = false;
  bool stopped_ = false;
};

// Handlers that still run hold their connection, so the threads go first, then the loops' threads, then the
// loops.
Engine::~Engine() {
  stop();
  for (Pool* pool : {common_.db.get(), common_.slow.get(), common_.waits.get()}) {
    if (pool != nullptr) pool->stop();
  }
  acceptors_.clear();
  for (const auto& door : doors_) {
    if (!started_ && door->socket >= 0) ::close(door->socket);
  }
}

Status Engine::open() {
  ServerOptions& options = common_.options;
  LANYARD_TRY(common_.proxies, TrustedProxies::make(options.trusted_proxies));
  const std::string& header = options.client_certificate_header;
  if (!header.empty() && !is_token(header)) {
    return make_error(Code::invalid, cat("\"", header, "\" is not the name of a header."),
                      "Write it like X-Client-Certificate.");
  }
  for (const Listener& listener : options.listeners) {
    if (!listener.router) return internal_error("a listener without a router");
    doors_.push_back(std::make_unique<Door>());
    Door& door = *doors_.back();
    door.listener = listener;
    if (!listener.tls.empty()) {
      LANYARD_TRY(door.tls, load_tls(listener.tls));
    }
    LANYARD_CHECK(open_door(door));
  }
  common_.db = std::make_unique<Pool>(options.db_workers, options.limits.queue);
  common_.slow = std::make_unique<Pool>(options.slow_workers, options.limits.queue);
  common_.waits = std::make_unique<Pool>(options.waits_workers, options.limits.queue);
  const unsigned count = options.loops != 0 ? options.loops : usable_processors();
  for (unsigned i = 0; i < count; ++i) loops_.push_back(std::make_unique<Loop>(common_));
  return {};
}

Status Engine::start() {
  if (started_) return internal_error("the server was started twice");
  started_ = true;
  for (const auto& door : doors_) {
    acceptors_.push_back(std::make_unique<Acceptor>(common_, loops_, *door));
    acceptors_.back()->start();
  }
  for (const auto& loop : loops_) loop->start();
  return {};
}

std::vector<std::uint16_t> Engine::bound_ports() const {
  std::vector<std::uint16_t> ports;
  ports.reserve(doors_.size());
  for (const auto& door : doors_) ports.push_back(door->port);
  return ports;
}

Status Engine::reload_tls() {
  std::vector<TlsContext> fresh;
  for (const auto& door : doors_) {
    fresh.emplace_back();
    if (door->listener.tls.empty()) continue;
    LANYARD_TRY(fresh.back(), load_tls(door->listener.tls));
  }
  for (std::size_t i = 0; i < doors_.size(); ++i) {
    const std::lock_guard lock(doors_[i]->mutex);
    doors_[i]->tls = fresh[i];
  }
  return {};
}

void Engine::stop() {
  const std::lock_guard once(stopping_);
  if (stopped_ || !started_) return;
  stopped_ = true;
  // What the kernel has connected already is still served: nobody who got through loses a request.
  std::promise<void> closed;
  boost::asio::post(loops_.front()->io, [&] {
    for (const auto& acceptor : acceptors_) acceptor->finish();
    closed.set_value();
  });
  closed.get_future().wait();
  common_.draining = true;
  for (const auto& loop : loops_) loop->drain();
  {
    std::unique_lock lock(common_.mutex);
    const bool drained = common_.changed.wait_for(lock, common_.options.limits.drain_time,
                                                  [this] { return common_.connections == 0; });
    if (!drained) common_.log.warning("http.drain_cut", {{"connections", common_.connections.load()}});
  }
  for (const auto& loop : loops_) loop->stop_and_join();
}

Server::Counts Engine::counts() const {
  return {.connections = common_.connections,
          .queued_db = common_.db->waiting(),
          .queued_slow = common_.slow->waiting(),
          .queued_waits = common_.waits->waiting(),
          .refused = common_.refused};
}

}  // namespace

Result<std::unique_ptr<Server>> Server::make(ServerOptions options, const Clock& clock, const Log& log) {
  // A peer that goes away while we write must not end the process.
  std::signal(SIGPIPE, SIG_IGN);
  auto engine = std::make_unique<Engine>(std::move(options), clock, log);
  LANYARD_CHECK(engine->open());
  return std::unique_ptr<Server>(std::move(engine));
}

}  // namespace lanyard::net
