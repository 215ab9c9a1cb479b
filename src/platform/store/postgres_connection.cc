#include "platform/store/postgres_connection.h"

#include <libpq-fe.h>
#include <poll.h>

#include <algorithm>
#include <cerrno>
#include <chrono>

#include "base/text.h"
#include "platform/store/failures.h"
#include "platform/store/postgres_row.h"

namespace lanyard::store {
namespace {

using std::chrono::milliseconds;

// The server ends a statement that takes too long; when even that answer does not come, the connection is
// given up.
constexpr auto kGrace = std::chrono::seconds(2);
// A transaction never rests so long. When the network swallowed its end, the server would keep its locks for
// hours.
constexpr milliseconds kLongestIdle{6000};
// How often somebody who waits looks whether there is hope.
constexpr milliseconds kLook{500};
// A form is kept for each mixture of nulls and types that a statement was first used with.
constexpr std::size_t kMostForms = 16;

bool starts_with_word(std::string_view sql, std::string_view word) {
  return equal_ignoring_case(trim(sql).substr(0, word.size()), word);
}

// "postgres said this (23505)": the primary message only. The detail line would repeat values.
std::string said(const PGresult* answer, const PGconn* handle) {
  const char* text = answer == nullptr ? nullptr : PQresultErrorField(answer, PG_DIAG_MESSAGE_PRIMARY);
  const char* state = answer == nullptr ? nullptr : PQresultErrorField(answer, PG_DIAG_SQLSTATE);
  return cat("PostgreSQL: ", trim(text == nullptr ? PQerrorMessage(handle) : text), " (",
             state == nullptr ? "no state" : state, ")");
}

// The highest $n outside quotes. PostgreSQL itself takes more values than a statement has places for.
std::size_t places(std::string_view sql) {
  std::size_t most = 0;
  bool quoted = false;
  for (std::size_t i = 0; i < sql.size(); ++i) {
    if (sql[i] == '\'') quoted = !quoted;
    if (quoted || sql[i] != '$') continue;
    std::size_t number = 0;
    for (; i + 1 < sql.size() && sql[i + 1] >= '0' && sql[i + 1] <= '9'; ++i) {
      number = number * 10 + static_cast<std::size_t>(sql[i + 1] - '0');
    }
    most = std::max(most, number);
  }
  return most;
}

std::string encode_integer(std::int64_t value) {
  std::string bytes(8, '\0');
  for (int i = 0; i < 8; ++i) {
    bytes[static_cast<std::size_t>(i)] =
        static_cast<char>((static_cast<std::uint64_t>(value) >> (56 - 8 * i)) & 0xff);
  }
  return bytes;
}

}  // namespace

// All values travel in binary form, with their types, so that a statement means the same as on SQLite.
struct PostgresConnection::Values {
  explicit Values(std::span<const Arg> args) {
    integers.reserve(args.size());
    for (const Arg& arg : args) {
      const Arg::Value& value = arg.value();
      if (const auto* integer = std::get_if<std::int64_t>(&value)) {
        integers.push_back(encode_integer(*integer));
        add(kPostgresInt8, integers.back());
      } else if (const auto* text = std::get_if<std::string_view>(&value)) {
        add(kPostgresText, *text);
      } else if (const auto* blob = std::get_if<Blob>(&value)) {
        add(kPostgresBytea, blob->bytes);
      } else {
        types.push_back(0);
        data.push_back(nullptr);
        lengths.push_back(0);
      }
      formats.push_back(1);
    }
  }
  void add(unsigned type, std::string_view bytes) {
    types.push_back(type);
    data.push_back(bytes.data() == nullptr ? "" : bytes.data());
    lengths.push_back(static_cast<int>(bytes.size()));
  }
  int size() const { return static_cast<int>(types.size()); }
  bool fits(const std::vector<unsigned>& form) const {
    if (form.size() != types.size()) return false;
    for (std::size_t i = 0; i < types.size(); ++i) {
      if (types[i] != 0 && types[i] != form[i]) return false;
    }
    return true;
  }

  std::vector<std::string> integers;
  std::vector<unsigned> types;  // 0: a null, whose type the server finds out
  std::vector<const char*> data;
  std::vector<int> lengths;
  std::vector<int> formats;
};

Status PostgresConnection::check_count(std::string_view sql, const Values& values) {
  const std::size_t wanted = places(sql);
  if (wanted == values.types.size()) return {};
  return statement_failed(cat("takes ", wanted, " values and got ", values.types.size()), sql);
}

void PostgresConnection::Clear::operator()(pg_result* result) const {
  PQclear(result);
}

PostgresConnection::PostgresConnection(pg_conn* handle, const PostgresSettings& settings)
    : handle_(handle), statement_time_(settings.statement_time), silence_(settings.silence) {}

PostgresConnection::~PostgresConnection() {
  PQfinish(handle_);
}

Result<std::unique_ptr<PostgresConnection>> PostgresConnection::connect(const PostgresSettings& settings) {
  std::vector<const char*> names;
  std::vector<const char*> values;
  for (const auto& [name, value] : settings.parameters) {
    names.push_back(name.c_str());
    values.push_back(value.c_str());
  }
  names.push_back(nullptr);
  values.push_back(nullptr);
  PGconn* handle = nullptr;
  {
    const Silence::Waiting waiting(*settings.silence);
    handle = PQconnectdbParams(names.data(), values.data(), 0);
  }
  if (handle == nullptr) return internal_error("libpq found no memory for a connection");
  std::unique_ptr<PostgresConnection> connection(new PostgresConnection(handle, settings));
  if (PQstatus(handle) != CONNECTION_OK) {
    return database_unavailable("The database does not answer.",
                                cat("PostgreSQL: ", trim(PQerrorMessage(handle))));
  }
  LANYARD_CHECK(connection->set_up());
  return connection;
}

Status PostgresConnection::set_up() {
  PQsetNoticeReceiver(
      handle_,
      [](void* connection, const PGresult* notice) {
        const char* severity = PQresultErrorField(notice, PG_DIAG_SEVERITY_NONLOCALIZED);
        if (severity != nullptr && std::string_view(severity) == "WARNING")
          static_cast<PostgresConnection*>(connection)->warned_ = true;
      },
      this);
  const std::string encoding = PQparameterStatus(handle_, "server_encoding") == nullptr
                                   ? ""
                                   : PQparameterStatus(handle_, "server_encoding");
  if (encoding != "UTF8") {
    return make_error(
        Code::invalid, "The database does not keep text as UTF-8.",
        "CREATE DATABASE lanyard TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C.UTF-8'",
        cat("server_encoding is ", encoding));
  }
  const auto limit = std::chrono::duration_cast<milliseconds>(statement_time_).count();
  Status set = control(
      cat("SET client_encoding TO 'UTF8'; SET standard_conforming_strings TO on; SET TimeZone TO 'UTC'; "
          "SET synchronous_commit TO on; SET idle_in_transaction_session_timeout TO ",
          kLongestIdle.count(), "; SET statement_timeout TO ", limit)
          .c_str());
  used_ = false;
  return set;
}

void PostgresConnection::start(Mode mode) {
  mode_ = mode;
  failure_.reset();
  wants_care_ = false;
  wants_retry_ = false;
}

Status PostgresConnection::control(const char* sql) {
  if (broken_) return database_unavailable("The database does not answer.", "the connection was lost");
  warned_ = false;
  if (PQsendQuery(handle_, sql) != 1) return error(nullptr, sql);
  const Answer result = answer();
  if (!result || PQresultStatus(result.get()) != PGRES_COMMAND_OK) return error(result, sql);
  used_ = true;
  if (!starts_with_word(sql, "COMMIT")) return {};
  // What COMMIT says when the transaction had failed before.
  if (std::string_view(PQcmdStatus(result.get())) == "ROLLBACK")
    return statement_failed("the transaction had failed before its commit", sql);
  // Somebody cancelled its wait for the synchronous standby: it is on this server's disk, and gone when the
  // standby takes over. PostgreSQL calls that a success.
  if (warned_) {
    broken_ = true;
    return database_unavailable("The database does not say that it saved.",
                                "COMMIT came with a warning; its wait for a standby was cancelled");
  }
  return {};
}

// Waits for the last result of what was sent; the first one that is an error wins. None when no answer came.
PostgresConnection::Answer PostgresConnection::answer() {
  const auto began = std::chrono::steady_clock::now();
  const auto deadline = began + statement_time_ + kGrace;
  const Silence::Waiting waiting(*silence_);
  Answer last;
  for (;;) {
    for (;;) {
      const int unsent = PQflush(handle_);
      if (unsent < 0) return nullptr;
      if (unsent == 0 && PQisBusy(handle_) == 0) break;
      const auto left = std::chrono::duration_cast<milliseconds>(deadline - std::chrono::steady_clock::now());
      pollfd socket{PQsocket(handle_), static_cast<short>(unsent > 0 ? POLLIN | POLLOUT : POLLIN), 0};
      const bool over = left.count() <= 0 || silence_->is_hopeless(began);
      const int ready = over ? 0 : ::poll(&socket, 1, static_cast<int>(std::min(left, kLook).count()));
      if (!over && (ready == 0 || (ready < 0 && errno == EINTR))) continue;
      if (ready <= 0) {
        broken_ = true;
        return nullptr;
      }
      if (PQconsumeInput(handle_) != 1) return nullptr;
    }
    Answer next(PQgetResult(handle_));
    silence_->answered();
    if (!next) return last;
    const ExecStatusType status = last ? PQresultStatus(last.get()) : PGRES_COMMAND_OK;
    if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK) last = std::move(next);
  }
}

Result<const PostgresConnection::Prepared*> PostgresConnection::prepare(const Stmt& stmt,
                                                                        const Values& values) {
  Entry& entry = cache_[&stmt];
  // Another statement came to stand at the same address: the forms of the old one are of no use.
  if (entry.sql.data() != stmt.sql.data() || entry.sql.size() != stmt.sql.size()) entry = Entry{stmt.sql, {}};
  for (const Prepared& form : entry.forms) {
    if (values.fits(form.types)) return &form;
  }
  LANYARD_CHECK(check_count(stmt.sql, values));
  if (entry.forms.size() >= kMostForms) return nullptr;
  std::string name = cat("s", prepared_++);
  if (PQsendPrepare(handle_, name.c_str(), std::string(stmt.sql).c_str(), values.size(),
                    values.types.data()) != 1) {
    return error(nullptr, stmt.sql);
  }
  const Answer result = answer();
  if (!result || PQresultStatus(result.get()) != PGRES_COMMAND_OK) return error(result, stmt.sql);
  entry.forms.push_back({std::move(name), values.types});
  return &entry.forms.back();
}

Result<std::int64_t> PostgresConnection::run(const Stmt& stmt, std::span<const Arg> args,
                                             const EachRow* each) {
  if (failure_) return *failure_;
  LANYARD_CHECK(check_values(args));
  const Values values(args);
  return guarded(stmt.sql, each, [&]() -> Status {
    LANYARD_TRY(const Prepared* form, prepare(stmt, values));
    const int sent =
        form != nullptr
            ? PQsendQueryPrepared(handle_, form->name.c_str(), values.size(), values.data.data(),
                                  values.lengths.data(), values.formats.data(), 1)
            : PQsendQueryParams(handle_, std::string(stmt.sql).c_str(), values.size(), values.types.data(),
                                values.data.data(), values.lengths.data(), values.formats.data(), 1);
    if (sent != 1) return error(nullptr, stmt.sql);
    return {};
  });
}

Result<std::int64_t> PostgresConnection::run_once(const std::string& sql, std::span<const Arg> args,
                                                  const EachRow* each) {
  if (failure_) return *failure_;
  LANYARD_CHECK(check_values(args));
  const Values values(args);
  return guarded(sql, each, [&]() -> Status {
    LANYARD_CHECK(check_count(sql, values));
    if (PQsendQueryParams(handle_, sql.c_str(), values.size(), values.types.data(), values.data.data(),
                          values.lengths.data(), values.formats.data(), 1) != 1) {
      return error(nullptr, sql);
    }
    return {};
  });
}

template <class Send>
Result<std::int64_t> PostgresConnection::guarded(std::string_view sql, const EachRow* each,
                                                 const Send& send) {
  const bool savepoint = mode_ == Mode::careful_write && !starts_with_word(sql, "SELECT");
  if (savepoint) {
    Status set = control("SAVEPOINT one_statement");
    if (!set.ok()) return spoil(std::move(set).error());
  }
  Status sent = send();
  if (!sent.ok()) return spoil(std::move(sent).error());
  const Answer result = answer();
  const ExecStatusType status = result ? PQresultStatus(result.get()) : PGRES_FATAL_ERROR;
  if (status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK) {
    if (savepoint) {
      Status released = control("RELEASE one_statement");
      if (!released.ok()) return spoil(std::move(released).error());
    }
    return take(result, sql, each);
  }
  Error failed = error(result, sql);
  if (failed.code != Code::conflict || mode_ == Mode::read) return spoil(std::move(failed));
  if (!savepoint) {
    wants_care_ = true;
    // Not a conflict: a closure that tries other values until one is free would go round for ever.
    return spoil(database_unavailable("The database is busy.", "the write is run again with savepoints"));
  }
  Status undone = control("ROLLBACK TO one_statement; RELEASE one_statement");
  if (!undone.ok()) return spoil(std::move(undone).error());
  return failed;
}

Result<std::int64_t> PostgresConnection::take(const Answer& answer, std::string_view sql,
                                              const EachRow* each) const {
  if (each != nullptr) {
    PostgresRow row(answer.get());
    const int rows = PQntuples(answer.get());
    for (int i = 0; i < rows; ++i) {
      row.move_to(i);
      (*each)(row);
    }
    return rows;
  }
  if (std::string_view(PQcmdStatus(answer.get())).starts_with("SELECT")) return 0;
  const std::string_view changed = PQcmdTuples(answer.get());
  if (changed.empty()) return 0;
  const auto count = parse_integer(changed);
  if (!count) return statement_failed(cat("strange count of rows: ", changed), sql);
  return *count;
}

Error PostgresConnection::error(const Answer& answer, std::string_view sql) {
  std::string cause = said(answer.get(), handle_);
  const char* field = answer ? PQresultErrorField(answer.get(), PG_DIAG_SQLSTATE) : nullptr;
  const std::string_view state = field == nullptr ? "" : field;
  const std::string_view family = state.substr(0, 2);
  // 57P01…57P03: the server is stopping, has crashed or is starting. 0A000 and 26000: what was prepared here
  // does not fit any more, after a migration or behind a proxy; a fresh connection prepares anew.
  if (state.empty() || PQstatus(handle_) != CONNECTION_OK || family == "08" || state.starts_with("57P") ||
      state == "26000" || (state == "0A000" && cause.find("cached plan") != std::string::npos)) {
    broken_ = true;
    wants_retry_ = true;
    return database_unavailable("The database does not answer.", std::move(cause));
  }
  // The server was the leader when this connection was made, and is not any more (or never was): the next
  // connection looks for the leader among the hosts of the URL.
  if (mode_ != Mode::read && (state == "25006" || is_standby())) {
    broken_ = true;
    wants_retry_ = true;
    return database_unavailable("The database can only be read at the moment.", std::move(cause));
  }
  if (state == "23505") return duplicate_row(std::move(cause));
  if (state == "40001" || state == "40P01") {
    wants_retry_ = true;
    return database_unavailable("The database is busy.", std::move(cause));
  }
  if (state == "57014") return database_unavailable("The database took too long.", std::move(cause));
  if (state == "55P03") return database_unavailable("The database is busy.", std::move(cause));
  if (state == "53100") return database_unavailable("The disk of the database is full.", std::move(cause));
  if (family == "53")
    return database_unavailable("The database has no room left for work.", std::move(cause));
  if (family == "58")
    return database_unavailable("The disk of the database does not work as it should.", std::move(cause));
  return statement_failed(cause, sql);
}

bool PostgresConnection::is_standby() const {
  const char* told = PQparameterStatus(handle_, "in_hot_standby");
  return told != nullptr && std::string_view(told) == "on";
}

Error PostgresConnection::spoil(Error error) {
  if (!failure_) failure_ = error;
  return error;
}

}  // namespace lanyard::store
