// Sealed columns: AES-256-GCM, bound to the row they stand in, so that a ciphertext moved to another row does
// not open.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/random.h"
#include "base/result.h"
#include "base/secret.h"

namespace lanyard::crypto {

class Sealer {
 public:
  // One or more 32-byte keys, "base64;base64" or hexadecimal: the first seals, all open. Refused: another
  // length, a key twice, a key of one repeated byte.
  static Result<Sealer> from_text(const Secret& keys);
  // `place` names table, column and row ("identities/claims/<issuer>/<subject>").
  std::string seal(std::string_view plain, std::string_view place, Random& random) const;
  Result<std::string> open(std::string_view sealed,
                           std::string_view place) const;  // Code::invalid when it does not fit
  bool sealed_with_first_key(std::string_view sealed) const;
  // A key for one purpose, derived from the first key (HKDF-SHA256): token hashes, page tokens, CSRF.
  std::string derive(std::string_view purpose) const;
  // The same from each key, the first key first: what an older key marked is still recognised after a new key
  // was put in front.
  std::vector<std::string> derive_all(std::string_view purpose) const;

 private:
  struct Key {
    std::string id;
    Secret bytes;
  };
  std::vector<Key> keys_;
};

}  // namespace lanyard::crypto
