#include <algorithm>
#include <utility>

#include "base/text.h"
#include "domain/journal/journal.h"
#include "domain/journal/rows.h"

namespace lanyard::journal {
namespace {

constexpr std::int64_t kPage = 1000;

// Follows the chain and stops at the first link that does not hold.
class Walk {
 public:
  void step(const rows::Chained& entry) {
    if (!what_.empty()) return;
    const std::int64_t seq = entry.link.seq;
    if (seq != last_ + 1) return fail(last_ + 1, removed(last_ + 1, seq - 1));
    if (entry.previous_hash != hash_)
      return fail(seq, cat("Entry ", seq,
                           " does not follow the entry before it: entries were reordered or replaced here."));
    if (entry.hash != hash_link(hash_, entry.link)) return fail(seq, cat("Entry ", seq, " was edited."));
    last_ = seq;
    hash_ = entry.hash;
  }
  void fail(std::int64_t at, std::string what) {
    broken_at_ = at;
    what_ = std::move(what);
  }
  static std::string removed(std::int64_t first, std::int64_t last) {
    return first == last ? cat("Entry ", first, " was removed.")
                         : cat("Entries ", first, " to ", last, " were removed.");
  }
  bool broken() const { return !what_.empty(); }
  std::int64_t last() const { return last_; }
  const std::string& hash() const { return hash_; }
  VerifyReport report() const {
    return {.intact = what_.empty(),
            .entries = last_,
            .broken_at = broken_at_,
            .what = what_,
            .head = hex_encode(hash_)};
  }

 private:
  std::int64_t last_ = 0, broken_at_ = 0;
  std::string hash_{first_previous_hash()};
  std::string what_;
};

}  // namespace

Result<VerifyReport> verify(store::Database& database) {
  Walk walk;
  rows::Head head;
  std::int64_t last_written = 0;
  bool has_head = false;
  const Status read = database.read([&](store::Connection& connection) -> Status {
    LANYARD_TRY(auto found, rows::find_head(connection));
    LANYARD_TRY(const auto last, rows::last_seq(connection));
    has_head = found.has_value();
    if (found) head = *std::move(found);
    last_written = last.value_or(0);
    return {};
  });
  LANYARD_CHECK(read);

  // Entries never change once written, so pages may be read one by one; what is appended meanwhile stands
  // behind the head that was read first and is left for the next time.
  const std::int64_t last = has_head ? std::max(head.seq, last_written) : last_written;
  bool more = true;
  std::int64_t cursor = 0;
  while (more && !walk.broken()) {
    const Status page = database.read([&](store::Connection& connection) -> Status {
      LANYARD_TRY(const auto count,
                  rows::each_chained(connection, cursor, last, kPage, [&](const rows::Chained& entry) {
                    walk.step(entry);
                    cursor = entry.link.seq;
                  }));
      more = count == kPage;
      return {};
    });
    LANYARD_CHECK(page);
  }
  if (walk.broken()) return walk.report();
  if (!has_head) {
    if (walk.last() > 0)
      walk.fail(walk.last() + 1,
                "The head of the journal was removed; entries after the last may be missing.");
  } else if (walk.last() < head.seq) {
    walk.fail(walk.last() + 1,
              cat("The journal was cut off at its end. ", Walk::removed(walk.last() + 1, head.seq)));
  } else if (walk.last() > head.seq) {
    walk.fail(head.seq + 1, cat("The head of the journal was set back to entry ", head.seq, "."));
  } else if (walk.hash() != head.hash) {
    walk.fail(head.seq, cat("Entry ", head.seq,
                            " is not the one that the head of the journal names: the end was replaced."));
  }
  return walk.report();
}

}  // namespace lanyard::journal
