// Numbered migrations, embedded in the binary, forward only. Expand first, contract a release later, so that
// the old and the new binary can run side by side.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "platform/store/database.h"

namespace lanyard::store {

struct Migration {
  int number = 0;
  std::string_view name;  // "accounts"
  // Statements separated by ";\n" (which must not stand inside a text or comment). {{bytes}} is the engine's
  // type for bytes, {{table_end}} is STRICT on SQLite, where the word BIGINT becomes INTEGER.
  std::string_view sql;
};

struct MigrationState {
  int applied = 0;  // highest number in the database
  int known = 0;    // highest number in this binary
  std::vector<std::string> pending;
};

// `migrations` are in ascending order. Reads only, and works on an empty database.
// Code::conflict when the database is newer than this binary or an applied migration was changed since.
Result<MigrationState> migration_state(Database& database, const std::vector<Migration>& migrations);
// Applies what is missing, each in one transaction, after the same checks; two processes at once are
// serialised by the database.
Result<MigrationState> migrate(Database& database, const std::vector<Migration>& migrations,
                               const Clock& clock);

}  // namespace lanyard::store
