#include "platform/net/addresses.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstring>

#include "base/text.h"

namespace lanyard::net {
namespace outgoing {
namespace {

constexpr unsigned kMappedBits = 96;
constexpr Address kMappedPrefix{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};

bool is_mapped(const Address& address) {
  return std::equal(kMappedPrefix.begin(), kMappedPrefix.begin() + 12, address.begin());
}

Address mapped(const unsigned char* four) {
  Address out = kMappedPrefix;
  std::copy_n(four, 4, out.begin() + 12);
  return out;
}

Network network(std::string_view text) {
  return parse_network(text).value();
}

// Never connected to, whatever is listed.
const std::vector<Network>& never() {
  static const std::vector<Network> list{
      network("0.0.0.0/8"),    // this host (RFC 1122 section 3.2.1.3); Linux connects 0.0.0.0 to loopback
      network("224.0.0.0/4"),  // multicast
      network("240.0.0.0/4"),  // reserved, and broadcast
      network("::"),           // unspecified; connects to loopback like 0.0.0.0
      network("::/96"),        // IPv4-compatible (RFC 4291 section 2.5.5.1), "::1" is asked about before
      network("ff00::/8"),     // multicast
      network("2002::/16"),    // 6to4 (RFC 7526): carries an IPv4 address to a relay of somebody's choice
      network("2001::/32"),    // Teredo: the same
      network(
          "64:ff9b:1::/48"),  // NAT64 for local use (RFC 8215): any IPv4 address at an unknown place in it
      network("::ffff:0:0:0/96"),  // SIIT (RFC 2765): an IPv4 address once more
  };
  return list;
}

// Not public: reachable when listed.
const std::vector<Network>& inside() {
  static const std::vector<Network> list{
      network("10.0.0.0/8"),      network("172.16.0.0/12"),
      network("192.168.0.0/16"),  // RFC 1918
      network("100.64.0.0/10"),   // shared by carriers; a cloud's metadata service too
      network("169.254.0.0/16"),  // link-local; 169.254.169.254 is metadata
      network("192.0.0.0/24"),    network("192.0.2.0/24"),    // protocol assignments, documentation
      network("192.88.99.0/24"),                              // 6to4 relays
      network("198.18.0.0/15"),                               // benchmarks
      network("198.51.100.0/24"), network("203.0.113.0/24"),  // documentation
      network("2001::/23"),                                   // IETF assignments
      network("2001:db8::/32"),   network("3fff::/20"),       // documentation
  };
  return list;
}

bool in_any(const std::vector<Network>& list, const Address& address) {
  return std::any_of(list.begin(), list.end(), [&](const Network& n) { return n.contains(address); });
}

bool listed(const Address& address, const Reach& reach) {
  return std::any_of(reach.private_networks.begin(), reach.private_networks.end(),
                     [&](const std::string& text) {
                       const auto n = parse_network(text);
                       return n.ok() && n->contains(address);
                     });
}

}  // namespace

std::optional<Address> parse_address(std::string_view text) {
  const std::string copy(text);
  if (copy.find('\0') != std::string::npos) return std::nullopt;
  Address out{};
  std::array<unsigned char, 4> four{};
  if (inet_pton(AF_INET, copy.c_str(), four.data()) == 1) return mapped(four.data());
  if (inet_pton(AF_INET6, copy.c_str(), out.data()) == 1) return out;
  return std::nullopt;
}

std::optional<Address> from_sockaddr(const sockaddr& address) {
  if (address.sa_family == AF_INET) {
    sockaddr_in in{};
    std::memcpy(&in, &address, sizeof in);
    std::array<unsigned char, 4> four{};
    std::memcpy(four.data(), &in.sin_addr, 4);
    return mapped(four.data());
  }
  if (address.sa_family == AF_INET6) {
    sockaddr_in6 in{};
    std::memcpy(&in, &address, sizeof in);
    Address out{};
    std::memcpy(out.data(), &in.sin6_addr, 16);
    return out;
  }
  return std::nullopt;
}

std::string to_string(const Address& address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (is_mapped(address)) {
    inet_ntop(AF_INET, address.data() + 12, text.data(), text.size());
  } else {
    inet_ntop(AF_INET6, address.data(), text.data(), text.size());
  }
  return text.data();
}

bool is_loopback(const Address& address) {
  static const Network four = network("127.0.0.0/8");
  static const Network six = network("::1");
  return four.contains(address) || six.contains(address);
}

bool Network::contains(const Address& other) const {
  const unsigned whole = bits / 8;
  if (!std::equal(address.begin(), address.begin() + whole, other.begin())) return false;
  if (bits % 8 == 0) return true;
  const auto mask = static_cast<unsigned char>(0xFF << (8 - bits % 8));
  return (address[whole] & mask) == (other[whole] & mask);
}

Result<Network> parse_network(std::string_view text) {
  const auto slash = text.find('/');
  const auto address = parse_address(text.substr(0, slash));
  if (!address) return make_error(Code::invalid, cat("\"", text, "\" is not an address or a network."));
  Network out{*address, 128};
  if (slash == std::string_view::npos) return out;
  // The spelling decides: "::ffff:10.0.0.0/104" counts bits of the long form.
  const bool four = text.substr(0, slash).find(':') == std::string_view::npos;
  const auto bits = parse_integer(text.substr(slash + 1));
  if (!bits.ok() || *bits < 0 || *bits > (four ? 32 : 128)) {
    return make_error(Code::invalid, cat("\"", text, "\" has no usable prefix length."));
  }
  out.bits = static_cast<unsigned>(*bits) + (four ? kMappedBits : 0);
  return out;
}

bool allowed(const Address& address, const Reach& reach) {
  if (is_loopback(address)) return reach.loopback;
  if (in_any(never(), address)) return false;
  if (listed(address, reach)) return true;
  static const Network nat64 = network("64:ff9b::/96");
  // RFC 6052: what a DNS64 resolver makes of an IPv4 address. It is as good as the address inside.
  if (nat64.contains(address)) {
    const Address inner = mapped(address.data() + 12);
    return !is_loopback(inner) && allowed(inner, reach);
  }
  if (in_any(inside(), address)) return false;
  static const Network global = network("2000::/3");
  return is_mapped(address) || global.contains(address);
}

}  // namespace outgoing

bool address_allowed(std::string_view address, const Reach& reach) {
  const auto parsed = outgoing::parse_address(address);
  return parsed && outgoing::allowed(*parsed, reach);
}

}  // namespace lanyard::net
