// The files of a PowerDisk and what becomes of them. Everything is called with the mutex held.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "test/support/power_disk.h"

namespace lanyard::test {

constexpr std::size_t kSector = 512;

// A change that is seen and not flushed: bytes at a place, or (no bytes) the file's new length.
struct Change {
  std::size_t offset = 0;
  std::string bytes;
  bool is_length = false;
};

struct Locks {
  int shared = 0;
  const void* reserved = nullptr;
  const void* pending = nullptr;
  const void* exclusive = nullptr;
};

// The memory that the connections of a write-ahead log share. It is in no file: after a start it is made
// anew.
struct Shared {
  static constexpr int kSlots = 8;
  std::vector<std::unique_ptr<char[]>> regions;
  std::array<int, kSlots> readers{};
  std::array<const void*, kSlots> owner{};
  int users = 0;
};

struct DiskFile {
  std::string seen;
  std::string plate;
  std::deque<Change> unflushed;
  Locks locks;
  Shared shared;
};
using DiskFileRef = std::shared_ptr<DiskFile>;

struct NameChange {
  std::string name;
  DiskFileRef file;  // none: the name was removed
};

struct PowerDisk::State {
  explicit State(std::uint64_t seed) : chance(seed) {}

  // False when the end has come: the change must not be made.
  bool count_change();
  bool chance_of(double probability) { return std::uniform_real_distribution<>(0, 1)(chance) < probability; }

  DiskFileRef find(const std::string& name) const;
  DiskFileRef make(const std::string& name, bool flushed);
  bool remove(const std::string& name, bool flushed);
  bool write(DiskFile& file, std::size_t offset, std::string_view bytes);  // false: the disk is full
  void set_length(DiskFile& file, std::size_t length);
  bool flush(DiskFile& file);
  void flush_names();

  // What the plate holds after the power went.
  void lose_power();
  void apply(DiskFile& file, const Change& change, double keep);

  mutable std::mutex mutex;
  std::mt19937_64 chance;
  std::map<std::string, DiskFileRef> names;        // as they are seen
  std::map<std::string, DiskFileRef> plate_names;  // as they are on the plate
  std::deque<NameChange> unflushed_names;
  std::int64_t left = -1;  // changes until the end; -1: no end
  std::int64_t flushes_left = -1;
  bool fails_for_good = false;
  bool ended = false;
  End how = End::power;
  std::int64_t room = -1;
  int open_files = 0;
  Counts counts;
};

sqlite3_vfs make_vfs(PowerDisk::State& state, sqlite3_vfs& before);

}  // namespace lanyard::test
