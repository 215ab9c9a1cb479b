// What a process finds in the log of the one before it.
#include <sqlite3.h>

#include <algorithm>
#include <vector>

#include "platform/store/sqlite_connection.h"

namespace lanyard::store {
namespace {

constexpr sqlite3_int64 kStep = 1 << 16;

}  // namespace

Status SqliteConnection::settle(const std::string& path) {
  static const Stmt kLook{"SELECT count(*) FROM sqlite_schema"};
  sqlite3* handle = nullptr;
  const int flags =
      SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE | SQLITE_OPEN_EXRESCODE;
  const int opened = sqlite3_open_v2(path.c_str(), &handle, flags, nullptr);
  if (handle == nullptr) return internal_error("SQLite found no memory for a connection");
  SqliteConnection connection(handle);  // closes it
  if (opened != SQLITE_OK) return connection.error(opened, "open");
  // Alone with the file: whoever else has it open keeps the log alive, and then nothing is read anew.
  sqlite3_exec(handle, "PRAGMA locking_mode = EXCLUSIVE; PRAGMA synchronous = FULL", nullptr, nullptr,
               nullptr);
  Status looked = connection.control(kLook);
  if (!looked.ok()) return (sqlite3_errcode(handle) & 0xff) == SQLITE_BUSY ? Status() : looked;
  return connection.rewrite_log();
}

// The same bytes once more, so that the kernel has to bring them to the disk, before anything relies on them.
Status SqliteConnection::rewrite_log() {
  sqlite3_file* log = nullptr;
  if (sqlite3_file_control(handle_, "main", SQLITE_FCNTL_JOURNAL_POINTER, &log) != SQLITE_OK) return {};
  if (log == nullptr || log->pMethods == nullptr) return {};
  sqlite3_int64 size = 0;
  int code = log->pMethods->xFileSize(log, &size);
  std::vector<char> bytes(static_cast<std::size_t>(std::min(size, kStep)));
  for (sqlite3_int64 at = 0; code == SQLITE_OK && at < size; at += kStep) {
    const int count = static_cast<int>(std::min(kStep, size - at));
    code = log->pMethods->xRead(log, bytes.data(), count, at);
    if (code == SQLITE_OK) code = log->pMethods->xWrite(log, bytes.data(), count, at);
  }
  if (code == SQLITE_OK && size > 0) code = log->pMethods->xSync(log, SQLITE_SYNC_NORMAL);
  if (code != SQLITE_OK) return error(code, "the log of an earlier process");
  code = sqlite3_wal_checkpoint_v2(handle_, nullptr, SQLITE_CHECKPOINT_TRUNCATE, nullptr, nullptr);
  if (code != SQLITE_OK) return error(code, "the log of an earlier process, into the file");
  return {};
}

}  // namespace lanyard::store
