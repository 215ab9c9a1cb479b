#include "platform/store/sqlite.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <new>

#include "base/text.h"
#include "platform/store/nesting.h"
#include "platform/store/pool.h"
#include "platform/store/sqlite_connection.h"
#include "platform/store/write_queue.h"

namespace lanyard::store {
namespace {

using Connections = Pool<SqliteConnection>;
using Access = SqliteConnection::Access;

const Stmt kBeginRead{"BEGIN"};
// Takes the write lock at once: a transaction that read first and wants to write later could not wait for it.
const Stmt kBeginWrite{"BEGIN IMMEDIATE"};
const Stmt kCommit{"COMMIT"};
const Stmt kRollBack{"ROLLBACK"};
const Stmt kSavepoint{"SAVEPOINT one_write"};
const Stmt kRelease{"RELEASE one_write"};
const Stmt kUndo{"ROLLBACK TO one_write"};

// Ends what is open on a connection, whatever state it is in, also without memory.
void end(SqliteConnection& connection) noexcept {
  if (!connection.in_transaction()) return;
  try {
    const Status ignored = connection.control(kRollBack);
    static_cast<void>(ignored);
  } catch (const std::bad_alloc&) {
    connection.abandon_transaction();
  }
}

constexpr std::string_view kNothingIsSaved =
    "Nothing is saved until the disk was looked after and Lanyard was started again.";

Error disk_failed(std::string_view hint = kNothingIsSaved, std::string cause = {}) {
  return make_error(Code::unavailable, "The disk of the database failed while something was saved.",
                    std::string(hint), std::move(cause));
}

// The write lock is held from begin() to commit() or roll_back(), never while nobody writes, so that other
// processes (the command line beside the server) get their turn.
class SqliteTransaction final : public GroupTransaction {
 public:
  // `owner` is the database that nested transactions are told apart by. `stopped` is set when the disk
  // failed.
  SqliteTransaction(Connections& connections, const void* owner, std::atomic<bool>& stopped, const Log& log)
      : connections_(connections), owner_(owner), stopped_(stopped), log_(log) {}

  Status begin() override {
    fate_ = Fate::lost;
    if (stopped_) return disk_failed();
    if (!lease_) {
      LANYARD_TRY(lease_, connections_.take());
    }
    end(*lease_);  // of a group that was left by an exception
    Status begun = lease_->control(kBeginWrite);
    if (!begun.ok()) {
      lease_.release();
      return begun;
    }
    fate_ = Fate::alive;
    return {};
  }

  Status run(const Database::Work& work) override {
    try {
      return run_in_savepoint(work);
    } catch (...) {
      undo();
      throw;
    }
  }

  Status commit() override {
    Status committed;
    try {
      committed = lease_->control(kCommit);
    } catch (...) {  // no memory to say what went wrong
      fate_ = Fate::lost;
      if (lease_->flush_failed()) stopped_ = true;
      throw;
    }
    if (lease_->flush_failed()) return stop(committed);
    if (!committed.ok()) {
      fate_ = Fate::lost;
      return committed;
    }
    lease_.release();
    return {};
  }

  void roll_back() noexcept override {
    if (lease_) end(*lease_);
    lease_.release();
  }

  Fate fate() const override { return fate_; }

 private:
  Status run_in_savepoint(const Database::Work& work) {
    SqliteConnection& connection = *lease_;
    LANYARD_CHECK(settled(connection.control(kSavepoint)));
    connection.start(Access::write);
    Status status;
    {
      const InsideTransaction inside(owner_);
      status = work(connection);
    }
    if (connection.failure()) status = *connection.failure();
    if (!status.ok()) {
      undo();
      return status;
    }
    return settled(connection.control(kRelease));
  }

  // The kernel forgets what it could not bring to the disk, so a later flush that succeeds proves nothing.
  // What was acknowledged before is safe; from here on nothing would be.
  Status stop(const Status& committed) {
    stopped_ = true;
    log_.error(
        "store.disk_failed",
        {{"cause", committed.ok() ? "the log could not be copied into the file" : committed.error().cause},
         {"hint", "look after the disk, then start Lanyard again; until then nothing is saved"}});
    if (committed.ok()) {
      lease_.release();
      return {};
    }
    fate_ = Fate::lost;
    return disk_failed("Look whether the change is there when Lanyard was started again.",
                       committed.error().cause);
  }
  // Until it is done, also when an exception ends it: what this closure did must not be committed.
  void undo() {
    fate_ = Fate::lost;
    // A full disk makes SQLite end the whole transaction by itself.
    if (!lease_->in_transaction()) return;
    if (lease_->control(kUndo).ok() && lease_->control(kRelease).ok()) fate_ = Fate::alive;
  }
  Status settled(Status status) {
    if (!status.ok()) fate_ = Fate::lost;
    return status;
  }

  Connections& connections_;
  const void* owner_;
  std::atomic<bool>& stopped_;
  const Log& log_;
  Connections::Lease lease_;
  Fate fate_ = Fate::lost;
};

class SqliteDatabase final : public Database {
 public:
  SqliteDatabase(const std::string& path, const DatabaseOptions& options, const Log& log, int pages)
      : in_memory_(path == ":memory:"),
        readers_(in_memory_ ? 1 : std::max(1U, options.connections), options.busy_time,
                 opener(path, options, pages)),
        writer_(1, options.busy_time, opener(path, options, pages)),
        queue_(std::make_unique<SqliteTransaction>(in_memory_ ? readers_ : writer_, this, disk_failed_, log),
               options.busy_time, log) {}

  Status read(const Work& work) override {
    refuse_nesting(this);
    LANYARD_TRY(const auto connection, readers_.take());
    end(*connection);  // there was no memory to end the one before
    connection->start(Access::read);
    LANYARD_CHECK(connection->control(kBeginRead));
    struct End {
      ~End() { end(connection); }
      SqliteConnection& connection;
    } const end_after{*connection};
    const InsideTransaction inside(this);
    Status status = work(*connection);
    if (connection->failure()) return *connection->failure();
    return status;
  }

  Status write(const Work& work) override {
    refuse_nesting(this);
    return queue_.write(work);
  }

  Engine engine() const override { return Engine::sqlite; }
  WriteCounts counts() const override { return queue_.counts(); }

  Status ping() override {
    static const Stmt kLook{"SELECT count(*) FROM sqlite_schema"};
    if (disk_failed_) return disk_failed();
    return read([](Connection& c) -> Status {
      LANYARD_CHECK(c.exec(kLook));
      return {};
    });
  }

 private:
  static Connections::Make opener(const std::string& path, const DatabaseOptions& options, int pages) {
    return [path, busy_time = options.busy_time, pages] {
      return SqliteConnection::open(path, busy_time, pages);
    };
  }

  const bool in_memory_;
  std::atomic<bool> disk_failed_ = false;
  Connections readers_;
  Connections writer_;
  WriteQueue queue_;
};

// SQLite flushes the file, not the name that it got here.
Status keep_name(const std::string& folder) {
  const int handle = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const bool kept = handle >= 0 && ::fsync(handle) == 0;
  const int why = errno;
  if (handle >= 0) ::close(handle);
  // Some file systems do not know how to flush a folder; they keep names by themselves.
  if (kept || why == EINVAL || why == EACCES) return {};
  return make_error(Code::unavailable, cat("The folder ", folder, " of the database can not be saved."),
                    "Check the disk.", std::strerror(why));
}

// SQLite would create the file as the umask says; personal data is for the owner alone. The files beside it
// (the log and its index) take the mode of this one.
Status make_file(const std::string& path, const Log& log) {
  const int made = ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
  const std::string folder = path.substr(0, std::max<std::size_t>(1, path.rfind('/')));
  if (made >= 0) {
    ::close(made);
    return keep_name(folder);
  }
  const int why = errno;
  switch (why) {
    case EEXIST:
      break;
    case ENOENT:
    case ENOTDIR:
      return make_error(
          Code::unavailable, cat("The folder ", folder, " for the database is not there."),
          cat("Create it: install -d -m 0700 -o USER ", folder, " (the user that Lanyard runs as)."));
    case EACCES:
    case EPERM:
      return make_error(Code::unavailable,
                        cat("The folder ", folder, " does not allow the database file to be created."),
                        "Give the folder to the user that Lanyard runs as.");
    case EROFS:
      return make_error(Code::unavailable,
                        cat("The folder ", folder, " is on a file system that can only be read."),
                        "Mount it for writing, or set database.url to a path elsewhere.");
    default:
      return make_error(Code::unavailable, cat("The database file ", path, " can not be created."),
                        "Check the disk and the path in database.url.", std::strerror(why));
  }
  struct stat found {};
  if (::stat(path.c_str(), &found) != 0) {
    return make_error(Code::unavailable, cat("The database file ", path, " can not be opened."),
                      "Check its owner and that of its folder.", std::strerror(errno));
  }
  if (!S_ISREG(found.st_mode)) {
    return make_error(Code::invalid, cat(path, " is not a file."), "Set database.url to the path of a file.");
  }
  if (::access(path.c_str(), R_OK | W_OK) != 0 || ::access(folder.c_str(), W_OK | X_OK) != 0) {
    return make_error(Code::unavailable, cat("The database file ", path, " and its folder must be writable."),
                      "Give both to the user that Lanyard runs as.", std::strerror(errno));
  }
  if ((found.st_mode & 077) != 0) {
    log.warning("store.file_open_to_others", {{"path", path}, {"hint", "chmod 600"}});
  }
  return {};
}

}  // namespace

Result<std::unique_ptr<Database>> open_sqlite(const std::string& path, const DatabaseOptions& options,
                                              const Log& log, int checkpoint_pages) {
  if (path != ":memory:") {
    LANYARD_CHECK(make_file(path, log));
    LANYARD_CHECK(SqliteConnection::settle(path));
  }
  std::unique_ptr<Database> database = std::make_unique<SqliteDatabase>(path, options, log, checkpoint_pages);
  LANYARD_CHECK(database->ping());
  return database;
}

}  // namespace lanyard::store
