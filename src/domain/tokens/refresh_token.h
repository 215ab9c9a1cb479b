// The text of a refresh token: "lyr_" and base64url of grant id, generation and a MAC over both and the
// grant's salt. Only for grants.cc.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "base/secret.h"

namespace lanyard::tokens {

struct RefreshParts {
  TokenGrantId grant;
  std::int64_t generation = 0;
  std::string mac;  // 32 bytes, not yet believed
};

Secret write_refresh_token(std::string_view key, const TokenGrantId& grant, std::string_view salt,
                           std::int64_t generation);
// The form alone. An empty optional for anything that can not be one of ours.
std::optional<RefreshParts> read_refresh_token(std::string_view text);
// With any of the keys.
bool mac_holds(const std::vector<std::string>& keys, const RefreshParts& parts, std::string_view salt);

}  // namespace lanyard::tokens
