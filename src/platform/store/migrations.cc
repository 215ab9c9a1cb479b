#include "platform/store/migrations.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdint>

#include "base/text.h"

namespace lanyard::store {
namespace {

// Row 0 is no migration. Whoever migrates changes it first, so that a second process waits for the first one
// and then sees what it did.
const Stmt kCreate{
    "CREATE TABLE IF NOT EXISTS migrations (number BIGINT NOT NULL PRIMARY KEY, name TEXT NOT NULL, "
    "checksum TEXT NOT NULL, applied_at BIGINT NOT NULL)"};
const Stmt kCreateTurn{
    "INSERT INTO migrations (number, name, checksum, applied_at) VALUES (0, '', '', 0) "
    "ON CONFLICT (number) DO NOTHING"};
const Stmt kTakeTurn{"UPDATE migrations SET applied_at = $1 WHERE number = 0"};
const Stmt kList{"SELECT number, name, checksum FROM migrations WHERE number > 0 ORDER BY number"};
const Stmt kInsert{"INSERT INTO migrations (number, name, checksum, applied_at) VALUES ($1, $2, $3, $4)"};
const Stmt kSqliteHasTable{"SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = 'migrations'"};
const Stmt kPostgresHasTable{
    "SELECT count(*) FROM pg_catalog.pg_class WHERE oid = to_regclass('migrations')"};

struct Applied {
  std::int64_t number;
  std::string name;
  std::string checksum;
};

// FNV-1a: it notices an edited file, it does not have to stand against an attacker, who could change the
// table too.
std::string checksum(const Migration& migration) {
  std::uint64_t hash = 0xcbf29ce484222325ULL;
  for (const char c : migration.sql) {
    hash ^= static_cast<unsigned char>(c);
    hash *= 0x100000001b3ULL;
  }
  std::string bytes;
  for (int shift = 56; shift >= 0; shift -= 8) bytes.push_back(static_cast<char>((hash >> shift) & 0xff));
  return hex_encode(bytes);
}

void replace_all(std::string& text, std::string_view from, std::string_view to) {
  for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
}

bool in_word(const std::string& text, std::size_t at) {
  return at < text.size() && (std::isalnum(static_cast<unsigned char>(text[at])) != 0 || text[at] == '_');
}

// STRICT tables of SQLite know INTEGER and no BIGINT.
void replace_word(std::string& text, std::string_view from, std::string_view to) {
  for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + 1)) {
    if ((at > 0 && in_word(text, at - 1)) || in_word(text, at + from.size())) continue;
    text.replace(at, from.size(), to);
  }
}

std::string for_engine(std::string_view sql, Engine engine) {
  std::string text(sql);
  const bool sqlite = engine == Engine::sqlite;
  replace_all(text, "{{bytes}}", sqlite ? "BLOB" : "BYTEA");
  replace_all(text, "{{table_end}}", sqlite ? "STRICT" : "");
  if (sqlite) replace_word(text, "BIGINT", "INTEGER");
  return text;
}

std::vector<std::string> statements(const std::string& sql) {
  std::vector<std::string> found;
  std::size_t from = 0;
  while (from < sql.size()) {
    const std::size_t end = std::min(sql.find(";\n", from), sql.size());
    std::string_view one = trim(std::string_view(sql).substr(from, end - from));
    while (one.ends_with(';')) one = trim(one.substr(0, one.size() - 1));
    if (!one.empty()) found.emplace_back(one);
    from = end + 2;
  }
  return found;
}

Result<std::vector<Applied>> list_applied(Connection& c) {
  std::int64_t tables = 0;
  LANYARD_CHECK(c.query(c.engine() == Engine::sqlite ? kSqliteHasTable : kPostgresHasTable,
                        [&tables](const Row& row) { tables = row.integer(0); }));
  std::vector<Applied> applied;
  if (tables == 0) return applied;
  LANYARD_CHECK(c.query(kList, [&applied](const Row& row) {
    applied.push_back({row.integer(0), std::string(row.text(1)), std::string(row.text(2))});
  }));
  return applied;
}

std::string label(std::int64_t number, std::string_view name) {
  return cat(number, " (", name, ")");
}

Result<MigrationState> compare(const std::vector<Applied>& applied,
                               const std::vector<Migration>& migrations) {
  MigrationState state;
  for (const Migration& m : migrations) state.known = std::max(state.known, m.number);
  for (const Applied& a : applied) {
    state.applied = static_cast<int>(a.number);
    const auto ours = std::find_if(migrations.begin(), migrations.end(),
                                   [&a](const Migration& m) { return m.number == a.number; });
    if (ours == migrations.end()) {
      return make_error(
          Code::conflict,
          cat("The database holds migration ", label(a.number, a.name),
              ", which this version of Lanyard "
              "does not know (it knows up to ",
              state.known, ")."),
          "The database was used by a newer version. Run that version, or restore a backup from before.");
    }
    if (checksum(*ours) != a.checksum) {
      return make_error(
          Code::conflict,
          cat("Migration ", label(a.number, a.name),
              " was applied to this database with another text "
              "than this version of Lanyard holds."),
          "Run the version that made this database. A migration must not be changed after its release.");
    }
  }
  for (const Migration& m : migrations) {
    const bool there =
        std::any_of(applied.begin(), applied.end(), [&m](const Applied& a) { return a.number == m.number; });
    if (!there) state.pending.push_back(label(m.number, m.name));
  }
  return state;
}

Status check_order(const std::vector<Migration>& migrations) {
  int before = 0;
  for (const Migration& m : migrations) {
    if (m.number <= before) return internal_error(cat("migration ", m.number, " stands after ", before));
    before = m.number;
  }
  return {};
}

// A unique violation here is a fault of the data or of the migration; Code::conflict stays for "newer" and
// "changed".
Error failed(const Migration& migration, Error error) {
  if (error.code == Code::unavailable) return error;
  return make_error(Code::internal,
                    cat("Migration ", label(migration.number, migration.name),
                        " failed; the database is "
                        "as it was before it."),
                    "Keep the old version running and report this with the log.",
                    cat(error.message, " ", error.cause));
}

Status apply(Connection& c, const Migration& migration, const std::vector<Migration>& all, Time now) {
  LANYARD_CHECK(c.exec(kTakeTurn, now));
  LANYARD_TRY(const auto applied, list_applied(c));
  LANYARD_CHECK(compare(applied, all));
  if (std::any_of(applied.begin(), applied.end(),
                  [&](const Applied& a) { return a.number == migration.number; }))
    return {};
  for (const std::string& sql : statements(for_engine(migration.sql, c.engine()))) {
    auto done = c.run_once(sql, {}, nullptr);
    if (!done) return failed(migration, std::move(done).error());
  }
  LANYARD_CHECK(c.exec(kInsert, migration.number, migration.name, checksum(migration), now));
  return {};
}

// Two processes that create the table at the same moment collide in PostgreSQL's catalogue; the second one
// finds it there when it looks again.
Status make_table(Database& database) {
  const auto make = [](Connection& c) -> Status {
    LANYARD_CHECK(c.exec(kCreate));
    LANYARD_CHECK(c.exec(kCreateTurn));
    return {};
  };
  const Status first = database.write(make);
  if (first.ok() || first.error().code == Code::unavailable) return first;
  return database.write(make);
}

}  // namespace

Result<MigrationState> migration_state(Database& database, const std::vector<Migration>& migrations) {
  LANYARD_CHECK(check_order(migrations));
  MigrationState state;
  LANYARD_CHECK(database.read([&](Connection& c) -> Status {
    LANYARD_TRY(const auto applied, list_applied(c));
    LANYARD_TRY(state, compare(applied, migrations));
    return {};
  }));
  return state;
}

Result<MigrationState> migrate(Database& database, const std::vector<Migration>& migrations,
                               const Clock& clock) {
  LANYARD_TRY(const MigrationState before, migration_state(database, migrations));
  if (before.pending.empty()) return before;
  LANYARD_CHECK(make_table(database));
  for (const Migration& migration : migrations) {
    LANYARD_CHECK(
        database.write([&](Connection& c) { return apply(c, migration, migrations, clock.now()); }));
  }
  return migration_state(database, migrations);
}

}  // namespace lanyard::store
