// A fresh database that holds the tables of the product, for the tests of the rooms that keep rows.
#pragma once

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <stdexcept>
#include <string>

#include "platform/store/database.h"
#include "platform/store/migrations.h"
#include "test/support/fakes.h"

namespace lanyard::test {

// The first migration, read from the source tree that the test binary was built in.
inline const std::string& ground_sql() {
  static const std::string sql = [] {
    namespace fs = std::filesystem;
    for (fs::path folder = fs::read_symlink("/proc/self/exe").parent_path(); folder.has_relative_path();
         folder = folder.parent_path()) {
      std::ifstream file(folder / "src/app/migrations/0001_ground.sql");
      if (file) return std::string(std::istreambuf_iterator<char>(file), {});
    }
    throw std::runtime_error("src/app/migrations/0001_ground.sql is not above the test binary");
  }();
  return sql;
}

inline void lay_ground(store::Database& database, const Clock& clock) {
  const auto state = store::migrate(database, {{.number = 1, .name = "ground", .sql = ground_sql()}}, clock);
  if (!state.ok()) throw std::runtime_error(state.error().message + " " + state.error().cause);
}

}  // namespace lanyard::test
