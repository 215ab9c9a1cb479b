// What both engines say in the same words: the errors that a caller sees, and the values that neither
// accepts.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "platform/store/database.h"

namespace lanyard::store {

// Code::conflict: a row with this unique value is there already.
Error duplicate_row(std::string cause);
// Code::unavailable. `what` is a whole sentence; `cause` is what the engine said, for the log.
Error database_unavailable(std::string what, std::string cause);
// Code::internal, with the statement beside what the engine said. Values are never part of it.
Error statement_failed(std::string_view engine_text, std::string_view sql);

// Text must be UTF-8 without NUL: PostgreSQL refuses anything else in the middle of a transaction, SQLite
// would keep it and cut it somewhere later. Code::invalid.
Status check_values(std::span<const Arg> args);

}  // namespace lanyard::store
