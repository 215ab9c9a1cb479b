// The keys that we sign with. A key's stage follows from its times alone, so no job has to move it: it is
// published when it is made, signs from active_at on, is retired when its successor signs, and leaves the key
// set when the last token that it signed is over. Private halves are sealed in the database, shared by all
// replicas.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/random.h"
#include "base/result.h"
#include "base/time.h"
#include "domain/journal/journal.h"
#include "domain/journal/marks.h"
#include "platform/crypto/keys.h"
#include "platform/crypto/seal.h"

namespace lanyard::tokens {

enum class Stage { published, active, retired, gone };
std::string_view to_string(Stage stage);

struct SigningKey {
  crypto::PrivateKey key;
  Time created_at{}, active_at{};
  std::optional<Time> retired_at;  // its successor signs from then on
  std::optional<Time> gone_at;     // leaves the key set
  Stage stage(Time now) const;
};

struct KeyTimes {
  Duration notice = std::chrono::hours(48);  // published before it signs: what verifiers cache at most
  Duration longest_token = std::chrono::hours(24 * 7);  // retired keys stay so long (and an hour)
};

struct KeySetText {
  std::shared_ptr<const std::string> json;  // RFC 7517 section 5; no private member
  std::string etag;
};

// Where new keys come from; a test hands in ready ones, because making an RSA key takes long.
using MakeKey = std::function<Result<crypto::PrivateKey>(crypto::Algorithm)>;

// Thread-safe; after prepare() reading costs no database access while nothing changed.
class Keys {
 public:
  Keys(journal::Ledger& ledger, const crypto::Sealer& sealer, Random& random, const journal::Marks& marks,
       KeyTimes times, MakeKey make_key = crypto::PrivateKey::generate);
  ~Keys();

  // One active key each for ES256 and RS256 when there is none; replicas that start together agree.
  Status prepare();

  const KeyTimes& times() const;

  // The key that signs now. Never inside read() or write() of the database: it may have to read.
  Result<std::shared_ptr<const SigningKey>> signer(crypto::Algorithm algorithm);
  // For checking our own tokens: all that are not gone.
  Result<std::shared_ptr<const std::vector<crypto::PublicKey>>> verifiers();
  Result<KeySetText> key_set();  // the last one that was read, while the database is away
  // From memory alone, for event loops; an empty optional: ask key_set().
  std::optional<KeySetText> key_set_now() const;
  Result<std::vector<std::shared_ptr<const SigningKey>>> list();  // newest first, gone ones too

  enum class When {
    after_notice,  // signs after the notice
    now,           // emergency: signs at once, and all older keys of the algorithm leave the key set
  };
  Result<std::shared_ptr<const SigningKey>> rotate(crypto::Algorithm algorithm, When when,
                                                   const access::Actor& actor);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace lanyard::tokens
