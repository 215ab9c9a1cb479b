// What was believed of one publisher at one time: its metadata, its keys, and the keys that it published a
// short while ago. Never changed once built, so readers need no lock.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "domain/issuers/publisher.h"

namespace lanyard::issuers {

struct Keyring {
  struct Retired {
    crypto::PublicKey key;
    Time until{};
  };
  std::shared_ptr<const Metadata> metadata;  // none for fixed keys
  std::vector<crypto::PublicKey> keys;
  std::vector<Retired> retired;
  std::vector<std::string> refused;  // members of the set that were left out, with the reason
  Time fetched_at{}, expires_at{};

  // crypto::verify_jws against the published keys, then against the retired one with the token's kid.
  Status verify(const crypto::UnverifiedJws& jws, const std::vector<crypto::Algorithm>& allowed,
                Time now) const;
};

// The keys of `before` that are not published any more and stay usable for `grace` after they were last seen.
// A server farm in the middle of a change publishes old and new sets by turns; dropping at once what one
// answer leaves out would refuse good tokens until the next answer.
std::vector<Keyring::Retired> retire(const Keyring& before, const std::vector<crypto::PublicKey>& published,
                                     Duration grace, Time now);

// {"keys":[…]} with what is believed, for the stored copy.
std::string write_key_set(const std::vector<crypto::PublicKey>& keys);

}  // namespace lanyard::issuers
