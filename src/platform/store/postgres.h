// PostgreSQL as a Database: one writer connection with group commit, and a pool of connections that read
// snapshots.
#pragma once

#include <memory>

#include "platform/store/database.h"

namespace lanyard::store {

// Fails with Code::invalid for a URL that libpq does not read or that carries a password, and with
// Code::unavailable when the server does not answer.
Result<std::unique_ptr<Database>> open_postgres(const DatabaseOptions& options, const Log& log);

}  // namespace lanyard::store
