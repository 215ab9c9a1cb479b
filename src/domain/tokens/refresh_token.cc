#include "domain/tokens/refresh_token.h"

#include <algorithm>

#include "base/text.h"
#include "platform/crypto/digest.h"

namespace lanyard::tokens {
namespace {

constexpr std::string_view kPrefix = "lyr_";
constexpr std::size_t kIdBytes = 15, kGenerationBytes = 6, kMacBytes = 32;

std::string head_of(const TokenGrantId& grant, std::int64_t generation) {
  std::string head = grant.str();
  for (std::size_t i = kGenerationBytes; i-- > 0;)
    head.push_back(static_cast<char>((generation >> (8 * i)) & 0xFF));
  return head;
}

}  // namespace

Secret write_refresh_token(std::string_view key, const TokenGrantId& grant, std::string_view salt,
                           std::int64_t generation) {
  std::string bytes = head_of(grant, generation);
  bytes += crypto::hmac_sha256(key, cat(bytes, salt));
  return Secret(cat(kPrefix, base64url_encode(bytes)));
}

std::optional<RefreshParts> read_refresh_token(std::string_view text) {
  if (!text.starts_with(kPrefix) || text.size() > 200) return {};
  const auto bytes = base64url_decode(text.substr(kPrefix.size()));
  if (!bytes || bytes->size() != kIdBytes + kGenerationBytes + kMacBytes) return {};
  auto id = parse_id<TokenGrantTag>(std::string_view(*bytes).substr(0, kIdBytes));
  if (!id) return {};
  RefreshParts parts;
  parts.grant = std::move(*id);
  for (std::size_t i = 0; i < kGenerationBytes; ++i)
    parts.generation = (parts.generation << 8) | static_cast<unsigned char>((*bytes)[kIdBytes + i]);
  parts.mac = bytes->substr(kIdBytes + kGenerationBytes);
  return parts;
}

bool mac_holds(const std::vector<std::string>& keys, const RefreshParts& parts, std::string_view salt) {
  const std::string text = cat(head_of(parts.grant, parts.generation), salt);
  return std::ranges::any_of(keys, [&](const std::string& key) {
    return equal_in_constant_time(crypto::hmac_sha256(key, text), parts.mac);
  });
}

}  // namespace lanyard::tokens
