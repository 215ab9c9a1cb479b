#include "domain/journal/chain.h"
#include "domain/journal/journal.h"
#include "domain/journal/rows.h"

namespace lanyard::journal {
namespace {

constexpr std::int64_t kPage = 1000;
constexpr std::int64_t kMost =
    20 * kPage;  // further behind than this, forgetting everything is cheaper than reading

}  // namespace

Feed::Feed(store::Database& database, Marks& marks, const Clock& clock)
    : database_(database), marks_(marks), clock_(clock) {}

Result<std::int64_t> Feed::poll() {
  // Taken before the read: what is committed later than this is not covered.
  const SteadyTime begun = clock_.steady();
  std::int64_t read = 0;
  bool everybody = false;
  std::vector<AccountId> accounts;
  std::int64_t reached = seq_.value_or(0);
  std::string hash = hash_;  // of the entry that was reached
  const Status done = database_.read([&](store::Connection& connection) -> Status {
    LANYARD_TRY(const auto found, rows::find_head(connection));
    const rows::Head head = found.value_or(rows::Head{.seq = 0, .hash = std::string(first_previous_hash())});
    // At the start, after a restored backup, or far behind: nothing that is cached can be trusted.
    const bool lost = head.seq < reached || (head.seq == reached && head.hash != hash);
    if (!seq_ || lost || head.seq - reached > kMost) {
      everybody = true;
      reached = head.seq;
      hash = head.hash;
      return {};
    }
    while (reached < head.seq) {
      const std::int64_t before = reached;
      LANYARD_TRY(const auto count,
                  rows::each_concerned(connection, before, kPage, [&](const rows::Concerned& entry) {
                    // The backup was overtaken: other entries have the numbers of those that were read here.
                    if (entry.previous_hash != hash) everybody = true;
                    if (entry.concerns == "*") {
                      everybody = true;
                    } else if (!entry.concerns.empty()) {
                      accounts.emplace_back(std::string(entry.concerns));
                    }
                    reached = entry.seq;
                    hash = entry.hash;
                  }));
      read += count;
      if (count < kPage) break;
    }
    return {};
  });
  LANYARD_CHECK(done);
  if (everybody) marks_.move_everybody();
  for (const AccountId& account : accounts) marks_.move(account);
  seq_ = reached;
  hash_ = std::move(hash);
  marks_.confirmed(begun);
  return read;
}

}  // namespace lanyard::journal
