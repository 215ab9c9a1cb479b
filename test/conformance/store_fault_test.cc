// What every database must do when something around it breaks: a killed process, a full disk, a lock that
// stays.
#include <fcntl.h>
#include <signal.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <set>
#include <thread>

#include "base/text.h"
#include "test/conformance/store_fixture.h"

namespace lanyard::store {
namespace {

class StoreFault : public StoreFixture {};
LANYARD_ON_EVERY_DATABASE(StoreFault);

// The child: four threads that write, and report each id through the pipe after write() said that it is done.
[[noreturn]] void write_until_killed(const DatabaseOptions& options, const Log& log, int round, int pipe) {
  auto opened = open_database(options, log);
  if (!opened) ::_exit(1);
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (std::int64_t i = 0;; ++i) {
        const std::int64_t place = (static_cast<std::int64_t>(round) * 4 + t) * 1'000'000 + i;
        const Status done = (*opened)->write([place](Connection& c) -> Status {
          LANYARD_CHECK(c.exec(kInsert, cat("id", place), place, nullptr, nullptr));
          return {};
        });
        if (!done.ok() || ::write(pipe, &place, sizeof place) != sizeof place) ::_exit(2);
      }
    });
  }
  for (;;) ::pause();
}

TEST_P(StoreFault, a_killed_process_loses_no_acknowledged_row) {
#ifdef LANYARD_TSAN
  GTEST_SKIP() << "the thread sanitizer allows no threads in a forked child";
#endif
  if (GetParam() == Kind::sqlite_memory) GTEST_SKIP() << "memory dies with its process";
  static const Stmt kPlaces{"SELECT place FROM things"};
  std::set<std::int64_t> acknowledged;
  for (int round = 0; round < 3; ++round) {
    int pipes[2];
    ASSERT_EQ(::pipe2(pipes, O_CLOEXEC), 0);
    const DatabaseOptions options = database().options();
    database().close();  // SQLite must not be carried across a fork
    const pid_t child = ::fork();
    if (child == 0) write_until_killed(options, database().log(), round, pipes[1]);
    ::close(pipes[1]);
    std::int64_t place = 0;
    std::size_t wanted = 200 + static_cast<std::size_t>(round) * 37;
    while (::read(pipes[0], &place, sizeof place) == sizeof place) {
      acknowledged.insert(place);
      if (--wanted == 0) ::kill(child, SIGKILL);
    }
    ::close(pipes[0]);
    int status = 0;
    ::waitpid(child, &status, 0);
    EXPECT_TRUE(WIFSIGNALED(status)) << status;
    database().reopen();
    std::set<std::int64_t> kept;
    EXPECT_OK(db().read([&](Connection& c) -> Status {
      LANYARD_CHECK(c.query(kPlaces, [&](const Row& row) { kept.insert(row.integer(0)); }));
      return {};
    }));
    for (const auto id : acknowledged) EXPECT_TRUE(kept.contains(id)) << id;
  }
  EXPECT_GE(acknowledged.size(), 600U);
}

TEST_P(StoreFault, a_transaction_inside_a_transaction_ends_the_process) {
#ifdef LANYARD_TSAN
  GTEST_SKIP() << "the thread sanitizer allows no threads in a forked child";
#endif
  if (GetParam() == Kind::postgresql) GTEST_SKIP() << "a forked child must not share the connections";
  const auto nest = [](bool outer_writes, bool inner_writes) {
    test::TestDatabase fresh(Kind::sqlite_memory, conformance_tables());
    const auto nothing = [](Connection&) -> Status { return {}; };
    const auto inner = [&](Connection&) {
      return inner_writes ? fresh->write(nothing) : fresh->read(nothing);
    };
    static_cast<void>(outer_writes ? fresh->write(inner) : fresh->read(inner));
  };
  EXPECT_DEATH(nest(true, true), "inside another read\\(\\) or write\\(\\)");
  EXPECT_DEATH(nest(true, false), "Hand the Connection down instead");
  EXPECT_DEATH(nest(false, true), "Hand the Connection down instead");
}

TEST_P(StoreFault, a_lost_connection_is_replaced) {
  if (GetParam() != Kind::postgresql) GTEST_SKIP() << "there is no connection to lose";
  EXPECT_OK(insert("a", 1));
  EXPECT_EQ(count(), 1);
  const auto other = database().open_again();
  EXPECT_OK(other->read([](Connection& c) -> Status {
    static const Stmt kEnd{
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid "
        "<> "
        "pg_backend_pid()"};
    LANYARD_CHECK(c.exec(kEnd));
    return {};
  }));
  EXPECT_OK(insert("b", 2));
  EXPECT_EQ(count(), 2);
}

TEST_P(StoreFault, a_connection_lost_inside_a_write_runs_it_anew) {
  if (GetParam() != Kind::postgresql) GTEST_SKIP() << "there is no connection to lose";
  int runs = 0;
  EXPECT_OK(db().write([&](Connection& c) -> Status {
    static const Stmt kEndMyself{"SELECT pg_terminate_backend(pg_backend_pid())"};
    LANYARD_CHECK(c.exec(kInsert, "a", 1, nullptr, nullptr));
    if (runs++ == 0) LANYARD_CHECK(c.exec(kEndMyself));
    return {};
  }));
  EXPECT_EQ(runs, 2);
  EXPECT_EQ(count(), 1);
}

TEST(StoreOpen, says_what_is_wrong_with_a_url) {
  const test::FakeClock clock;
  const test::LogBook book(clock);
  for (const char* url :
       {"", "mysql://x", "sqlite://relative.db", "sqlite:", "sqlite:///", "sqlite:///a/b?mode=ro",
        "postgresql://user:hunter2@host/db", "postgresql://[x/db"}) {
    DatabaseOptions options;
    options.url = url;
    const auto opened = open_database(options, book.log());
    ASSERT_FALSE(opened.ok()) << url;
    EXPECT_EQ(opened.error().code, Code::invalid) << url;
    EXPECT_FALSE(opened.error().hint.empty()) << url;
    EXPECT_EQ(
        cat(opened.error().message, opened.error().hint, opened.error().cause, book.text()).find("hunter2"),
        std::string::npos);
  }
}

TEST(StoreOpen, a_server_that_is_not_there_is_unavailable) {
  const test::FakeClock clock;
  const test::LogBook book(clock);
  DatabaseOptions options;
  options.url = "postgresql://lanyard@/db?host=%2Fnowhere";
  const auto opened = open_database(options, book.log());
  ASSERT_FALSE(opened.ok());
  EXPECT_EQ(opened.error().code, Code::unavailable);
}

TEST(StoreOpen, a_new_file_is_for_its_owner_alone_and_a_missing_folder_is_named) {
  test::TestDatabase database(Kind::sqlite_file, conformance_tables());
  for (const char* end : {"", "-wal", "-shm"}) {
    struct stat found {};
    ASSERT_EQ(::stat((database.path() + end).c_str(), &found), 0) << end;
    EXPECT_EQ(found.st_mode & 0777, 0600U) << end;
  }
  DatabaseOptions options;
  options.url = "sqlite:///nowhere/at/all/lanyard.db";
  const auto opened = open_database(options, database.log());
  ASSERT_FALSE(opened.ok());
  EXPECT_EQ(opened.error().code, Code::unavailable);
  EXPECT_NE(opened.error().message.find("/nowhere/at/all"), std::string::npos);
}

Status insert_into(Database& database, std::string_view id, std::int64_t place, std::string_view note) {
  return database.write([&](Connection& c) -> Status {
    LANYARD_CHECK(c.exec(kInsert, id, place, note, nullptr));
    return {};
  });
}

// As another program would hold it: outside of what this room does.
class Intruder {
 public:
  explicit Intruder(const std::string& path) {
    EXPECT_EQ(sqlite3_open(path.c_str(), &handle_), SQLITE_OK);
    sqlite3_busy_timeout(handle_, 2000);
  }
  ~Intruder() { sqlite3_close(handle_); }
  void run(const char* sql) {
    EXPECT_EQ(sqlite3_exec(handle_, sql, nullptr, nullptr, nullptr), SQLITE_OK) << sql;
  }

 private:
  sqlite3* handle_ = nullptr;
};

TEST(StoreSqliteFile, attack_157_a_lock_that_stays_is_unavailable_and_then_over) {
  test::TestDatabase database(Kind::sqlite_file, conformance_tables());
  DatabaseOptions options = database.options();
  options.busy_time = std::chrono::milliseconds(50);
  auto opened = open_database(options, database.log());
  ASSERT_TRUE(succeeded(opened));
  Intruder intruder(database.path());
  intruder.run("BEGIN IMMEDIATE");
  const Status refused = insert_into(**opened, "a", 1, "");
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, Code::unavailable);
  EXPECT_NE(refused.error().message.find("another process"), std::string::npos);
  EXPECT_OK((*opened)->ping());
  intruder.run("COMMIT");
  EXPECT_OK(insert_into(**opened, "a", 1, ""));
  // Nobody writes now, so the lock is free at once.
  intruder.run("BEGIN IMMEDIATE");
  intruder.run("COMMIT");
}

TEST(StoreSqliteFile, attack_157_a_full_disk_keeps_no_half_write_and_recovers) {
  test::TestDatabase database(Kind::sqlite_file, conformance_tables());
  const auto limit = [&](const char* pages) {
    return database->write([&](Connection& c) -> Status {
      LANYARD_CHECK(c.run_once(cat("PRAGMA max_page_count = ", pages), {}, nullptr));
      return {};
    });
  };
  EXPECT_OK(insert_into(*database, "kept", 1, "before"));
  EXPECT_OK(limit("40"));
  const Status refused = database->write([](Connection& c) -> Status {
    LANYARD_CHECK(c.exec(kInsert, "half", 2, "small", nullptr));
    LANYARD_CHECK(c.exec(kInsert, "large", 3, std::string(1'000'000, 'x'), nullptr));
    return {};
  });
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, Code::unavailable);
  EXPECT_NE(refused.error().message.find("full"), std::string::npos);
  EXPECT_OK(limit("1000000"));
  EXPECT_OK(insert_into(*database, "large", 3, std::string(1'000'000, 'x')));
  std::int64_t rows = 0;
  EXPECT_OK(database->read([&rows](Connection& c) -> Status {
    LANYARD_CHECK(c.query(kCount, [&rows](const Row& row) { rows = row.integer(0); }));
    return {};
  }));
  EXPECT_EQ(rows, 2);
}

}  // namespace
}  // namespace lanyard::store
