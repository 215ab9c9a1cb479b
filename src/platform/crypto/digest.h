// Digests and message authentication on OpenSSL, with algorithms fetched once.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

namespace lanyard::crypto {

using Sha256 = std::array<unsigned char, 32>;
Sha256 sha256(std::string_view bytes);
std::string sha256_bytes(std::string_view bytes);  // the same 32 bytes as a string
std::string sha384_bytes(std::string_view bytes);
std::string sha512_bytes(std::string_view bytes);
std::string hmac_sha256(std::string_view key, std::string_view bytes);

// How presented texts (tokens, cookies) are stored: HMAC-SHA256 under the first key. What was stored under an
// older key is still found, so that a new secret in front makes nobody's token worthless.
class KeyedHash {
 public:
  explicit KeyedHash(std::vector<std::string> keys) : keys_(std::move(keys)) {}
  std::string of(std::string_view text) const { return hmac_sha256(keys_.front(), text); }
  std::vector<std::string> candidates(std::string_view text) const;  // newest key first

 private:
  std::vector<std::string> keys_;
};

}  // namespace lanyard::crypto
