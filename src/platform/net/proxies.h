// Who the client is when proxies stand in front (attack row 133).
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "platform/net/http.h"

namespace lanyard::net {

// An IPv4 address is kept in its IPv6 form (::ffff:a.b.c.d), so that there is one form to compare.
using Address = std::array<std::uint8_t, 16>;
std::optional<Address> parse_address(std::string_view text);
std::string to_text(const Address& address);  // IPv4 in dotted form

class TrustedProxies {
 public:
  // Texts like "10.0.0.0/8", "::1/128", "127.0.0.1", and "unix" for whoever speaks through a unix socket.
  // Refused: what is not a network, host bits that are set, and networks so wide that they hold everybody.
  static Result<TrustedProxies> make(const std::vector<std::string>& networks);
  bool contains(const Address& address) const;
  bool trusts_unix_sockets() const { return unix_; }

  // The right-most address in X-Forwarded-For that is not a trusted proxy itself; all lines of the header
  // count, in order. The left-most one when all are trusted. An empty text when the header is absent, and an
  // empty optional when it has something that is not an address before that point: a trusted proxy would not
  // have written it.
  std::optional<std::string> forwarded_client(const std::vector<HeaderField>& headers) const;

 private:
  struct Network {
    Address address{};
    unsigned bits = 0;
  };
  std::vector<Network> networks_;
  bool unix_ = false;
};

}  // namespace lanyard::net
