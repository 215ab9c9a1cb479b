// One database, SQLite or PostgreSQL, with one SQL text for both. Statements stand in `rows.*` files as
// static constants with $1…$n; values are always bound. Types: text, 64-bit integers (times are microseconds
// UTC, booleans 0 and 1), bytes, null.
#pragma once

#include <concepts>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/ids.h"
#include "base/log.h"
#include "base/result.h"
#include "base/time.h"

namespace lanyard::store {

// static const Stmt kFind{"SELECT … WHERE id = $1"};  The object's address is the key of the statement cache,
// so it must live for ever.
struct Stmt {
  std::string_view sql;
};

struct Blob {
  std::string_view bytes;
};

// One bound value. Views must live until the call returns.
class Arg {
 public:
  using Value = std::variant<std::monostate, std::int64_t, std::string_view, Blob>;
  Arg(std::nullptr_t) {}
  template <class I>
  requires std::integral<I> Arg(I value) : value_(static_cast<std::int64_t>(value)) {}
  Arg(std::string_view value) : value_(value) {}
  Arg(const std::string& value) : value_(std::string_view(value)) {}
  Arg(const char* value) : value_(std::string_view(value)) {}
  Arg(Blob value) : value_(value) {}
  Arg(Time value) : value_(to_micros(value)) {}
  template <class Tag>
  Arg(const Id<Tag>& id) : value_(std::string_view(id.str())) {}
  template <class T>
  Arg(const std::optional<T>& value) {
    if (value) value_ = Arg(*value).value_;
  }
  const Value& value() const { return value_; }

 private:
  Value value_;
};

// One row of a result; views are valid until the row function returns. Columns count from 0. Asking for the
// wrong type is a bug and throws.
class Row {
 public:
  virtual ~Row() = default;
  virtual bool is_null(int column) const = 0;
  virtual std::int64_t integer(int column) const = 0;
  virtual std::string_view text(int column) const = 0;  // null reads as ""
  virtual std::string_view blob(int column) const = 0;
  bool flag(int column) const { return integer(column) != 0; }
  Time time(int column) const { return from_micros(integer(column)); }
  std::optional<Time> time_or_null(int column) const;
  std::optional<std::string> text_or_null(int column) const;
  std::optional<std::int64_t> integer_or_null(int column) const;
  template <class Tag>
  Id<Tag> id(int column) const {
    return Id<Tag>(std::string(text(column)));
  }
};

enum class Engine { sqlite, postgresql };

// A connection inside read() or write(). Not thread-safe, not to be kept.
class Connection {
 public:
  virtual ~Connection() = default;
  using EachRow = std::function<void(const Row&)>;

  // Rows changed. Code::conflict on a violated unique constraint (the transaction goes on), Code::unavailable
  // when the database does not answer, Code::invalid for text that is not UTF-8 or holds NUL (the transaction
  // goes on). After any other error the transaction is spoiled: later statements and the whole write() return
  // that error.
  template <class... Args>
  Result<std::int64_t> exec(const Stmt& stmt, const Args&... args) {
    const std::vector<Arg> list{Arg(args)...};
    return run(stmt, list, nullptr);
  }
  // Calls `each` for every row; returns how many there were. Works for INSERT/UPDATE/DELETE … RETURNING too.
  template <class... Args>
  Result<std::int64_t> query(const Stmt& stmt, const EachRow& each, const Args&... args) {
    const std::vector<Arg> list{Arg(args)...};
    return run(stmt, list, &each);
  }
  // SQL that is put together at run time (optional filters); parameters are still bound. Not cached.
  virtual Result<std::int64_t> run_once(const std::string& sql, std::span<const Arg> args,
                                        const EachRow* each) = 0;
  virtual Engine engine() const = 0;

 protected:
  virtual Result<std::int64_t> run(const Stmt& stmt, std::span<const Arg> args, const EachRow* each) = 0;
};

// What a database's writer did since it was opened.
struct WriteCounts {
  std::uint64_t writes = 0;   // closures whose changes are on disk
  std::uint64_t commits = 0;  // transactions that carried them; fewer than writes when writers shared a flush
  std::uint64_t retries = 0;  // transactions that were run anew after a collision with another process
};

// Thread-safe. On one thread, read() and write() of one database must not be called inside one another: the
// process ends with a text that says so.
class Database {
 public:
  virtual ~Database() = default;
  using Work = std::function<Status(Connection&)>;

  // A consistent snapshot, no changes. Runs on the calling thread, once.
  virtual Status read(const Work& work) = 0;
  // One transaction: committed and on disk when it returns ok; rolled back when `work` returns an error.
  // Writes are as if they ran one after the other, also between processes: what `work` read is still true
  // when it is committed. `work` runs on another thread and may run more than once (conflicts are retried
  // here), so it must not have effects outside the database, and sets the variables it captured anew each
  // time.
  virtual Status write(const Work& work) = 0;

  virtual Engine engine() const = 0;
  // Ok when the database answers a read. Changes that other processes made are seen by the next read();
  // whoever polls for them uses domain/journal's cursor.
  virtual Status ping() = 0;
  virtual WriteCounts counts() const = 0;
};

struct DatabaseOptions {
  // "sqlite:///var/lib/lanyard/lanyard.db", "sqlite::memory:", "postgresql://user@host/db?…"
  std::string url;
  std::string password;  // for PostgreSQL, from its own file; never part of the URL
  unsigned connections = 4;
  Duration busy_time = std::chrono::seconds(5);        // how long to wait for others before Code::unavailable
  Duration statement_time = std::chrono::seconds(30);  // PostgreSQL: the longest that one statement may take
};

// `log` must outlive the database. A SQLite file is created (mode 0600) when it is not there, its folder is
// not. Code::invalid for a URL that can not be right, Code::unavailable when the file or the server is not
// ready.
Result<std::unique_ptr<Database>> open_database(const DatabaseOptions& options, const Log& log);

}  // namespace lanyard::store
