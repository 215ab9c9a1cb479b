// The one client for every call that leaves the process. It is guarded: scheme, resolved address, size, time,
// redirects (never followed), calls at once to one host, and a breaker for hosts that fail.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/log.h"
#include "base/result.h"
#include "base/time.h"

namespace lanyard::net {

// Where a call may go. https everywhere by default, to public addresses only.
struct Reach {
  bool http = false;      // plain http too; only for addresses that are loopback, never elsewhere
  bool loopback = false;  // 127.0.0.0/8, ::1
  std::vector<std::string> private_networks;  // networks that the operator listed ("10.1.0.0/16")
  std::string ca_file;                        // instead of the system's trust
};

struct Call {
  std::string method = "GET";
  std::string url;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  Reach reach;
  std::size_t most_bytes = 1 << 20;
  Duration time_limit = std::chrono::seconds(5);
};

struct Reply {
  int status = 0;
  std::string content_type;                                  // lower case, without parameters
  std::vector<std::pair<std::string, std::string>> headers;  // names in lower case
  std::string body;
  std::optional<std::string> header(std::string_view name) const;
};

class Client {
 public:
  virtual ~Client() = default;
  // Blocks the calling thread (never an event loop) until the answer is there or the limit is over. An answer
  // of any status is a Reply. Code::upstream: it answered wrongly or the address is not allowed;
  // Code::unavailable: not reachable, too slow, the breaker is open, or too many calls wait already.
  // Thread-safe.
  virtual Result<Reply> send(const Call& call) = 0;
};

struct ClientOptions {
  std::size_t calls_per_host = 2;
  std::size_t waiting = 200;
  unsigned breaker_failures = 5;                     // in a row
  Duration breaker_rest = std::chrono::seconds(10);  // then one call is let through
  std::string user_agent = "lanyard";
  // "name:port:address" answers instead of the resolver's, held against the same rules. For tests.
  std::vector<std::string> fixed_addresses;
};

// libcurl on a thread of its own. Environment proxy variables are ignored.
std::unique_ptr<Client> make_client(ClientOptions options, const Clock& clock, const Log& log);

// True for an address (text form) that `reach` allows; the rule the client applies to what a name resolved
// to.
bool address_allowed(std::string_view address, const Reach& reach);

}  // namespace lanyard::net
