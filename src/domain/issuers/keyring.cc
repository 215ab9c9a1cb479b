#include "domain/issuers/keyring.h"

#include <algorithm>

namespace lanyard::issuers {
namespace {

constexpr std::size_t kMostRetired = 100;

}  // namespace

Status Keyring::verify(const crypto::UnverifiedJws& jws, const std::vector<crypto::Algorithm>& allowed,
                       Time now) const {
  auto status = crypto::verify_jws(jws, keys, allowed);
  if (status.ok() || status.error().code != Code::not_found || jws.kid.empty()) return status;
  for (const auto& old : retired) {
    if (old.key.kid() == jws.kid && now < old.until) return crypto::verify_jws(jws, {old.key}, allowed);
  }
  return status;
}

std::vector<Keyring::Retired> retire(const Keyring& before, const std::vector<crypto::PublicKey>& published,
                                     Duration grace, Time now) {
  std::vector<Keyring::Retired> out;
  const auto keep = [&](const crypto::PublicKey& key, Time until) {
    const auto same_kid = [&](const crypto::PublicKey& other) { return other.kid() == key.kid(); };
    if (key.kid().empty() || until <= now || out.size() >= kMostRetired) return;
    if (std::any_of(published.begin(), published.end(), same_kid)) return;
    out.push_back({key, until});
  };
  for (const auto& key : before.keys) {
    // Two keys with one kid were never usable.
    const auto twins =
        std::count_if(before.keys.begin(), before.keys.end(),
                      [&](const crypto::PublicKey& other) { return other.kid() == key.kid(); });
    if (twins == 1) keep(key, before.fetched_at + grace);
  }
  for (const auto& old : before.retired) keep(old.key, old.until);
  return out;
}

std::string write_key_set(const std::vector<crypto::PublicKey>& keys) {
  json::Array list;
  for (const auto& key : keys) list.emplace_back(key.to_jwk());
  return json::write(json::Object{{"keys", std::move(list)}});
}

}  // namespace lanyard::issuers
