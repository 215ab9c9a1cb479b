#include "app/config_address.h"

#include <arpa/inet.h>

#include <array>

#include "app/config_values.h"
#include "base/text.h"

namespace lanyard::app {
namespace {

struct Address {
  std::array<unsigned char, 16> bytes{};
  std::size_t size = 0;  // 4, 16, or 0 for none
};

Address parse_address(std::string_view text) {
  Address out;
  const std::string copy(text);
  if (text.size() >= INET6_ADDRSTRLEN || text.find('\0') != std::string_view::npos) return out;
  if (::inet_pton(AF_INET, copy.c_str(), out.bytes.data()) == 1) {
    out.size = 4;
  } else if (::inet_pton(AF_INET6, copy.c_str(), out.bytes.data()) == 1) {
    out.size = 16;
  }
  return out;
}

std::string format_address(const Address& address) {
  std::array<char, INET6_ADDRSTRLEN> out{};
  ::inet_ntop(address.size == 4 ? AF_INET : AF_INET6, address.bytes.data(), out.data(), out.size());
  return out.data();
}

// Plain digits without a leading zero; -1 otherwise.
std::int64_t small_number(std::string_view text) {
  const auto number = parse_integer(text);
  if (!number || text.front() == '-' || (text.size() > 1 && text.front() == '0')) return -1;
  return *number;
}

}  // namespace

Result<ListenAddress> parse_listen(std::string_view text) {
  const auto refuse = [&](std::string hint) {
    return make_error(Code::invalid, cat("is ", shown(text), ", which is not an address and a port"),
                      std::move(hint));
  };
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) {
    return refuse(small_number(text) >= 0 ? cat("Write 127.0.0.1:", text, ".")
                                          : "Write both, as in 127.0.0.1:8080.");
  }
  std::string_view host = text.substr(0, colon);
  const std::int64_t port = small_number(text.substr(colon + 1));
  if (port < 0 || port > 65535)
    return refuse("Write a port from 0 to 65535 behind the colon, as in 127.0.0.1:8080.");
  if (host.empty() || host == "*")
    return refuse(cat("Write 0.0.0.0:", port, " or \"[::]:", port, "\" to listen everywhere."));
  const bool brackets = host.size() > 2 && host.front() == '[' && host.back() == ']';
  if (brackets) host = host.substr(1, host.size() - 2);
  const Address address = parse_address(host);
  if (address.size == 0)
    return refuse("Write an address and not a name, as in 127.0.0.1:8080 or \"[::1]:8080\".");
  if (brackets != (address.size == 16))
    return refuse("Put an IPv6 address in brackets and quotes, as in \"[::1]:8080\", and no other.");
  ListenAddress out{format_address(address), static_cast<std::uint16_t>(port), false};
  out.is_loopback = address.size == 4 ? address.bytes[0] == 127 : out.address == "::1";
  return out;
}

Status check_network(std::string_view text) {
  const auto refuse = [&](std::string_view what, std::string hint) {
    return make_error(Code::invalid, cat("is ", shown(text), ", ", what), std::move(hint));
  };
  if (text == "*" || to_lower_ascii(text) == "all" || to_lower_ascii(text) == "any") {
    return refuse("which would mean everybody",
                  "List the addresses themselves, as in 10.1.0.7 or 10.1.0.0/16.");
  }
  const std::size_t slash = text.find('/');
  Address address = parse_address(text.substr(0, slash));
  if (address.size == 0) {
    return refuse("which is not an address or network",
                  "Write an address or a network, as in 10.1.0.7 or 10.1.0.0/16; names are not looked up.");
  }
  const auto bits = static_cast<std::int64_t>(address.size) * 8;
  const std::int64_t prefix = slash == std::string_view::npos ? bits : small_number(text.substr(slash + 1));
  if (prefix < 0 || prefix > bits) {
    return refuse("whose prefix is not a number of bits",
                  cat("Write a prefix from ", address.size == 4 ? 8 : 7, " to ", bits, " behind the slash."));
  }
  if (prefix < (address.size == 4 ? 8 : 7)) {
    return refuse(
        "which contains everything or nearly so",
        "List the addresses of your proxies or networks themselves, as in 10.1.0.7 or 10.1.0.0/16.");
  }
  if (address.size == 16) {
    const std::string_view start(reinterpret_cast<const char*>(address.bytes.data()), 12);
    if (start.substr(0, 10) == std::string_view("\0\0\0\0\0\0\0\0\0\0", 10) &&
        (start.substr(10) == "\xFF\xFF" || (prefix <= 96 && prefix > 0))) {
      return refuse("which is IPv4 inside IPv6", "Write the IPv4 address or network itself.");
    }
  }
  bool stray = false;
  for (std::size_t i = 0; i < address.size; ++i) {
    const std::int64_t kept =
        std::max<std::int64_t>(0, std::min<std::int64_t>(8, prefix - static_cast<std::int64_t>(i) * 8));
    const auto mask = static_cast<unsigned char>(0xFF00U >> static_cast<unsigned>(kept));
    stray = stray || (address.bytes[i] & static_cast<unsigned char>(~mask)) != 0;
    address.bytes[i] &= mask;
  }
  if (stray) {
    return refuse("which has bits behind its prefix",
                  cat("Write ", format_address(address), "/", prefix, ", or the address alone."));
  }
  return {};
}

}  // namespace lanyard::app
