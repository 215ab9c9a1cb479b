#include "platform/store/postgres.h"

#include <libpq-fe.h>

#include <algorithm>
#include <cstdlib>
#include <new>
#include <optional>

#include "base/text.h"
#include "platform/store/nesting.h"
#include "platform/store/pool.h"
#include "platform/store/postgres_connection.h"
#include "platform/store/write_queue.h"

namespace lanyard::store {
namespace {

using Mode = PostgresConnection::Mode;
using Connections = Pool<PostgresConnection>;

// SERIALIZABLE makes several processes as good as one writer: what a closure has read is still true at its
// commit, or the whole group is run anew. Inside one process the writer thread is alone, so nothing collides
// there.
class PostgresTransaction final : public GroupTransaction {
 public:
  PostgresTransaction(const PostgresSettings& settings, const void* owner, const Log& log)
      : settings_(settings), owner_(owner), log_(log) {}

  Status begin() override {
    fate_ = Fate::lost;
    // A connection that the server closed while nobody wrote is found out here, when it costs nothing yet.
    for (int n = 0; n < 2; ++n) {
      if (!connection_) {
        LANYARD_TRY(connection_, PostgresConnection::connect(settings_));
      }
      connection_->start(Mode::quick_write);
      Status begun =
          connection_->control("BEGIN ISOLATION LEVEL SERIALIZABLE READ WRITE; SAVEPOINT one_write");
      if (begun.ok()) {
        fate_ = Fate::alive;
        clean_ = true;
        return {};
      }
      const bool broken = connection_->broken();
      if (!broken || n == 1) {
        roll_back();
        return begun;
      }
      log_.warning("store.reconnecting", {{"cause", begun.error().cause}});
      connection_.reset();
    }
    return {};
  }

  Status run(const Database::Work& work) override {
    try {
      Status status = run_once(work, Mode::quick_write);
      if (fate_ == Fate::alive && connection_->wants_care()) status = run_once(work, Mode::careful_write);
      return status;
    } catch (...) {
      undo();
      throw;
    }
  }

  Status commit() override {
    connection_->start(Mode::quick_write);
    Status committed = connection_->control("COMMIT");
    if (committed.ok()) return {};
    // Without an answer nobody knows whether the commit is on disk: running the group anew could do it twice.
    fate_ = connection_->wants_retry() && !connection_->broken() ? Fate::again : Fate::lost;
    if (connection_->broken()) {
      committed.error().message = "The database went away while it saved.";
      committed.error().hint = "Look whether the change is there before you try again.";
    }
    return committed;
  }

  void roll_back() noexcept override {
    if (!connection_) return;
    try {
      connection_->start(Mode::quick_write);
      if (!connection_->broken() && connection_->control("ROLLBACK").ok()) return;
    } catch (const std::bad_alloc&) {
      fate_ = Fate::lost;
    }
    connection_.reset();
  }

  Fate fate() const override { return fate_; }

 private:
  // The savepoint of a closure stays open after it: releasing it and setting the next one is one round trip,
  // and the commit releases the last one.
  Status run_once(const Database::Work& work, Mode mode) {
    PostgresConnection& connection = *connection_;
    connection.start(mode);
    if (!clean_) LANYARD_CHECK(settled(connection.control("RELEASE one_write; SAVEPOINT one_write")));
    clean_ = false;
    Status status;
    try {
      const InsideTransaction inside(owner_);
      status = work(connection);
    } catch (...) {
      // A closure that could not bear the error of a run that does not count is run again as well.
      if (!connection.failure()) throw;
      status = *connection.failure();
    }
    if (connection.failure()) status = *connection.failure();
    if (connection.wants_retry() || connection.broken()) {
      fate_ = Fate::again;
      return status;
    }
    if (!status.ok()) undo();
    return status;
  }

  // Until it is done, also when an exception ends it: what this closure did must not be committed.
  void undo() {
    clean_ = false;
    fate_ = Fate::lost;
    const Status undone = settled(connection_->control("ROLLBACK TO one_write"));
    if (!undone.ok()) return;
    clean_ = true;
    fate_ = Fate::alive;
  }
  Status settled(Status status) {
    if (!status.ok()) fate_ = connection_->wants_retry() ? Fate::again : Fate::lost;
    return status;
  }

  const PostgresSettings settings_;
  const void* owner_;
  const Log& log_;
  std::unique_ptr<PostgresConnection> connection_;
  Fate fate_ = Fate::lost;
  bool clean_ = false;  // nothing was done since the savepoint was set
};

class PostgresDatabase final : public Database {
 public:
  PostgresDatabase(const PostgresSettings& settings, const DatabaseOptions& options, const Log& log)
      : log_(log),
        silence_(settings.silence),
        readers_(std::max(1U, options.connections), options.busy_time,
                 [settings] { return PostgresConnection::connect(settings); }),
        queue_(std::make_unique<PostgresTransaction>(settings, this, log), options.busy_time, log) {}

  Status read(const Work& work) override {
    refuse_nesting(this);
    LANYARD_TRY(const Silence::Leave leave, silence_->ask());
    LANYARD_TRY(Connections::Lease connection, begin_read());
    struct End {
      ~End() { database.finish(connection); }
      PostgresDatabase& database;
      Connections::Lease& connection;
    } const end_after{*this, connection};
    const InsideTransaction inside(this);
    Status status = work(*connection);
    if (connection->failure()) return *connection->failure();
    return status;
  }

  Status write(const Work& work) override {
    refuse_nesting(this);
    LANYARD_TRY(const Silence::Leave leave, silence_->ask());
    Status status = queue_.write(work);
    if (!status.ok() && status.error().code == Code::unavailable) readers_.discard_idle();
    return status;
  }

  Engine engine() const override { return Engine::postgresql; }
  WriteCounts counts() const override { return queue_.counts(); }

  Status ping() override {
    static const Stmt kLook{"SELECT 1"};
    return read([](Connection& c) -> Status {
      LANYARD_CHECK(c.exec(kLook));
      return {};
    });
  }

 private:
  // Connections that the server closed while they were idle are replaced; after a restart that is each of
  // them. When one of them broke, the others may lead to a server that is the leader no more.
  Result<Connections::Lease> begin_read() {
    for (;;) {
      LANYARD_TRY(auto connection, readers_.take());
      const bool fresh = !connection->used();
      Status begun = begin_read_on(connection);
      if (begun.ok()) return connection;
      const bool broken = connection->broken();
      if (broken) give_up(connection);
      if (!broken || fresh) return std::move(begun).error();
      log_.warning("store.reconnecting", {{"cause", begun.error().cause}});
    }
  }

  static Status begin_read_on(Connections::Lease& connection) {
    try {
      connection->start(Mode::read);
      return connection->control("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
    } catch (...) {  // nobody knows whether it began
      connection.discard();
      throw;
    }
  }

  void finish(Connections::Lease& connection) noexcept {
    try {
      connection->start(Mode::read);
      if (!connection->broken() && connection->control("ROLLBACK").ok()) return;
    } catch (const std::bad_alloc&) {
      log_.warning("store.connection_dropped", {{"cause", "no memory"}});
    }
    give_up(connection);
  }
  void give_up(Connections::Lease& connection) {
    connection.discard();
    readers_.discard_idle();
  }

  const Log& log_;
  const std::shared_ptr<Silence> silence_;
  Connections readers_;
  WriteQueue queue_;
};

void set_default(PostgresSettings& settings, std::string_view name, std::string_view value) {
  for (const auto& [known, ignored] : settings.parameters) {
    if (known == name) return;
  }
  settings.parameters.emplace_back(name, value);
}

std::string value_of(const PostgresSettings& settings, std::string_view name) {
  for (const auto& [known, value] : settings.parameters) {
    if (known == name) return value;
  }
  return {};
}

Result<PostgresSettings> read_url(const DatabaseOptions& options) {
  PostgresSettings settings;
  settings.statement_time = options.statement_time;
  settings.silence = std::make_shared<Silence>();
  char* fault = nullptr;
  PQconninfoOption* parsed = PQconninfoParse(options.url.c_str(), &fault);
  if (parsed == nullptr) {
    PQfreemem(fault);  // it repeats parts of the URL, where somebody may have put a password
    return make_error(Code::invalid, "The database URL is not one that PostgreSQL understands.",
                      "Write postgresql://user@host/database; encode special characters as %XX.");
  }
  bool has_password = false;
  for (const PQconninfoOption* option = parsed; option->keyword != nullptr; ++option) {
    if (option->val == nullptr) continue;
    const std::string_view keyword = option->keyword;
    if (keyword == "password") has_password = true;
    settings.parameters.emplace_back(keyword, option->val);
  }
  PQconninfoFree(parsed);
  if (has_password) {
    return make_error(Code::invalid, "The database URL holds a password.",
                      "Put it into a file of its own and name that file in database.password_file.");
  }
  if (!options.password.empty()) settings.parameters.emplace_back("password", options.password);
  set_default(settings, "connect_timeout", "3");
  set_default(settings, "application_name", "lanyard");
  set_default(settings, "keepalives_idle", "30");
  set_default(settings, "keepalives_interval", "10");
  set_default(settings, "tcp_user_timeout", "15000");
  return settings;
}

// Somebody between here and the server could read and change everything.
void warn_if_unverified(const PostgresSettings& settings, const Log& log) {
  const std::string host = value_of(settings, "host");
  const auto hosts = split(host, ',');  // the URL may name several
  const bool local = std::ranges::all_of(hosts, [](std::string_view one) {
    return one.empty() || one.front() == '/' || one == "localhost" || one == "127.0.0.1" || one == "::1";
  });
  if (local || value_of(settings, "sslmode") == "verify-full") return;
  log.warning("store.connection_not_verified",
              {{"host", host}, {"hint", "add ?sslmode=verify-full&sslrootcert=… to database.url"}});
}

// A collation of the operating system may change with an upgrade, and then the indexes on text are wrong.
void warn_of_collation(Database& database, const Log& log) {
  static const Stmt kCollation{
      "SELECT datcollate FROM pg_catalog.pg_database WHERE datname = current_database()"};
  std::string name;
  const Status looked = database.read([&name](Connection& c) -> Status {
    LANYARD_CHECK(c.query(kCollation, [&name](const Row& row) { name = row.text(0); }));
    return {};
  });
  if (!looked.ok() || name == "C" || name == "POSIX" || name.starts_with("C.")) return;
  log.warning("store.collation", {{"collation", name}, {"hint", "create the database with LC_COLLATE 'C'"}});
}

}  // namespace

Result<std::unique_ptr<Database>> open_postgres(const DatabaseOptions& options, const Log& log) {
  LANYARD_TRY(const PostgresSettings settings, read_url(options));
  warn_if_unverified(settings, log);
  std::unique_ptr<Database> database = std::make_unique<PostgresDatabase>(settings, options, log);
  LANYARD_CHECK(database->ping());
  warn_of_collation(*database, log);
  return database;
}

}  // namespace lanyard::store
