#include "domain/callers/verdicts.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <limits>
#include <mutex>
#include <span>

namespace lanyard::callers {
namespace {

constexpr std::size_t kShards = 64;
constexpr std::size_t kWays = 8;         // entries that share one place; the one that ends first gives way
constexpr std::size_t kFirstPlaces = 8;  // of a shard, before it grows

std::uint64_t word(const crypto::Sha256& key, std::size_t at) {
  std::uint64_t value = 0;
  std::memcpy(&value, key.data() + at, sizeof value);
  return value;
}

}  // namespace

crypto::Sha256 verdict_key(const Proof& proof) {
  // Length before text, so that no client and token can be read as another pair.
  std::string text;
  text.reserve(proof.text.size() + proof.client.size() + 16);
  text.push_back(static_cast<char>(proof.kind));
  text.append(std::to_string(proof.client.size()));
  text.push_back(':');
  text.append(proof.client).append(proof.text);
  return crypto::sha256(text);
}

struct Verdicts::Shard {
  struct Slot {
    crypto::Sha256 key{};
    CallerPtr caller;        // nullptr: free
    std::int64_t until = 0;  // micros: the proof's expiry or the end of the entry's life, whichever is first
    std::int64_t kept_at = 0;  // steady micros
    std::uint32_t mark_slot = 0;
    journal::Marks::Mark mark;
  };

  std::span<Slot> place(const crypto::Sha256& key) {
    const std::size_t at = word(key, 8) & (slots.size() / kWays - 1);
    return {slots.data() + at * kWays, kWays};
  }

  void grow() {
    std::vector<Slot> old = std::move(slots);
    slots = std::vector<Slot>(old.size() * 2);
    for (Slot& slot : old) {
      if (!slot.caller) continue;
      const auto free = std::ranges::find_if(place(slot.key), [](const Slot& s) { return !s.caller; });
      *free = std::move(slot);  // one half of the old place: there is always room
    }
  }

  mutable std::mutex mutex;
  std::vector<Slot> slots = std::vector<Slot>(kFirstPlaces * kWays);
  std::size_t most_slots = 0;
  std::size_t most_entries = 0;
  std::uint64_t entries = 0, hits = 0, misses = 0, evicted = 0;
};

Verdicts::Verdicts(VerdictLimits limits, const journal::Marks& marks, const Clock& clock)
    : limits_(limits), marks_(marks), clock_(clock) {
  for (std::size_t i = 0; i < kShards; ++i) {
    auto shard = std::make_unique<Shard>();
    shard->most_entries = limits_.entries / kShards + 1;
    // With half as many slots again as entries, fewer than one entry in a hundred has to give way to another
    // before the limit is reached.
    shard->most_slots =
        std::max(kFirstPlaces * kWays, std::bit_ceil(shard->most_entries + shard->most_entries / 2));
    shards_.push_back(std::move(shard));
  }
}

Verdicts::~Verdicts() = default;

CallerPtr Verdicts::find(const crypto::Sha256& key) const {
  Shard& shard = *shards_[word(key, 0) % kShards];
  const std::int64_t now = to_micros(clock_.now());
  const SteadyTime steady = clock_.steady();
  // Changes of other processes must have been read lately; otherwise nothing here is believed.
  const bool fresh =
      marks_.confirmed_since(steady - std::chrono::duration_cast<SteadyTime::duration>(limits_.stale));
  const std::int64_t steady_micros = std::chrono::duration_cast<Duration>(steady.time_since_epoch()).count();
  const std::lock_guard lock(shard.mutex);
  for (const Shard::Slot& slot : shard.place(key)) {
    if (!slot.caller || slot.key != key) continue;
    const bool good = fresh && now < slot.until && steady_micros - slot.kept_at < limits_.life.count() &&
                      marks_.at(slot.mark_slot) == slot.mark;
    if (!good) break;
    ++shard.hits;
    return slot.caller;
  }
  ++shard.misses;
  return nullptr;
}

void Verdicts::keep(const crypto::Sha256& key, CallerPtr caller, journal::Marks::Mark mark) {
  if (!caller) return;
  Shard& shard = *shards_[word(key, 0) % kShards];
  Shard::Slot entry;
  entry.key = key;
  entry.until = to_micros(caller->expires_at);
  entry.kept_at = std::chrono::duration_cast<Duration>(clock_.steady().time_since_epoch()).count();
  entry.mark_slot = journal::Marks::slot(caller->person->account.id);
  entry.mark = mark;
  entry.caller = std::move(caller);
  const std::int64_t now = to_micros(clock_.now());
  const std::lock_guard lock(shard.mutex);
  for (;;) {
    const auto place = shard.place(key);
    auto target =
        std::ranges::find_if(place, [&](const Shard::Slot& slot) { return slot.caller && slot.key == key; });
    const bool is_full = shard.entries >= shard.most_entries;
    const bool is_empty =
        std::ranges::none_of(place, [](const Shard::Slot& slot) { return slot.caller != nullptr; });
    if (target == place.end() && (!is_full || is_empty))
      target = std::ranges::find_if(place, [](const Shard::Slot& slot) { return !slot.caller; });
    if (target == place.end()) {
      target = std::ranges::find_if(place, [&](const Shard::Slot& slot) {
        if (!slot.caller) return false;
        return slot.until <= now || entry.kept_at - slot.kept_at >= limits_.life.count() ||
               marks_.at(slot.mark_slot) != slot.mark;
      });
    }
    if (target == place.end() && !is_full && shard.slots.size() * 2 <= shard.most_slots) {
      shard.grow();
      continue;
    }
    if (target == place.end()) {
      target = std::ranges::min_element(place, {}, [](const Shard::Slot& slot) {
        return slot.caller ? slot.kept_at : std::numeric_limits<std::int64_t>::max();
      });
      ++shard.evicted;
    }
    if (!target->caller) ++shard.entries;
    *target = std::move(entry);
    return;
  }
}

void Verdicts::clear() {
  for (const auto& shard : shards_) {
    const std::lock_guard lock(shard->mutex);
    shard->slots = std::vector<Shard::Slot>(kFirstPlaces * kWays);
    shard->entries = 0;
  }
}

Verdicts::Counts Verdicts::counts() const {
  Counts counts;
  for (const auto& shard : shards_) {
    const std::lock_guard lock(shard->mutex);
    counts.hits += shard->hits;
    counts.misses += shard->misses;
    counts.entries += shard->entries;
    counts.evicted += shard->evicted;
  }
  return counts;
}

}  // namespace lanyard::callers
