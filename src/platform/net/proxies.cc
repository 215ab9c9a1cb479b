#include "platform/net/proxies.h"

#include <arpa/inet.h>

#include <algorithm>
#include <ranges>

#include "base/text.h"
#include "platform/net/request_rules.h"

namespace lanyard::net {
namespace {

constexpr Address kMapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF, 0, 0, 0, 0};
constexpr unsigned kMappedBits = 96;

bool is_ipv4(const Address& address) {
  return std::equal(address.begin(), address.begin() + 12, kMapped.begin());
}

bool same_bits(const Address& a, const Address& b, unsigned bits) {
  for (unsigned i = 0; i < 16 && bits > 0; ++i) {
    const unsigned here = std::min(bits, 8U);
    const auto mask = static_cast<unsigned char>(0xFF00U >> here);
    if ((a[i] & mask) != (b[i] & mask)) return false;
    bits -= here;
  }
  return true;
}

bool has_host_bits(const Address& address, unsigned bits) {
  Address cut{};
  for (unsigned i = 0; i < 16; ++i) {
    const unsigned here = std::min(bits, 8U);
    cut[i] = static_cast<std::uint8_t>(address[i] & (0xFF00U >> here));
    bits -= here;
  }
  return cut != address;
}

// "1.2.3.4", "::1", and with a port as some proxies write it: "1.2.3.4:80", "[::1]:80", "[::1]".
std::optional<Address> parse_hop(std::string_view text) {
  if (!is_host(text) && text.find(':') == std::string_view::npos) return std::nullopt;
  if (text.starts_with('[')) {
    if (!is_host(text)) return std::nullopt;
    return parse_address(text.substr(1, text.find(']') - 1));
  }
  if (const auto address = parse_address(text)) return address;
  if (!is_host(text)) return std::nullopt;
  return parse_address(text.substr(0, text.find(':')));
}

}  // namespace

std::optional<Address> parse_address(std::string_view text) {
  if (text.empty() || text.size() >= INET6_ADDRSTRLEN) return std::nullopt;
  const std::string copy(text);
  Address address = kMapped;
  if (inet_pton(AF_INET, copy.c_str(), address.data() + 12) == 1) return address;
  if (inet_pton(AF_INET6, copy.c_str(), address.data()) == 1) return address;
  return std::nullopt;
}

std::string to_text(const Address& address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  const bool v4 = is_ipv4(address);
  inet_ntop(v4 ? AF_INET : AF_INET6, address.data() + (v4 ? 12 : 0), text.data(), text.size());
  return text.data();
}

Result<TrustedProxies> TrustedProxies::make(const std::vector<std::string>& networks) {
  TrustedProxies trusted;
  for (const std::string& text : networks) {
    if (text == "unix") {
      trusted.unix_ = true;
      continue;
    }
    const std::size_t slash = text.find('/');
    const auto address = parse_address(std::string_view(text).substr(0, slash));
    if (!address) {
      return make_error(Code::invalid, cat("The trusted proxy \"", text, "\" is not an address or network."),
                        "Write it like 10.0.0.0/8, ::1/128 or 127.0.0.1.");
    }
    // An IPv4-mapped text written as IPv6 counts its bits from the start of the IPv6 form.
    const bool dotted = text.find(':') == std::string::npos;
    unsigned bits = 128;
    if (slash != std::string::npos) {
      const auto number = parse_integer(std::string_view(text).substr(slash + 1));
      if (!number.ok() || *number < 0 || *number > (dotted ? 32 : 128)) {
        return make_error(
            Code::invalid,
            cat("The trusted proxy network \"", text, "\" has a wrong length behind the slash."),
            "It is a number of bits: up to 32 for IPv4, up to 128 for IPv6.");
      }
      bits = static_cast<unsigned>(*number) + (dotted ? kMappedBits : 0);
    }
    const bool v4 = is_ipv4(*address) && bits >= kMappedBits;
    if (v4 ? bits < kMappedBits + 8 : bits < 7 || same_bits(*address, kMapped, bits)) {
      return make_error(Code::invalid,
                        cat("The trusted proxy network \"", text,
                            "\" is so wide that anybody could claim any address through it."),
                        "List the addresses of your own proxies.");
    }
    if (has_host_bits(*address, bits)) {
      return make_error(Code::invalid,
                        cat("The trusted proxy network \"", text, "\" has bits set behind its length."),
                        "Write the first address of the network, or one address without a slash.");
    }
    trusted.networks_.push_back({*address, bits});
  }
  return trusted;
}

bool TrustedProxies::contains(const Address& address) const {
  return std::ranges::any_of(
      networks_, [&](const Network& network) { return same_bits(network.address, address, network.bits); });
}

std::optional<std::string> TrustedProxies::forwarded_client(const std::vector<HeaderField>& headers) const {
  std::optional<Address> client;
  for (auto at = headers.rbegin(); at != headers.rend(); ++at) {
    const HeaderField& field = *at;
    if (!same_name(field.name, "x-forwarded-for")) continue;
    for (std::string_view rest = field.value;;) {
      const std::size_t comma = rest.rfind(',');
      const std::string_view hop = trim(comma == std::string_view::npos ? rest : rest.substr(comma + 1));
      client = parse_hop(hop);
      if (!client) return std::nullopt;
      if (!contains(*client)) return to_text(*client);
      if (comma == std::string_view::npos) break;
      rest = rest.substr(0, comma);
    }
  }
  return client ? to_text(*client) : std::string();
}

}  // namespace lanyard::net
