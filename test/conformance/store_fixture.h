// The tables, statements and shortcuts that the tests of every database share.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "platform/store/database.h"
#include "platform/store/migrations.h"
#include "test/support/databases.h"

#define EXPECT_OK(expression) EXPECT_TRUE(lanyard::test::succeeded(expression))

namespace lanyard::store {
using test::Kind;
using test::succeeded;

inline const std::vector<Migration>& conformance_tables() {
  static const std::vector<Migration> list{
      {1, "things",
       "CREATE TABLE things (id TEXT NOT NULL PRIMARY KEY, place BIGINT NOT NULL "
       "UNIQUE, note TEXT, data {{bytes}}) {{table_end}};\n"
       "CREATE TABLE parts (thing TEXT NOT NULL REFERENCES things (id), name "
       "TEXT NOT NULL) {{table_end}};\n"
       "CREATE TABLE tallies (name TEXT NOT NULL PRIMARY KEY, value BIGINT NOT "
       "NULL) {{table_end}}"}};
  return list;
}

inline const Stmt kInsert{"INSERT INTO things (id, place, note, data) VALUES ($1, $2, $3, $4)"};
inline const Stmt kFind{"SELECT id, place, note, data FROM things WHERE id = $1"};
inline const Stmt kCount{"SELECT count(*) FROM things"};
inline const Stmt kTally{
    "INSERT INTO tallies (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = "
    "tallies.value + "
    "excluded.value RETURNING value"};
inline const Stmt kReadTally{"SELECT value FROM tallies WHERE name = $1"};
inline const Stmt kSetTally{"UPDATE tallies SET value = $2 WHERE name = $1"};

class StoreFixture : public test::OnEveryDatabase {
 protected:
  StoreFixture() : OnEveryDatabase(conformance_tables()) {}

  Status insert(std::string_view id, std::int64_t place) {
    return db().write([&](Connection& c) -> Status {
      LANYARD_CHECK(c.exec(kInsert, id, place, nullptr, nullptr));
      return {};
    });
  }
  std::int64_t number(Database& database, const Stmt& stmt) {
    std::int64_t found = -1;
    const Status status = database.read([&](Connection& c) -> Status {
      LANYARD_CHECK(c.query(stmt, [&found](const Row& row) { found = row.integer(0); }));
      return {};
    });
    EXPECT_TRUE(succeeded(status));
    return found;
  }
  std::int64_t count() { return number(db(), kCount); }
  std::int64_t tally(std::string_view name) {
    std::int64_t found = -1;
    const Status status = db().read([&](Connection& c) -> Status {
      LANYARD_CHECK(c.query(
          kReadTally, [&found](const Row& row) { found = row.integer(0); }, name));
      return {};
    });
    EXPECT_TRUE(succeeded(status));
    return found;
  }
};

}  // namespace lanyard::store
