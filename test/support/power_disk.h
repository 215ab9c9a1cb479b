// A disk whose power can go, under SQLite: the default file system of SQLite while the object lives. What was
// written is seen by everybody at once and is on the plate only after a flush. When the power goes, of what
// was not flushed each sector is there or not, as chance wills, the last one perhaps torn; names that were
// made or removed likewise. A flush that fails forgets what it did not bring onto the plate, as Linux does:
// the file looks right until the power goes.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <random>
#include <string>
#include <string_view>

struct sqlite3_vfs;

namespace lanyard::test {

class PowerDisk {
 public:
  enum class End {
    power,    // what was not flushed is lost in part
    process,  // killed: the kernel keeps what was written, flushed or not
  };

  explicit PowerDisk(std::uint64_t seed);
  ~PowerDisk();
  PowerDisk(const PowerDisk&) = delete;
  PowerDisk& operator=(const PowerDisk&) = delete;

  // After so many further changes nothing succeeds any more; the change in which it happens may be there.
  void end_after(std::int64_t changes, End how);
  bool has_ended() const;
  // The next start of the machine, or of the process. No file may be open. What had not come to an end ends
  // now.
  void start_again(End how);
  // The flush after so many others fails, and all after it when `for_good`.
  void fail_flush_after(std::int64_t flushes, bool for_good);
  void let_flushes_succeed();
  // Without it the disk has as much room as is wanted. In bytes, of all files together.
  void set_room(std::int64_t bytes);

  // The files as they are seen, to begin again from the same ground; all of it is on the plate afterwards.
  using Image = std::map<std::string, std::string>;
  Image image() const;
  void load(const Image& image);

  struct Counts {
    std::int64_t changes = 0, flushes = 0, failed_flushes = 0, lost_sectors = 0, torn_sectors = 0,
                 kept_sectors = 0;
    std::int64_t removed_names = 0, truncations = 0;
  };
  Counts counts() const;

  struct State;  // known to power_disk.cc alone

 private:
  std::unique_ptr<State> state_;
  std::unique_ptr<sqlite3_vfs> vfs_;
  sqlite3_vfs* before_;
};

}  // namespace lanyard::test
