// The stored copy of what issuers publish: it lets a restart during an outage go on, and a replica use what
// another one fetched.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"
#include "platform/store/database.h"

namespace lanyard::issuers {

struct StoredKeys {
  std::string metadata, keys, jwks_uri;  // JSON texts
  Time fetched_at{}, expires_at{};
};

Result<std::optional<StoredKeys>> find_stored(store::Database& database, std::string_view issuer);
// A copy that was fetched later is left as it is, unless it claims to come from after `now`.
Status save_stored(store::Database& database, std::string_view issuer, const StoredKeys& stored, Time now);
Status note_failure(store::Database& database, std::string_view issuer, Time at, std::int64_t failures,
                    std::string_view reason);
Status erase_stored(store::Database& database, std::string_view issuer);

}  // namespace lanyard::issuers
