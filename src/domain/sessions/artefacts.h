// Things that may be used once: a begun login's state, a ticket for an application, a one-time link. One
// table, one statement that consumes; kind, client, account and expiry stand in the row and must all fit
// (attack rows 61, 64, 97).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/ids.h"
#include "base/json.h"
#include "base/random.h"
#include "base/result.h"
#include "base/secret.h"
#include "base/time.h"
#include "platform/crypto/digest.h"
#include "platform/crypto/seal.h"
#include "platform/store/database.h"

namespace lanyard::sessions {

enum class ArtefactKind {
  login,
  ticket,
  bootstrap,
  link,
  code,         // an authorization code (RFC 6749 section 4.1.2)
  interaction,  // what a client asked for, while a person signs in and decides
  pushed,       // a pushed request (RFC 9126)
};
std::string_view to_string(ArtefactKind kind);

struct Artefact {
  ArtefactKind kind = ArtefactKind::login;
  std::string client;  // provider or client that it is bound to
  std::optional<AccountId> account;
  json::Object data;  // sealed in the row
  Time expires_at{};
};

// 43 base64url characters: what issue() gives out.
bool is_token_text(std::string_view text);

// Thread-safe.
class Artefacts {
 public:
  Artefacts(store::Database& database, const crypto::Sealer& sealer, Random& random, const Clock& clock);

  // 256 random bits; only their keyed hash is stored.
  Result<Secret> issue(ArtefactKind kind, const std::string& client, const std::optional<AccountId>& account,
                       const json::Object& data, Duration life);
  // Exactly one caller gets it. Unknown, used, of another kind or client: Code::unauthenticated; too late:
  // Code::expired.
  Result<Artefact> consume(ArtefactKind kind, std::string_view client, std::string_view token);
  // Reads without using it up.
  Result<Artefact> peek(ArtefactKind kind, std::string_view client, std::string_view token);
  // Consumes inside somebody's own transaction, so that what it leads to stands and falls with it. An
  // artefact that was used before is given too, so that what it led to can be ended (RFC 6749 section 4.1.2).
  // An empty optional: unknown, or of another kind or client. The time is not looked at.
  struct Taken {
    Artefact artefact;
    bool is_first = false;
  };
  Result<std::optional<Taken>> take(store::Connection& connection, ArtefactKind kind, std::string_view client,
                                    std::string_view token);
  Result<std::int64_t> sweep(std::int64_t most);

 private:
  store::Database& database_;
  const crypto::Sealer& sealer_;
  Random& random_;
  const Clock& clock_;
  crypto::KeyedHash hashes_;
};

}  // namespace lanyard::sessions
