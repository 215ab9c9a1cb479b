// Addresses to listen on and networks, as they are written in the configuration.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace lanyard::app {

struct ListenAddress {
  std::string address;  // an IPv4 or IPv6 address, without brackets
  std::uint16_t port = 0;
  bool is_loopback = false;
};
// "127.0.0.1:8080", "[::1]:8080". Code::invalid with a hint.
Result<ListenAddress> parse_listen(std::string_view text);

// An address or a network ("10.1.0.0/16") in its own form: no bits behind the prefix, no IPv4 inside IPv6,
// and not so wide that it says nothing (at least /8 for IPv4, /7 for IPv6). Code::invalid with a hint.
Status check_network(std::string_view text);

}  // namespace lanyard::app
