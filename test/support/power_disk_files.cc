// What SQLite calls of a PowerDisk: files, their locks, and the memory that connections share.
#include <sqlite3.h>

#include <algorithm>
#include <atomic>
#include <cstring>
#include <new>

#include "test/support/power_disk_state.h"

namespace lanyard::test {
namespace {

using State = PowerDisk::State;

struct Handle {
  sqlite3_file base;
  State* state;
  DiskFileRef file;
  std::string name;
  int lock;
  bool
      syncs_folder;  // as in SQLite's own: the first flush of a log through a handle makes its name last, too
  bool uses_shared, removed_at_close;
  unsigned shared_slots, exclusive_slots;
};

Handle& handle(sqlite3_file* file) {
  return *reinterpret_cast<Handle*>(file);
}
State& state_of(sqlite3_vfs* vfs) {
  return *static_cast<State*>(vfs->pAppData);
}

int unlock_to(Handle& h, int level) {
  Locks& locks = h.file->locks;
  if (level < SQLITE_LOCK_RESERVED) {
    for (const void** one : {&locks.reserved, &locks.pending, &locks.exclusive})
      if (*one == &h) *one = nullptr;
  }
  if (level == SQLITE_LOCK_NONE && h.lock > SQLITE_LOCK_NONE) --locks.shared;
  h.lock = level;
  return SQLITE_OK;
}

int close(sqlite3_file* file) {
  Handle& h = handle(file);
  {
    const std::lock_guard lock(h.state->mutex);
    unlock_to(h, SQLITE_LOCK_NONE);
    if (h.removed_at_close && !h.name.empty()) h.state->remove(h.name, false);
    --h.state->open_files;
  }
  h.~Handle();
  return SQLITE_OK;
}

int read(sqlite3_file* file, void* into, int amount, sqlite3_int64 offset) {
  Handle& h = handle(file);
  const std::lock_guard lock(h.state->mutex);
  const std::string& seen = h.file->seen;
  const auto from = std::min(seen.size(), static_cast<std::size_t>(offset));
  const auto count = std::min(static_cast<std::size_t>(amount), seen.size() - from);
  std::memcpy(into, seen.data() + from, count);
  if (count == static_cast<std::size_t>(amount)) return SQLITE_OK;
  std::memset(static_cast<char*>(into) + count, 0, static_cast<std::size_t>(amount) - count);
  return SQLITE_IOERR_SHORT_READ;
}

int write(sqlite3_file* file, const void* from, int amount, sqlite3_int64 offset) {
  Handle& h = handle(file);
  const std::lock_guard lock(h.state->mutex);
  const bool was_ended = h.state->ended;
  const bool goes_on = h.state->count_change();
  if (was_ended) return SQLITE_IOERR_WRITE;
  const std::string_view bytes(static_cast<const char*>(from), static_cast<std::size_t>(amount));
  // The write in the middle of which the power goes.
  if (!goes_on && h.state->chance_of(0.5)) return SQLITE_IOERR_WRITE;
  if (!h.state->write(*h.file, static_cast<std::size_t>(offset), bytes)) return SQLITE_FULL;
  return goes_on ? SQLITE_OK : SQLITE_IOERR_WRITE;
}

int truncate(sqlite3_file* file, sqlite3_int64 size) {
  Handle& h = handle(file);
  const std::lock_guard lock(h.state->mutex);
  if (!h.state->count_change()) return SQLITE_IOERR_TRUNCATE;
  h.state->set_length(*h.file, static_cast<std::size_t>(size));
  return SQLITE_OK;
}

int sync(sqlite3_file* file, int) {
  Handle& h = handle(file);
  const std::lock_guard lock(h.state->mutex);
  const bool was_ended = h.state->ended;
  const bool goes_on = h.state->count_change();
  if (was_ended) return SQLITE_IOERR_FSYNC;
  // The power goes during the flush, or after it and before anybody hears of it.
  if (!goes_on && h.state->chance_of(0.7)) return SQLITE_IOERR_FSYNC;
  if (!h.state->flush(*h.file)) return SQLITE_IOERR_FSYNC;
  if (h.syncs_folder) h.state->flush_names();
  h.syncs_folder = false;
  return goes_on ? SQLITE_OK : SQLITE_IOERR_FSYNC;
}

int size(sqlite3_file* file, sqlite3_int64* bytes) {
  Handle& h = handle(file);
  const std::lock_guard lock(h.state->mutex);
  *bytes = static_cast<sqlite3_int64>(h.file->seen.size());
  return SQLITE_OK;
}

int take_lock(sqlite3_file* file, int level) {
  Handle& h = handle(file);
  const std::lock_guard lock(h.state->mutex);
  Locks& locks = h.file->locks;
  if (h.lock >= level) return SQLITE_OK;
  const auto others = [&h](const void* owner) { return owner != nullptr && owner != &h; };
  if (level == SQLITE_LOCK_SHARED) {
    if (others(locks.pending) || others(locks.exclusive)) return SQLITE_BUSY;
    ++locks.shared;
  } else if (level == SQLITE_LOCK_RESERVED) {
    if (others(locks.reserved)) return SQLITE_BUSY;
    locks.reserved = &h;
  } else {
    if (others(locks.reserved) || others(locks.pending)) return SQLITE_BUSY;
    locks.reserved = locks.pending = &h;
    h.lock = SQLITE_LOCK_PENDING;
    if (locks.shared > 1) return SQLITE_BUSY;
    locks.exclusive = &h;
  }
  h.lock = level;
  return SQLITE_OK;
}

int release_lock(sqlite3_file* file, int level) {
  Handle& h = handle(file);
  const std::lock_guard lock(h.state->mutex);
  return h.lock > level ? unlock_to(h, level) : SQLITE_OK;
}

int is_reserved(sqlite3_file* file, int* answer) {
  Handle& h = handle(file);
  const std::lock_guard lock(h.state->mutex);
  *answer = h.file->locks.reserved != nullptr ? 1 : 0;
  return SQLITE_OK;
}

int control(sqlite3_file*, int, void*) {
  return SQLITE_NOTFOUND;
}
int sector_size(sqlite3_file*) {
  return 4096;
}
int characteristics(sqlite3_file*) {
  return SQLITE_IOCAP_POWERSAFE_OVERWRITE;
}

int map_shared(sqlite3_file* file, int region, int bytes, int extend, void volatile** memory) {
  Handle& h = handle(file);
  const std::lock_guard lock(h.state->mutex);
  Shared& shared = h.file->shared;
  if (!h.uses_shared) ++shared.users;
  h.uses_shared = true;
  while (extend != 0 && shared.regions.size() <= static_cast<std::size_t>(region)) {
    shared.regions.push_back(std::make_unique<char[]>(static_cast<std::size_t>(bytes)));
  }
  *memory = shared.regions.size() > static_cast<std::size_t>(region)
                ? shared.regions[static_cast<std::size_t>(region)].get()
                : nullptr;
  return SQLITE_OK;
}

int lock_shared(sqlite3_file* file, int offset, int count, int flags) {
  Handle& h = handle(file);
  const std::lock_guard lock(h.state->mutex);
  Shared& shared = h.file->shared;
  const auto first = static_cast<std::size_t>(offset), last = first + static_cast<std::size_t>(count);
  if ((flags & SQLITE_SHM_LOCK) != 0) {
    for (std::size_t i = first; i < last; ++i) {
      const bool mine = (h.shared_slots & (1U << i)) != 0;
      if (shared.owner[i] != nullptr && shared.owner[i] != &h) return SQLITE_BUSY;
      if ((flags & SQLITE_SHM_EXCLUSIVE) != 0 && shared.readers[i] > (mine ? 1 : 0)) return SQLITE_BUSY;
    }
  }
  for (std::size_t i = first; i < last; ++i) {
    const unsigned bit = 1U << i;
    if ((flags & SQLITE_SHM_UNLOCK) != 0) {
      if ((h.shared_slots & bit) != 0) --shared.readers[i];
      if (shared.owner[i] == &h) shared.owner[i] = nullptr;
      h.shared_slots &= ~bit;
    } else if ((flags & SQLITE_SHM_EXCLUSIVE) != 0) {
      shared.owner[i] = &h;
    } else if ((h.shared_slots & bit) == 0) {
      ++shared.readers[i];
      h.shared_slots |= bit;
    }
  }
  return SQLITE_OK;
}

void barrier(sqlite3_file*) {
  std::atomic_thread_fence(std::memory_order_seq_cst);
}

int unmap_shared(sqlite3_file* file, int) {
  Handle& h = handle(file);
  const std::lock_guard lock(h.state->mutex);
  if (!h.uses_shared) return SQLITE_OK;
  h.uses_shared = false;
  if (--h.file->shared.users == 0) h.file->shared = {};
  return SQLITE_OK;
}

const sqlite3_io_methods kMethods{2,
                                  close,
                                  read,
                                  write,
                                  truncate,
                                  sync,
                                  size,
                                  take_lock,
                                  release_lock,
                                  is_reserved,
                                  control,
                                  sector_size,
                                  characteristics,
                                  map_shared,
                                  lock_shared,
                                  barrier,
                                  unmap_shared,
                                  nullptr,
                                  nullptr};

int open(sqlite3_vfs* vfs, const char* name, sqlite3_file* file, int flags, int* got) {
  State& state = state_of(vfs);
  const std::lock_guard lock(state.mutex);
  file->pMethods = nullptr;
  DiskFileRef found = name == nullptr ? std::make_shared<DiskFile>() : state.find(name);
  const bool creates = (flags & SQLITE_OPEN_CREATE) != 0;
  const bool is_log = (flags & (SQLITE_OPEN_WAL | SQLITE_OPEN_MAIN_JOURNAL | SQLITE_OPEN_SUPER_JOURNAL)) != 0;
  if (!found) {
    // The database itself is made before SQLite comes to it, and its name is on the plate.
    const bool is_main = (flags & SQLITE_OPEN_MAIN_DB) != 0;
    if (!is_main && !creates) return SQLITE_CANTOPEN;
    if (!state.count_change()) return SQLITE_CANTOPEN;
    found = state.make(name, is_main);
  }
  ++state.open_files;
  new (file) Handle{{&kMethods},
                    &state,
                    std::move(found),
                    name == nullptr ? "" : name,
                    SQLITE_LOCK_NONE,
                    is_log && creates,
                    false,
                    (flags & SQLITE_OPEN_DELETEONCLOSE) != 0,
                    0,
                    0};
  if (got != nullptr) *got = flags;
  return SQLITE_OK;
}

int remove(sqlite3_vfs* vfs, const char* name, int sync_folder) {
  State& state = state_of(vfs);
  const std::lock_guard lock(state.mutex);
  if (!state.count_change()) return SQLITE_IOERR_DELETE;
  return state.remove(name, sync_folder != 0) ? SQLITE_OK : SQLITE_IOERR_DELETE_NOENT;
}

int access(sqlite3_vfs* vfs, const char* name, int, int* answer) {
  State& state = state_of(vfs);
  const std::lock_guard lock(state.mutex);
  const DiskFileRef found = state.find(name);
  // As SQLite's own: an empty file does not count as a log that is to be played.
  *answer = found && !found->seen.empty() ? 1 : 0;
  return SQLITE_OK;
}

int full_name(sqlite3_vfs*, const char* name, int room, char* out) {
  if (std::strlen(name) + 1 > static_cast<std::size_t>(room)) return SQLITE_CANTOPEN;
  std::memcpy(out, name, std::strlen(name) + 1);
  return SQLITE_OK;
}

}  // namespace

sqlite3_vfs make_vfs(PowerDisk::State& state, sqlite3_vfs& before) {
  sqlite3_vfs vfs = before;  // chance, sleep and time stay the system's
  vfs.iVersion = 2;
  vfs.szOsFile = sizeof(Handle);
  vfs.pNext = nullptr;
  vfs.zName = "lanyard-power-disk";
  vfs.pAppData = &state;
  vfs.xOpen = open;
  vfs.xDelete = remove;
  vfs.xAccess = access;
  vfs.xFullPathname = full_name;
  return vfs;
}

}  // namespace lanyard::test
