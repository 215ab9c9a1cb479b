// Fresh databases for tests, on every engine: SQLite in memory, SQLite in a file, and a private PostgreSQL
// server that is started once a test binary.
//
//   class Directory : public test::OnEveryDatabase {};
//   TEST_P(Directory, finds_what_it_wrote) { db().write(…); }
//   LANYARD_ON_EVERY_DATABASE(Directory);
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "platform/store/database.h"
#include "platform/store/migrations.h"
#include "test/support/fakes.h"

namespace lanyard::test {

enum class Kind { sqlite_memory, sqlite_file, postgresql };
std::string to_string(Kind kind);

// EXPECT_TRUE(succeeded(db().write(…))): shows the error when it did not.
template <class T>
testing::AssertionResult succeeded(const Result<T>& result) {
  if (result.ok()) return testing::AssertionSuccess();
  const Error& error = result.error();
  return testing::AssertionFailure() << lanyard::to_string(error.code) << ": " << error.message << " "
                                     << error.cause;
}

// The migrations that the product ships, read from the source tree.
const std::vector<store::Migration>& product_migrations();

// Why this machine can not run PostgreSQL; empty when it can. Starts the server at the first call.
std::string why_no_postgresql();

// One database that nobody else uses, gone with the object. Fails the test when it can not be made.
class TestDatabase {
 public:
  // In memory, with the product's tables: what most tests want.
  TestDatabase() : TestDatabase(Kind::sqlite_memory) {}
  explicit TestDatabase(Kind kind, const std::vector<store::Migration>& migrations = product_migrations());
  ~TestDatabase();
  TestDatabase(const TestDatabase&) = delete;
  TestDatabase& operator=(const TestDatabase&) = delete;

  store::Database& operator*() { return *database_; }
  store::Database* operator->() { return database_.get(); }
  Kind kind() const { return kind_; }
  // For a second process, or a second Database. With Kind::sqlite_memory that would be another database.
  store::DatabaseOptions options() const;
  std::unique_ptr<store::Database> open_again();
  // As a restart of the program: between the two there is no connection and no thread. Not with
  // Kind::sqlite_memory.
  void close() { database_.reset(); }
  void reopen() { database_ = open_again(); }
  const Log& log() const { return book_.log(); }
  std::string log_text() const { return book_.text(); }
  // The database file of Kind::sqlite_file.
  std::string path() const { return folder_ + "/test.db"; }

 private:
  Kind kind_;
  FakeClock clock_;
  LogBook book_{clock_};
  std::string folder_;           // of Kind::sqlite_file
  std::string postgres_schema_;  // of Kind::postgresql
  std::unique_ptr<store::Database> database_;
};

// Skips, with the reason, where PostgreSQL is not installed.
class OnEveryDatabase : public testing::TestWithParam<Kind> {
 protected:
  explicit OnEveryDatabase(const std::vector<store::Migration>& migrations = product_migrations());
  void SetUp() override;
  store::Database& db() { return **database_; }
  TestDatabase& database() { return *database_; }

 private:
  const std::vector<store::Migration>& migrations_;
  std::optional<TestDatabase> database_;
};

}  // namespace lanyard::test

#define LANYARD_ON_EVERY_DATABASE(suite)                                                    \
  INSTANTIATE_TEST_SUITE_P(                                                                 \
      databases, suite,                                                                     \
      testing::Values(lanyard::test::Kind::sqlite_memory, lanyard::test::Kind::sqlite_file, \
                      lanyard::test::Kind::postgresql),                                     \
      [](const auto& database) { return lanyard::test::to_string(database.param); })
