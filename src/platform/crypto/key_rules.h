// Which public numbers are fit to be trusted with a signature. Each rule answers with a reason, "" when it
// holds.
#pragma once

#include <string>
#include <string_view>

namespace lanyard::crypto {

// Big-endian, without leading zeros. 2048 to 8192 bits, no factor up to 167, not of the shape that Infineon's
// library made (ROCA, CVE-2017-15361); the exponent odd, at least 3, at most 32 bits.
std::string refuse_rsa(std::string_view modulus, std::string_view exponent);

// 32 bytes (RFC 8032). A y that is not reduced has a second spelling; under a point of small order a
// signature holds for many messages.
std::string refuse_ed25519(std::string_view point);

// A kid, in a key or in a header: at most 256 characters, all of them printable ASCII.
bool is_kid(std::string_view text);

}  // namespace lanyard::crypto
