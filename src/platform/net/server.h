// The HTTP/1.1 server: one event loop a core, a connection stays on its loop for life, four classes of work.
// Limits of every kind hold before a handler is called; see docs/dev/decisions for the reasons and figures.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/log.h"
#include "base/result.h"
#include "base/time.h"
#include "platform/net/http.h"
#include "platform/net/router.h"

namespace lanyard::net {

struct Limits {
  std::size_t head_bytes = 16 * 1024;  // request line and headers: 431
  std::size_t header_count = 100;      // 431
  std::size_t connections = 10'000;
  Duration head_time = std::chrono::seconds(10);  // for the whole head, not for each byte: 408
  Duration body_time = std::chrono::seconds(30);  // for the whole body: 408
  Duration write_time = std::chrono::seconds(30);
  Duration idle_time = std::chrono::seconds(60);
  Duration drain_time = std::chrono::seconds(30);
  std::size_t queue = 1'000;  // waiting requests in each class of work: 503
  std::size_t requests_per_connection = 100'000;
  // Bodies that are held at once, all connections together, from their first byte to the end of their answer:
  // 503 for what does not fit.
  std::size_t bodies = 64 * 1024 * 1024;
};

struct TlsFiles {
  std::string certificate;  // PEM chain
  std::string key;          // PEM
  // Asks for a certificate of the client without insisting on one (RFC 8705). Any is taken, whoever signed
  // it: the handshake proves that the client has its key, and what it is worth is up to the handler.
  bool ask_client_certificate = false;
  bool empty() const { return certificate.empty(); }
};

struct Listener {
  std::string address = "127.0.0.1";
  std::uint16_t port = 0;  // 0: the kernel chooses, bound_ports() tells
  int inherited_fd = -1;   // from socket activation; then address and port are not used
  TlsFiles tls;
  std::shared_ptr<const Router> router;
  bool access_log = true;
};

struct ServerOptions {
  std::vector<Listener> listeners;
  Limits limits;
  unsigned loops = 0;  // 0: one a core
  unsigned db_workers = 4, slow_workers = 2, waits_workers = 16;
  // Networks ("10.0.0.0/8", "::1/128", "127.0.0.1") whose X-Forwarded-For is believed; empty: nobody's.
  // "unix" stands for whoever connects through an inherited unix socket.
  std::vector<std::string> trusted_proxies;
  // The header in which trusted proxies hand on the client's certificate as URL-encoded PEM, as nginx writes
  // $ssl_client_escaped_cert; "" when they do not. From anybody else it is not read (attack row 173). What a
  // trusted proxy shows in its own handshake is never taken for a client's.
  std::string client_certificate_header;
  bool hsts = false;
  // Turns an error outside any handler (404, 405, 408, 413, 431, 503, a thrown exception) into the page or
  // JSON that this service shows. The request may be nullptr when there was none to read.
  std::function<Response(const Request*, int status)> error_response;
  // Told about each finished request, on the loop thread: method, route pattern ("" when none matched),
  // status, seconds.
  std::function<void(std::string_view method, std::string_view route, int status, double seconds)>
      on_finished;
};

class Server {
 public:
  // Binds; requests are answered from start() on.
  static Result<std::unique_ptr<Server>> make(ServerOptions options, const Clock& clock, const Log& log);
  virtual ~Server() = default;
  virtual Status start() = 0;
  // The ports of the listeners, in order.
  virtual std::vector<std::uint16_t> bound_ports() const = 0;
  // Reads certificates again; on error the old ones stay and the reason is returned.
  virtual Status reload_tls() = 0;
  // Stops accepting, answers what was begun with "Connection: close", returns when all is done or drain_time
  // is over. A handler can not be interrupted: the destructor waits for those that still run.
  virtual void stop() = 0;
  struct Counts {
    std::uint64_t connections = 0, queued_db = 0, queued_slow = 0, queued_waits = 0, refused = 0;
  };
  virtual Counts counts() const = 0;
};

}  // namespace lanyard::net
