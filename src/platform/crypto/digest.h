// Digests and message authentication on OpenSSL, with algorithms fetched once.
#pragma once

#include <array>
#include <string>
#include <string_view>

namespace lanyard::crypto {

using Sha256 = std::array<unsigned char, 32>;
Sha256 sha256(std::string_view bytes);
std::string sha256_bytes(std::string_view bytes);  // the same 32 bytes as a string
std::string sha384_bytes(std::string_view bytes);
std::string sha512_bytes(std::string_view bytes);
std::string hmac_sha256(std::string_view key, std::string_view bytes);

}  // namespace lanyard::crypto
