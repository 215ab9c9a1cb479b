#include "platform/store/sqlite_connection.h"

#include <sqlite3.h>

#include <chrono>
#include <stdexcept>
#include <thread>

#include "base/text.h"
#include "platform/store/failures.h"

namespace lanyard::store {
namespace {

const Stmt kJournalMode{"PRAGMA journal_mode"};

class SqliteRow final : public Row {
 public:
  explicit SqliteRow(sqlite3_stmt* stmt) : stmt_(stmt) {}
  bool is_null(int column) const override { return type(column) == SQLITE_NULL; }
  std::int64_t integer(int column) const override {
    if (type(column) != SQLITE_INTEGER) wrong(column, "an integer");
    return sqlite3_column_int64(stmt_, column);
  }
  std::string_view text(int column) const override {
    const int found = type(column);
    if (found == SQLITE_NULL) return {};
    if (found != SQLITE_TEXT) wrong(column, "text");
    return bytes(column);
  }
  std::string_view blob(int column) const override {
    const int found = type(column);
    if (found == SQLITE_NULL) return {};
    if (found != SQLITE_BLOB) wrong(column, "bytes");
    return bytes(column);
  }

 private:
  int type(int column) const {
    if (column < 0 || column >= sqlite3_column_count(stmt_)) wrong(column, "a column of the statement");
    return sqlite3_column_type(stmt_, column);
  }
  std::string_view bytes(int column) const {
    const auto* data = static_cast<const char*>(sqlite3_column_blob(stmt_, column));
    return data == nullptr
               ? std::string_view()
               : std::string_view(data, static_cast<std::size_t>(sqlite3_column_bytes(stmt_, column)));
  }
  [[noreturn]] void wrong(int column, std::string_view wanted) const {
    throw std::logic_error(cat("column ", column, " is not ", wanted, ": ", sqlite3_sql(stmt_)));
  }

  sqlite3_stmt* stmt_;
};

// A null pointer would bind NULL where an empty text was meant.
const char* not_null(std::string_view text) {
  return text.data() == nullptr ? "" : text.data();
}

int bind(sqlite3_stmt* stmt, int index, const Arg::Value& value) {
  if (const auto* integer = std::get_if<std::int64_t>(&value))
    return sqlite3_bind_int64(stmt, index, *integer);
  if (const auto* text = std::get_if<std::string_view>(&value)) {
    return sqlite3_bind_text64(stmt, index, not_null(*text), text->size(), SQLITE_STATIC, SQLITE_UTF8);
  }
  if (const auto* blob = std::get_if<Blob>(&value)) {
    return sqlite3_bind_blob64(stmt, index, not_null(blob->bytes), blob->bytes.size(), SQLITE_STATIC);
  }
  return sqlite3_bind_null(stmt, index);
}

}  // namespace

struct SqliteConnection::Prepared {
  ~Prepared() { sqlite3_finalize(stmt); }
  sqlite3_stmt* stmt = nullptr;
  std::string_view sql;  // the caller's text: tells when another statement came to stand at the same address
  std::vector<int> positions;  // SQLite's parameter i + 1 is the caller's $positions[i]
  std::size_t values = 0;      // how many values the statement takes
  bool in_use = false;         // stepping, while its row function runs other statements
};

SqliteConnection::SqliteConnection(sqlite3* handle) : handle_(handle) {}

SqliteConnection::~SqliteConnection() {
  cache_.clear();
  sqlite3_close_v2(handle_);
}

Result<std::unique_ptr<SqliteConnection>> SqliteConnection::open(const std::string& path, Duration busy_time,
                                                                 int checkpoint_pages) {
  // SQLite would count each allocation under one lock of the whole process. Too late is no fault.
  static const int counts_nothing = sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
  static_cast<void>(counts_nothing);
  const bool in_memory = path == ":memory:";
  const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE |
                    SQLITE_OPEN_EXRESCODE | (in_memory ? SQLITE_OPEN_MEMORY | SQLITE_OPEN_CREATE : 0);
  sqlite3* handle = nullptr;
  const int code = sqlite3_open_v2(path.c_str(), &handle, flags, nullptr);
  if (handle == nullptr) return internal_error("SQLite found no memory for a connection");
  std::unique_ptr<SqliteConnection> connection(new SqliteConnection(handle));
  if (code != SQLITE_OK) return connection->error(code, "open");
  LANYARD_CHECK(connection->set_up(in_memory, busy_time, checkpoint_pages));
  return connection;
}

Status SqliteConnection::set_up(bool in_memory, Duration busy_time, int checkpoint_pages) {
  checkpoint_pages_ = checkpoint_pages;
  sqlite3_busy_timeout(
      handle_, static_cast<int>(std::chrono::duration_cast<std::chrono::milliseconds>(busy_time).count()));
  sqlite3_db_config(handle_, SQLITE_DBCONFIG_ENABLE_FKEY, 1, nullptr);
  sqlite3_db_config(handle_, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_db_config(handle_, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  // "x" is a name and never a text, as in PostgreSQL.
  sqlite3_db_config(handle_, SQLITE_DBCONFIG_DQS_DML, 0, nullptr);
  sqlite3_db_config(handle_, SQLITE_DBCONFIG_DQS_DDL, 0, nullptr);
  sqlite3_limit(handle_, SQLITE_LIMIT_ATTACHED, 0);
  if (!in_memory) LANYARD_CHECK(use_write_ahead_log(busy_time));
  // FULL: a commit is flushed before it is acknowledged. LIKE tells cases apart, as in PostgreSQL. The log
  // file is cut back to 64 MiB after a burst.
  static constexpr const char* kSettings =
      "PRAGMA synchronous = FULL; PRAGMA case_sensitive_like = ON; PRAGMA temp_store = MEMORY;"
      "PRAGMA journal_size_limit = 67108864; PRAGMA cell_size_check = ON;";
  const int code = sqlite3_exec(handle_, kSettings, nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return error(code, kSettings);
  sqlite3_wal_hook(handle_, after_commit, this);
  return {};
}

// SQLite would copy the log into the file by itself, but keep it to itself when the disk does not keep the
// copy.
int SqliteConnection::after_commit(void* self, sqlite3* handle, const char* name, int pages) {
  auto& connection = *static_cast<SqliteConnection*>(self);
  if (pages < connection.checkpoint_pages_) return SQLITE_OK;
  const int code = sqlite3_wal_checkpoint_v2(handle, name, SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr);
  if (code == SQLITE_IOERR_FSYNC) connection.flush_failed_ = true;
  return SQLITE_OK;
}

// The mode is a property of the file. SQLite does not wait for other processes when it is changed, so this
// does.
Status SqliteConnection::use_write_ahead_log(Duration busy_time) {
  static const Stmt kUseLog{"PRAGMA journal_mode = WAL"};
  const auto deadline = std::chrono::steady_clock::now() + busy_time;
  for (;;) {
    std::string mode;
    const EachRow keep = [&mode](const Row& row) { mode = row.text(0); };
    start(Access::write);
    LANYARD_TRY(const auto read, prepare(kJournalMode.sql, false));
    const auto now = execute(*read, {}, &keep);
    if (!now.ok() && now.error().code != Code::unavailable) return now.error();
    if (now.ok() && mode == "wal") return {};
    LANYARD_TRY(const auto change, prepare(kUseLog.sql, false));
    const auto changed = execute(*change, {}, &keep);
    if (changed.ok() && mode == "wal") return {};
    if (changed.ok()) {
      return make_error(Code::unavailable, "The database file can not be used safely where it lies.",
                        "Keep it on a local disk, not on a network file system, or use PostgreSQL.",
                        cat("journal_mode stayed ", mode));
    }
    if (std::chrono::steady_clock::now() >= deadline) return changed.error();
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
}

void SqliteConnection::start(Access access) {
  failure_.reset();
  access_ = access;
}

bool SqliteConnection::in_transaction() const {
  return sqlite3_get_autocommit(handle_) == 0;
}

void SqliteConnection::abandon_transaction() noexcept {
  sqlite3_exec(handle_, "ROLLBACK", nullptr, nullptr, nullptr);
}

Status SqliteConnection::control(const Stmt& stmt) {
  auto& entry = cache_[&stmt];
  if (!entry) {
    auto prepared = prepare(stmt.sql, true);
    if (!prepared) return std::move(prepared).error();
    entry = std::move(prepared).value();
  }
  const auto done = execute(*entry, {}, nullptr);
  if (!done) return done.error();
  return {};
}

Result<std::unique_ptr<SqliteConnection::Prepared>> SqliteConnection::prepare(std::string_view sql,
                                                                              bool keep) {
  auto prepared = std::make_unique<Prepared>();
  prepared->sql = sql;
  const char* tail = nullptr;
  const int code = sqlite3_prepare_v3(handle_, sql.data(), static_cast<int>(sql.size()),
                                      keep ? SQLITE_PREPARE_PERSISTENT : 0U, &prepared->stmt, &tail);
  if (code != SQLITE_OK) return error(code, sql);
  if (prepared->stmt == nullptr) return statement_failed("there is no statement", sql);
  const std::string_view rest = trim(sql.substr(static_cast<std::size_t>(tail - sql.data())));
  if (!rest.empty() && rest != ";") return statement_failed("there is more than one statement", sql);
  const int count = sqlite3_bind_parameter_count(prepared->stmt);
  for (int i = 1; i <= count; ++i) {
    const char* name = sqlite3_bind_parameter_name(prepared->stmt, i);
    const auto number = parse_integer(name == nullptr || *name != '$' ? "" : name + 1);
    // As many parameters as the highest number: none is left out, so all of them are given a value.
    if (!number || *number < 1 || *number > count)
      return statement_failed("parameters are not $1 to $n", sql);
    prepared->positions.push_back(static_cast<int>(*number));
  }
  prepared->values = static_cast<std::size_t>(count);
  return prepared;
}

Result<std::int64_t> SqliteConnection::run(const Stmt& stmt, std::span<const Arg> args, const EachRow* each) {
  auto& entry = cache_[&stmt];
  const bool same = entry && entry->sql.data() == stmt.sql.data() && entry->sql.size() == stmt.sql.size();
  if (same && !entry->in_use) return guarded(*entry, args, each);
  auto prepared = prepare(stmt.sql, !entry || !entry->in_use);
  if (!prepared) return spoil(std::move(prepared).error());
  if (entry && entry->in_use) return guarded(**prepared, args, each);
  entry = std::move(prepared).value();
  return guarded(*entry, args, each);
}

Result<std::int64_t> SqliteConnection::run_once(const std::string& sql, std::span<const Arg> args,
                                                const EachRow* each) {
  auto prepared = prepare(sql, false);
  if (!prepared) return spoil(std::move(prepared).error());
  return guarded(**prepared, args, each);
}

Result<std::int64_t> SqliteConnection::guarded(Prepared& prepared, std::span<const Arg> args,
                                               const EachRow* each) {
  if (failure_) return *failure_;
  if (args.size() != prepared.values) {
    return spoil(
        statement_failed(cat("takes ", prepared.values, " values and got ", args.size()), prepared.sql));
  }
  if (access_ == Access::read && sqlite3_stmt_readonly(prepared.stmt) == 0) {
    return spoil(statement_failed("a change inside read()", prepared.sql));
  }
  LANYARD_CHECK(check_values(args));
  auto result = execute(prepared, args, each);
  if (!result && result.error().code != Code::conflict) return spoil(std::move(result).error());
  return result;
}

Result<std::int64_t> SqliteConnection::execute(Prepared& prepared, std::span<const Arg> args,
                                               const EachRow* each) {
  // Leaves the statement ready for its next use, also when the row function throws.
  struct Use {
    explicit Use(Prepared& p) : prepared(p) { p.in_use = true; }
    ~Use() {
      sqlite3_reset(prepared.stmt);
      sqlite3_clear_bindings(prepared.stmt);
      prepared.in_use = false;
    }
    Prepared& prepared;
  } const use(prepared);

  for (std::size_t i = 0; i < prepared.positions.size(); ++i) {
    const Arg& arg = args[static_cast<std::size_t>(prepared.positions[i] - 1)];
    const int code = bind(prepared.stmt, static_cast<int>(i + 1), arg.value());
    if (code != SQLITE_OK) return error(code, prepared.sql);
  }
  const std::int64_t before = sqlite3_total_changes64(handle_);
  const SqliteRow row(prepared.stmt);
  std::int64_t rows = 0;
  for (;;) {
    const int code = sqlite3_step(prepared.stmt);
    if (code == SQLITE_DONE) break;
    if (code != SQLITE_ROW) return error(code, prepared.sql);
    ++rows;
    if (each != nullptr) (*each)(row);
  }
  if (each != nullptr) return rows;
  // Statements that change no rows leave the count of the statement before them.
  return sqlite3_total_changes64(handle_) == before ? 0 : sqlite3_changes64(handle_);
}

Error SqliteConnection::spoil(Error error) {
  if (!failure_) failure_ = error;
  return error;
}

Error SqliteConnection::error(int code, std::string_view sql) {
  if (code == SQLITE_IOERR_FSYNC || code == SQLITE_IOERR_DIR_FSYNC) flush_failed_ = true;
  const std::string said = cat("SQLite: ", sqlite3_errmsg(handle_), " (", code, ")");
  switch (code) {
    case SQLITE_CONSTRAINT_UNIQUE:
    case SQLITE_CONSTRAINT_PRIMARYKEY:
    case SQLITE_CONSTRAINT_ROWID:
      return duplicate_row(said);
    default:
      break;
  }
  switch (code & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return database_unavailable("The database is locked by another process.", said);
    case SQLITE_FULL:
      return database_unavailable("The disk of the database is full.", said);
    case SQLITE_READONLY:
      return database_unavailable("The database can only be read at the moment.", said);
    case SQLITE_CANTOPEN:
      return database_unavailable("The database file can not be opened.", said);
    case SQLITE_IOERR:
      return database_unavailable("The disk of the database does not work as it should.", said);
    case SQLITE_NOMEM:
      return database_unavailable("There is not enough memory for the database.", said);
    case SQLITE_NOTADB:
      return make_error(Code::invalid, "The database file is not a SQLite database.",
                        "Check the path; keep the file, it may be something else.", said);
    default:
      return statement_failed(said, sql);
  }
}

}  // namespace lanyard::store
