// Marks tell caches when an account changed, without naming it: a fixed table of counters, one picked by the
// account's id. Two accounts that share a counter only cost a cache entry that was still good.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <string_view>

#include "base/ids.h"
#include "base/time.h"

namespace lanyard::journal {

// Thread-safe; reading costs two atomic loads.
class Marks {
 public:
  struct Mark {
    std::uint32_t account = 0, everybody = 0;
    friend bool operator==(const Mark&, const Mark&) = default;
  };
  // Take it before reading the database: what is cached under an older mark is not believed.
  Mark of(const AccountId& account) const;
  Mark at(std::uint32_t slot) const;
  static std::uint32_t slot(const AccountId& account);

  void move(const AccountId& account);
  void move_everybody();

  // When changes of other processes were last known to be complete (monotonic clock).
  void confirmed(SteadyTime at) { confirmed_.store(at.time_since_epoch().count()); }
  bool confirmed_since(SteadyTime at) const { return confirmed_.load() >= at.time_since_epoch().count(); }

 private:
  static constexpr std::uint32_t kSlots = 1U << 16;
  std::array<std::atomic<std::uint32_t>, kSlots> accounts_{};
  std::atomic<std::uint32_t> everybody_{0};
  std::atomic<std::int64_t> confirmed_{0};
};

}  // namespace lanyard::journal
