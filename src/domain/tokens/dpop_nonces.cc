#include "base/secret.h"
#include "base/text.h"
#include "domain/tokens/dpop.h"
#include "platform/crypto/digest.h"

namespace lanyard::tokens {
namespace {

constexpr std::int64_t kStep = 30;   // seconds; within one step everybody gets the same nonce
constexpr std::int64_t kLife = 180;  // seconds, from the begin of its step
constexpr std::size_t kMacBytes = 16;
constexpr std::size_t kStepBytes = 8;

std::string big_endian(std::int64_t number) {
  std::string out(kStepBytes, '\0');
  auto rest = static_cast<std::uint64_t>(number);
  for (std::size_t i = kStepBytes; i-- > 0; rest >>= 8) out[i] = static_cast<char>(rest & 0xFF);
  return out;
}

std::string mac(const std::string& key, std::string_view step) {
  return crypto::hmac_sha256(key, step).substr(0, kMacBytes);
}

}  // namespace

std::string DpopNonces::make(Time now) const {
  const std::string step = big_endian(to_unix_seconds(now) / kStep);
  return base64url_encode(cat(step, mac(keys_.front(), step)));
}

std::optional<Time> DpopNonces::find_end(std::string_view nonce, Time now) const {
  const auto bytes = base64url_decode(nonce.substr(0, 64));
  if (!bytes.ok() || bytes->size() != kStepBytes + kMacBytes) return std::nullopt;
  const std::string_view step = std::string_view(*bytes).substr(0, kStepBytes);
  bool ours = false;
  for (const std::string& key : keys_)
    ours = equal_in_constant_time(mac(key, step), std::string_view(*bytes).substr(kStepBytes)) || ours;
  if (!ours) return std::nullopt;
  std::uint64_t number = 0;
  for (const char c : step) number = number << 8 | static_cast<unsigned char>(c);
  const Time begin = from_unix_seconds(static_cast<std::int64_t>(number) * kStep);
  const Time end = begin + std::chrono::seconds(kLife);
  // A step ahead of our clock comes from a replica whose clock is a little ahead.
  const bool good = now < end && begin <= now + std::chrono::seconds(kStep);
  return good ? std::optional<Time>(end) : std::nullopt;
}

}  // namespace lanyard::tokens
