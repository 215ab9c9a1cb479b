// One event loop: its thread, the connections that live on it, and what they share so that they can be small.
#pragma once

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "platform/net/handler_memory.h"
#include "platform/net/open_socket.h"
#include "platform/net/pools.h"
#include "platform/net/proxies.h"
#include "platform/net/server.h"
#include "platform/net/tls.h"

namespace lanyard::net {

class Connection;

// What a listener's connections need of it. Certificates may be replaced while the server runs.
struct Door {
  Listener listener;
  int socket = -1;
  std::uint16_t port = 0;
  mutable std::mutex mutex;
  TlsContext tls;
  TlsContext current_tls() const {
    const std::lock_guard lock(mutex);
    return tls;
  }
};

// What all loops share.
struct Common {
  Common(ServerOptions given, const Clock& the_clock, const Log& the_log)
      : options(std::move(given)), clock(the_clock), log(the_log) {}
  ServerOptions options;
  const Clock& clock;
  const Log& log;
  TrustedProxies proxies;
  std::unique_ptr<Pool> db, slow, waits;
  std::atomic<std::uint64_t> connections{0};
  std::atomic<std::uint64_t> refused{0};
  std::atomic<std::size_t> body_bytes{0};
  std::atomic<bool> draining{false};
  std::mutex mutex;
  std::condition_variable changed;  // the last connection went

  Pool& pool(Runs runs) const { return runs == Runs::slow ? *slow : runs == Runs::waits ? *waits : *db; }
};

class Loop {
 public:
  explicit Loop(Common& shared);
  ~Loop();
  void start();
  void stop_and_join();  // closes whatever is still there

  // From any thread: takes over a connected, non-blocking socket and counts it in Common::connections. Throws
  // std::bad_alloc; then the socket is closed and not counted.
  void adopt(OpenSocket socket, const Door& door, std::string peer, bool trusted);
  // From any thread: looks for idle connections at once and often, after Common::draining was set.
  void drain();
  std::size_t load() const { return load_.load(std::memory_order_relaxed); }

  // The rest is for connections, on the loop's thread.
  void forget(Connection& connection);
  std::string_view date_line();
  void write_id(std::array<char, 16>& id);
  // For the line that each request leaves: those of requests that came in together are written together,
  // before the loop waits for more.
  const Log& access_log() const { return access_log_; }

  Common& common;
  boost::asio::io_context io{1};
  std::vector<char>
      scratch;      // where bytes arrive first; a connection keeps only what it could not use at once
  std::string out;  // where answers are put together
  Request request;  // refilled for each request that a loop answers itself

 private:
  void run();
  void take_in(OpenSocket socket, const Door& door, std::string peer, bool trusted);
  void arm_sweep();
  void sweep();
  void close_all();
  void uncount();
  void collect(std::string_view line);
  void write_lines();

  boost::asio::steady_timer sweep_timer_{io};
  HandlerMemory for_sweep_;
  bool sweeping_ = false;
  std::vector<std::shared_ptr<Connection>> connections_;
  std::atomic<std::size_t> load_{0};
  std::uint64_t id_state_ = 0;
  std::int64_t date_second_ = -1;
  std::string date_line_;
  std::string lines_;  // of the access log, not written yet
  bool writing_lines_ = false;
  HandlerMemory for_lines_;
  Log access_log_;
  std::thread thread_;
};

}  // namespace lanyard::net
