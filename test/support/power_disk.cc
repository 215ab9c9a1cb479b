#include "test/support/power_disk.h"

#include <sqlite3.h>

#include <algorithm>
#include <stdexcept>

#include "test/support/power_disk_state.h"

namespace lanyard::test {

using State = PowerDisk::State;

bool State::count_change() {
  if (ended) return false;
  ++counts.changes;
  if (left < 0 || left-- > 0) return true;
  ended = true;
  return false;
}

DiskFileRef State::find(const std::string& name) const {
  const auto found = names.find(name);
  return found == names.end() ? nullptr : found->second;
}

DiskFileRef State::make(const std::string& name, bool flushed) {
  auto file = std::make_shared<DiskFile>();
  names[name] = file;
  unflushed_names.push_back({name, file});
  if (flushed) flush_names();
  return file;
}

bool State::remove(const std::string& name, bool flushed) {
  if (names.erase(name) == 0) return false;
  ++counts.removed_names;
  unflushed_names.push_back({name, nullptr});
  if (flushed) flush_names();
  return true;
}

bool State::write(DiskFile& file, std::size_t offset, std::string_view bytes) {
  const std::size_t end = offset + bytes.size();
  if (room >= 0 && end > file.seen.size()) {
    std::size_t used = end - file.seen.size();
    for (const auto& [name, one] : names) used += one->seen.size();
    if (used > static_cast<std::size_t>(room)) return false;
  }
  if (file.seen.size() < end) file.seen.resize(end);
  std::copy(bytes.begin(), bytes.end(), file.seen.begin() + static_cast<std::ptrdiff_t>(offset));
  file.unflushed.push_back({offset, std::string(bytes), false});
  return true;
}

void State::set_length(DiskFile& file, std::size_t length) {
  ++counts.truncations;
  file.seen.resize(length);
  file.unflushed.push_back({length, {}, true});
}

void State::flush_names() {
  for (auto& change : unflushed_names) {
    if (change.file)
      plate_names[change.name] = change.file;
    else
      plate_names.erase(change.name);
  }
  unflushed_names.clear();
}

bool State::flush(DiskFile& file) {
  ++counts.flushes;
  const bool fails = flushes_left == 0;
  if (flushes_left > 0) --flushes_left;
  if (!fails) {
    for (const Change& change : file.unflushed) apply(file, change, 1);
    file.unflushed.clear();
    return true;
  }
  ++counts.failed_flushes;
  if (!fails_for_good) flushes_left = -1;
  // Part of it may have come through; nobody will try the rest again, and everybody still sees all of it.
  const double keep = std::uniform_real_distribution<>(0, 1)(chance);
  for (const Change& change : file.unflushed) apply(file, change, keep);
  file.unflushed.clear();
  return false;
}

// Each sector by itself comes onto the plate with probability `keep`.
void State::apply(DiskFile& file, const Change& change, double keep) {
  if (change.is_length) {
    if (keep >= 1 || chance_of(keep)) file.plate.resize(change.offset);
    return;
  }
  const std::size_t end = change.offset + change.bytes.size();
  for (std::size_t at = change.offset; at < end;) {
    std::size_t next = std::min(end, (at / kSector + 1) * kSector);
    const std::size_t begin = at;
    at = next;
    if (keep < 1) {
      if (!chance_of(keep)) {
        ++counts.lost_sectors;
        continue;
      }
      if (chance_of(0.02)) {
        ++counts.torn_sectors;
        next = begin + std::uniform_int_distribution<std::size_t>(0, next - begin)(chance);
      }
      ++counts.kept_sectors;
    }
    if (file.plate.size() < next) file.plate.resize(next);
    const auto from = change.bytes.begin() + static_cast<std::ptrdiff_t>(begin - change.offset);
    std::copy(from, from + static_cast<std::ptrdiff_t>(next - begin),
              file.plate.begin() + static_cast<std::ptrdiff_t>(begin));
  }
}

void State::lose_power() {
  // Sometimes next to nothing, sometimes next to all of it.
  const auto some = [this] {
    const double kinds[] = {0, 0.1, 0.5, 0.9, 1};
    return kinds[std::uniform_int_distribution<std::size_t>(0, 4)(chance)];
  };
  const double names_kept = some();
  for (auto& change : unflushed_names) {
    if (!chance_of(names_kept)) continue;
    if (change.file)
      plate_names[change.name] = change.file;
    else
      plate_names.erase(change.name);
  }
  unflushed_names.clear();
  names = plate_names;
  for (auto& [name, file] : names) {
    const double keep = some();
    // In order up to somewhere, or here and there.
    const bool in_order = chance_of(0.3);
    std::size_t most = file->unflushed.size();
    if (in_order) most = std::uniform_int_distribution<std::size_t>(0, most)(chance);
    for (std::size_t i = 0; i < most; ++i) apply(*file, file->unflushed[i], in_order ? 1 : keep);
    file->unflushed.clear();
    file->seen = file->plate;
  }
}

PowerDisk::PowerDisk(std::uint64_t seed)
    : state_(std::make_unique<State>(seed)), before_(sqlite3_vfs_find(nullptr)) {
  vfs_ = std::make_unique<sqlite3_vfs>(make_vfs(*state_, *before_));
  if (sqlite3_vfs_register(vfs_.get(), 1) != SQLITE_OK) throw std::runtime_error("no file system for SQLite");
}

PowerDisk::~PowerDisk() {
  sqlite3_vfs_unregister(vfs_.get());
  sqlite3_vfs_register(before_, 1);
}

void PowerDisk::end_after(std::int64_t changes, End how) {
  const std::lock_guard lock(state_->mutex);
  state_->left = changes;
  state_->how = how;
}

bool PowerDisk::has_ended() const {
  const std::lock_guard lock(state_->mutex);
  return state_->ended;
}

void PowerDisk::start_again(End how) {
  const std::lock_guard lock(state_->mutex);
  if (state_->open_files != 0) throw std::logic_error("files are open while the machine starts");
  if (how == End::power) state_->lose_power();
  state_->ended = false;
  state_->left = -1;
  state_->flushes_left = -1;
  for (auto& [name, file] : state_->names) {
    file->locks = {};
    file->shared = {};
  }
}

void PowerDisk::fail_flush_after(std::int64_t flushes, bool for_good) {
  const std::lock_guard lock(state_->mutex);
  state_->flushes_left = flushes;
  state_->fails_for_good = for_good;
}

void PowerDisk::let_flushes_succeed() {
  fail_flush_after(-1, false);
}

void PowerDisk::set_room(std::int64_t bytes) {
  const std::lock_guard lock(state_->mutex);
  state_->room = bytes;
}

PowerDisk::Image PowerDisk::image() const {
  const std::lock_guard lock(state_->mutex);
  Image image;
  for (const auto& [name, file] : state_->names) image[name] = file->seen;
  return image;
}

void PowerDisk::load(const Image& image) {
  const std::lock_guard lock(state_->mutex);
  if (state_->open_files != 0) throw std::logic_error("files are open while the disk is changed");
  state_->names.clear();
  state_->unflushed_names.clear();
  for (const auto& [name, bytes] : image) {
    auto file = std::make_shared<DiskFile>();
    file->seen = file->plate = bytes;
    state_->names[name] = std::move(file);
  }
  state_->plate_names = state_->names;
}

PowerDisk::Counts PowerDisk::counts() const {
  const std::lock_guard lock(state_->mutex);
  return state_->counts;
}

}  // namespace lanyard::test
