// Addresses and networks as numbers, and which of them an outgoing call may be connected to. Texts are read
// by inet_pton only: "0177.0.0.1", "2130706433" and "127.1" are no addresses here; what a resolver makes of
// them is checked as a number like everything else.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "platform/net/client.h"

struct sockaddr;

namespace lanyard::net::outgoing {

// IPv4 is kept in its mapped form (::ffff:a.b.c.d), so that both spellings of one address are equal.
using Address = std::array<unsigned char, 16>;

std::optional<Address> parse_address(std::string_view text);
std::optional<Address> from_sockaddr(const sockaddr& address);
std::string to_string(const Address& address);
bool is_loopback(const Address& address);

struct Network {
  Address address{};
  unsigned bits = 128;  // of the mapped form: "10.0.0.0/8" has 104
  bool contains(const Address& address) const;
};
// "10.1.0.0/16", "fd12::/48", or one address. Code::invalid with the reason.
Result<Network> parse_network(std::string_view text);

// What `reach` allows. Listed networks open private, shared and link-local addresses; loopback has its own
// switch, and no list opens "this host" (0.0.0.0/8, ::), multicast and reserved addresses.
bool allowed(const Address& address, const Reach& reach);

}  // namespace lanyard::net::outgoing
