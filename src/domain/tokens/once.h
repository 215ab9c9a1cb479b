// What may be seen once: jti of client assertions and DPoP proofs, revoked access tokens. Rows leave by their
// expiry.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/result.h"
#include "base/time.h"
#include "platform/store/database.h"

namespace lanyard::tokens {

// The kind under which revoked access tokens are remembered, by their jti, until they expire by themselves.
inline constexpr std::string_view kRevoked = "revoked";

// Thread-safe.
class Once {
 public:
  Once(store::Database& database, const Clock& clock) : database_(database), clock_(clock) {}
  // True for exactly one caller of (kind, owner, text) until `until`; on every replica.
  Result<bool> first_time(std::string_view kind, std::string_view owner, std::string_view text, Time until);
  // The same inside somebody's own transaction.
  static Result<bool> first_time_in(store::Connection& connection, std::string_view kind,
                                    std::string_view owner, std::string_view text, Time until);
  Result<bool> was_seen(std::string_view kind, std::string_view owner, std::string_view text);
  Result<std::int64_t> sweep(std::int64_t most);

 private:
  store::Database& database_;
  const Clock& clock_;
};

}  // namespace lanyard::tokens
