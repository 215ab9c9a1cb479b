#include <string>

#include "base/text.h"
#include "platform/store/database.h"
#include "platform/store/postgres.h"
#include "platform/store/sqlite.h"

namespace lanyard::store {
namespace {

constexpr std::string_view kSqlite = "sqlite:";
constexpr std::string_view kHint =
    "Write sqlite:///var/lib/lanyard/lanyard.db or postgresql://user@host/database.";

Result<std::string> sqlite_path(std::string_view rest) {
  if (rest == ":memory:") return std::string(rest);
  if (!rest.starts_with("///")) {
    return make_error(Code::invalid, "The database URL has no absolute path.", std::string(kHint));
  }
  const std::string_view path = rest.substr(2);
  if (path.ends_with('/')) {
    return make_error(Code::invalid, "The database URL names a folder, not a file.", std::string(kHint));
  }
  if (path.find('?') != std::string_view::npos || has_control(path)) {
    return make_error(Code::invalid,
                      "The path of a SQLite database takes no options and no control characters.",
                      std::string(kHint));
  }
  return std::string(path);
}

}  // namespace

Result<std::unique_ptr<Database>> open_database(const DatabaseOptions& options, const Log& log) {
  const std::string_view url = options.url;
  if (url.starts_with(kSqlite)) {
    LANYARD_TRY(const std::string path, sqlite_path(url.substr(kSqlite.size())));
    return open_sqlite(path, options, log);
  }
  if (url.starts_with("postgresql://") || url.starts_with("postgres://")) return open_postgres(options, log);
  return make_error(Code::invalid, "The database URL must begin with sqlite: or postgresql:.",
                    std::string(kHint));
}

}  // namespace lanyard::store
