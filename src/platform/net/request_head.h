// Reads the head of an HTTP/1.1 request (RFC 9112) in place. Strict on purpose: where two programs could read
// the same bytes differently, the request is refused (attack rows 123 to 126, 130).
#pragma once

#include <cstdint>
#include <string_view>

#include "platform/net/http.h"

namespace lanyard::net {

// Why a request is not served. `reason` is a fixed text for the log and never contains what was sent.
struct Refusal {
  int status = 0;  // 0: no refusal
  std::string_view reason;
  explicit operator bool() const { return status != 0; }
};

// Looks for the end of a head in bytes that may still grow. Each byte is looked at once over all calls.
class HeadScan {
 public:
  // The length of the head with its empty line; 0: more bytes are needed, or refusal() says that none will
  // help.
  std::size_t find_end(std::string_view bytes);
  const Refusal& refusal() const { return refusal_; }

 private:
  std::size_t scanned_ = 0;
  std::size_t line_start_ = 0;
  Refusal refusal_;
};

// How the body is delimited and what the connection does afterwards.
struct Framing {
  bool http_1_0 = false;
  bool keep_alive = true;
  bool chunked = false;
  bool has_body = false;  // chunked, or a length over zero
  bool expect_continue = false;
  bool upgrade = false;  // asks for another protocol; never granted
  std::uint64_t length = 0;
};

// `head` is what HeadScan found. Fills method, target, path, query and headers of `data`, whose views point
// into `head`. On a refusal the data is incomplete and the connection must be closed.
Refusal parse_head(std::string_view head, std::size_t most_headers, Request::Data& data, Framing& framing);

}  // namespace lanyard::net
