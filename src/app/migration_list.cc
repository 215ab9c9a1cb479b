#include "app/migration_list.h"

#include <span>

#include "base/embedded.h"
#include "base/text.h"

namespace lanyard::embedded {
std::span<const EmbeddedFile> migrations();
}

namespace lanyard::app {

const std::vector<store::Migration>& migration_list() {
  static const std::vector<store::Migration> kAll = [] {
    std::vector<store::Migration> all;
    for (const auto& file : embedded::migrations()) {
      // "0001_ground.sql"
      const std::string_view name = file.name;
      const auto number = parse_integer(name.substr(0, 4));
      store::Migration migration;
      migration.number = number ? static_cast<int>(*number) : 0;
      migration.name = name.substr(5, name.size() - 5 - 4);
      migration.sql = file.bytes;
      all.push_back(migration);
    }
    return all;
  }();
  return kAll;
}

}  // namespace lanyard::app
