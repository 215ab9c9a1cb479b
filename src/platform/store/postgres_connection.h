// One PostgreSQL connection: prepared statements, values in and out, what an error means. Used by one thread
// at a time.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "platform/store/database.h"
#include "platform/store/silence.h"

struct pg_conn;
struct pg_result;

namespace lanyard::store {

struct PostgresSettings {
  std::vector<std::pair<std::string, std::string>> parameters;  // libpq's keywords, with the password
  Duration statement_time{};
  std::shared_ptr<Silence> silence;  // shared by all connections to one server
};

class PostgresConnection final : public Connection {
 public:
  // Code::unavailable when the server does not answer or refuses.
  static Result<std::unique_ptr<PostgresConnection>> connect(const PostgresSettings& settings);
  ~PostgresConnection() override;
  PostgresConnection(const PostgresConnection&) = delete;
  PostgresConnection& operator=(const PostgresConnection&) = delete;

  Result<std::int64_t> run_once(const std::string& sql, std::span<const Arg> args,
                                const EachRow* each) override;
  Engine engine() const override { return Engine::postgresql; }

  // PostgreSQL ends a transaction at any error, also at a violated unique constraint. A quick run sets no
  // savepoints and, at a violation, only notes that the closure has to be run again carefully: then each
  // statement that could violate one has its own savepoint. Violations are rare, so the round trips are paid
  // rarely.
  enum class Mode { read, quick_write, careful_write };
  // Before each run of a closure: forgets earlier failures.
  void start(Mode mode);
  // The first error of this run that was not a conflict; the closure can not succeed after it.
  const std::optional<Error>& failure() const { return failure_; }
  bool wants_care() const { return wants_care_; }
  // The transaction is gone through nobody's fault (a collision with another process, a lost connection
  // before the commit): run all of it anew.
  bool wants_retry() const { return wants_retry_; }
  // Something was done on it before: a failure to begin then only says that it grew old.
  bool used() const { return used_; }
  // No answer, or an answer after which the connection must not be used any more.
  bool broken() const { return broken_; }

  // BEGIN, SAVEPOINT and their like; several may be joined by ";". Not subject to start() and failure().
  Status control(const char* sql);

 protected:
  Result<std::int64_t> run(const Stmt& stmt, std::span<const Arg> args, const EachRow* each) override;

 private:
  struct Values;
  struct Clear {
    void operator()(pg_result* result) const;
  };
  using Answer = std::unique_ptr<pg_result, Clear>;
  // One prepared form of a statement. A null fits every type; a place where null stood first has no type yet.
  struct Prepared {
    std::string name;
    std::vector<unsigned> types;
  };
  struct Entry {
    std::string_view sql;
    std::vector<Prepared> forms;
  };

  PostgresConnection(pg_conn* handle, const PostgresSettings& settings);
  Status set_up();
  static Status check_count(std::string_view sql, const Values& values);
  Result<const Prepared*> prepare(const Stmt& stmt, const Values& values);
  template <class Send>
  Result<std::int64_t> guarded(std::string_view sql, const EachRow* each, const Send& send);
  Answer answer();
  bool is_standby() const;
  Result<std::int64_t> take(const Answer& answer, std::string_view sql, const EachRow* each) const;
  // What the error means; notes what has to happen to the transaction and the connection.
  Error error(const Answer& answer, std::string_view sql);
  Error spoil(Error error);

  pg_conn* handle_;
  Duration statement_time_;
  std::shared_ptr<Silence> silence_;
  std::unordered_map<const Stmt*, Entry> cache_;
  std::uint64_t prepared_ = 0;
  std::optional<Error> failure_;
  Mode mode_ = Mode::read;
  bool wants_care_ = false;
  bool wants_retry_ = false;
  bool broken_ = false;
  bool used_ = false;
  bool warned_ = false;  // by the server, since the last control()
};

}  // namespace lanyard::store
