// SQLite as a Database: one writer thread with group commit, and a pool of connections that read snapshots.
#pragma once

#include <memory>
#include <string>

#include "platform/store/database.h"

namespace lanyard::store {

// `path` is an absolute path, or ":memory:": one database that lives as long as the object, where reads and
// writes take turns. The log is copied into the file when it has grown to `checkpoint_pages`.
Result<std::unique_ptr<Database>> open_sqlite(const std::string& path, const DatabaseOptions& options,
                                              const Log& log, int checkpoint_pages = 1000);

}  // namespace lanyard::store
