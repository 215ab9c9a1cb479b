// A set of public keys: a key that is accepted is written and read again as the same key, and says what it
// verifies.
#include "base/text.h"
#include "fuzz/fuzz.h"
#include "platform/crypto/keys.h"

namespace lanyard::fuzz {

void jwk_set(std::string_view input) {
  const auto set = crypto::parse_jwk_set(input);
  if (!set.ok()) {
    HOLDS(set.error().code == Code::invalid || set.error().code == Code::too_large);
    return;
  }
  const auto whole = json::parse_object(input);
  HOLDS(whole.ok());
  const std::size_t members = whole->find("keys")->as_array()->size();
  HOLDS(set->keys.size() <= 100 &&
        set->keys.size() + set->refused.size() == std::min<std::size_t>(members, 101));
  // An operator reads these.
  for (const std::string& reason : set->refused)
    HOLDS(!has_control(reason) && reason.find(": ") != std::string::npos);
  for (const crypto::PublicKey& key : set->keys) {
    HOLDS(!key.algorithms().empty() && key.kid().size() <= 256 && !has_control(key.kid()));
    const json::Object written = key.to_jwk();
    for (const auto* secret : {"d", "p", "q", "dp", "dq", "qi", "oth", "k"})
      HOLDS(written.find(secret) == nullptr);
    const auto again = crypto::parse_jwk(written);
    HOLDS(again.ok() && again->kid() == key.kid() && again->thumbprint() == key.thumbprint());
    HOLDS(again->algorithms() == key.algorithms() && again->to_jwk() == written);
    HOLDS(base64url_decode(key.thumbprint())->size() == 32);
    for (const crypto::Algorithm algorithm : key.algorithms()) {
      HOLDS(!key.verify(algorithm, "text", ""));
      HOLDS(!key.verify(algorithm, "text", std::string(64, '\0')));
      HOLDS(!key.verify(algorithm, "text", std::string(input.substr(0, 64))));
    }
  }
}

}  // namespace lanyard::fuzz
