// The only file that names the table signing_keys.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "platform/store/database.h"

namespace lanyard::tokens::key_rows {

struct KeyRow {
  std::string kid, algorithm;
  std::string sealed;       // the private half as PEM, bound to this row
  std::string public_json;  // the public half as a JWK, for people who look; nothing is believed from it
  Time created_at{}, active_at{};
  std::optional<Time> retired_at, gone_at;
};

// Where the private half of this key is sealed for: see crypto::Sealer.
std::string place(std::string_view kid);

Status insert(store::Connection& connection, const KeyRow& row);
Result<std::vector<KeyRow>> list(store::Connection& connection);  // newest first
Status set_end(store::Connection& connection, std::string_view kid, Time retired_at, Time gone_at);

}  // namespace lanyard::tokens::key_rows
