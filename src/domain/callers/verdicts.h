// The cache of proofs that were good: keyed by SHA-256 over kind, client and the whole text, never by a part
// of it (attack row 36). Bounded; the cost of a look-up does not depend on how many entries there are. An
// entry is used only while its account's mark stands, its proof has not expired, it is younger than
// cache_life, and changes of other processes could be read within stale_limit.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "base/time.h"
#include "domain/callers/caller.h"
#include "domain/journal/marks.h"
#include "platform/crypto/digest.h"

namespace lanyard::callers {

struct VerdictLimits {
  std::size_t entries = 1'000'000;
  Duration life = std::chrono::seconds(60);
  Duration stale = std::chrono::seconds(2);
};

crypto::Sha256 verdict_key(const Proof& proof);

// Thread-safe.
class Verdicts {
 public:
  Verdicts(VerdictLimits limits, const journal::Marks& marks, const Clock& clock);
  ~Verdicts();
  CallerPtr find(const crypto::Sha256& key) const;  // nullptr: not here, or not to be used any more
  // `mark` was taken before the database was read.
  void keep(const crypto::Sha256& key, CallerPtr caller, journal::Marks::Mark mark);
  void clear();
  struct Counts {
    std::uint64_t hits = 0, misses = 0, entries = 0, evicted = 0;
  };
  Counts counts() const;

 private:
  struct Shard;
  VerdictLimits limits_;
  const journal::Marks& marks_;
  const Clock& clock_;
  std::vector<std::unique_ptr<Shard>> shards_;
};

}  // namespace lanyard::callers
