// Where a request comes from, as limits count it.
#pragma once

#include <string>
#include <string_view>

namespace lanyard::net {

// An IPv4 address, or the /64 of an IPv6 address, which is what one subscriber has: "192.0.2.7" -> itself,
// "2001:db8:1:2::7" -> "2001:db8:1:2::/64", "::ffff:192.0.2.7" -> "192.0.2.7". Anything that is no address
// stands for itself, cut to 64 bytes.
std::string place_of(std::string_view address);

}  // namespace lanyard::net
