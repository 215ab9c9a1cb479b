// One SQLite connection: settings, statement cache, values in and out. Used by one thread at a time.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "platform/store/database.h"

struct sqlite3;
struct sqlite3_stmt;

namespace lanyard::store {

class SqliteConnection final : public Connection {
 public:
  // `path` is a file that exists, or ":memory:".
  static Result<std::unique_ptr<SqliteConnection>> open(const std::string& path, Duration busy_time,
                                                        int checkpoint_pages = 1000);
  // Before the first connection of a process: makes sure that what is read from the log of an earlier one is
  // on the disk and not only in the kernel's memory. After a flush that failed the two can differ, and what
  // is then written behind it would be lost with it. Does nothing while another process uses the file.
  static Status settle(const std::string& path);
  ~SqliteConnection() override;
  SqliteConnection(const SqliteConnection&) = delete;
  SqliteConnection& operator=(const SqliteConnection&) = delete;

  Result<std::int64_t> run_once(const std::string& sql, std::span<const Arg> args,
                                const EachRow* each) override;
  Engine engine() const override { return Engine::sqlite; }

  enum class Access { read, write };
  // Before each closure: forgets an earlier failure.
  void start(Access access);
  // The first error of this closure that was not a conflict; the closure can not succeed after it.
  const std::optional<Error>& failure() const { return failure_; }
  // BEGIN, SAVEPOINT and their like: not subject to start() and failure().
  Status control(const Stmt& stmt);
  bool in_transaction() const;
  // Ends it without our own memory; SQLite may still find none for it.
  void abandon_transaction() noexcept;
  // The disk failed to keep something: a commit, or what was copied from the log into the file. It may be
  // gone although it can be read, and a later flush that succeeds says nothing about it.
  bool flush_failed() const { return flush_failed_; }

 protected:
  Result<std::int64_t> run(const Stmt& stmt, std::span<const Arg> args, const EachRow* each) override;

 private:
  struct Prepared;
  explicit SqliteConnection(sqlite3* handle);
  Status set_up(bool in_memory, Duration busy_time, int checkpoint_pages);
  Status use_write_ahead_log(Duration busy_time);
  Status rewrite_log();
  static int after_commit(void* self, sqlite3* handle, const char* name, int pages);
  Result<std::unique_ptr<Prepared>> prepare(std::string_view sql, bool keep);
  Result<std::int64_t> execute(Prepared& prepared, std::span<const Arg> args, const EachRow* each);
  Result<std::int64_t> guarded(Prepared& prepared, std::span<const Arg> args, const EachRow* each);
  Error error(int code, std::string_view sql);
  Error spoil(Error error);

  sqlite3* handle_;
  std::unordered_map<const Stmt*, std::unique_ptr<Prepared>> cache_;
  std::optional<Error> failure_;
  Access access_ = Access::write;
  bool flush_failed_ = false;
  int checkpoint_pages_ = 0;
};

}  // namespace lanyard::store
