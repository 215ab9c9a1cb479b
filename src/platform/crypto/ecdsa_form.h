// The two spellings of an ECDSA signature: r and s side by side (RFC 7518 section 3.4) on the wire, DER
// inside OpenSSL.
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

namespace lanyard::crypto {

// The order n of the base point of P-256, P-384 or P-521, big-endian, as long as one coordinate.
std::string_view order_p256();
std::string_view order_p384();
std::string_view order_p521();

struct DerSignature {
  std::array<unsigned char, 160> bytes;
  std::size_t size = 0;
};

// Whether `raw` is a pair that ecdsa_raw_to_der() takes.
bool ecdsa_is_in_range(std::string_view raw, std::string_view order);

// False unless `raw` is exactly twice as long as `order` and both halves lie in [1, n-1]: a zero passes a
// careless verifier for every message (CVE-2022-21449), a value of n or more is a second spelling.
bool ecdsa_raw_to_der(std::string_view raw, std::string_view order, DerSignature& out);

// For a signature that OpenSSL just made; r and s become `width` bytes each.
std::string ecdsa_der_to_raw(std::string_view der, std::size_t width);

}  // namespace lanyard::crypto
