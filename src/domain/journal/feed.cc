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
  const Status done = database_.read([&](store::Connection& connection) -> Status {
    LANYARD_TRY(const auto head, rows::find_head(connection));
    const std::int64_t last = head ? head->seq : 0;
    // At the start, after a restored backup, or far behind: nothing that is cached can be trusted.
    if (!seq_ || last < *seq_ || last - *seq_ > kMost) {
      everybody = true;
      reached = last;
      return {};
    }
    while (reached < last) {
      const std::int64_t before = reached;
      LANYARD_TRY(const auto count, rows::each_concerned(connection, before, kPage,
                                                         [&](std::int64_t seq, std::string_view concerns) {
                                                           reached = seq;
                                                           if (concerns == "*") {
                                                             everybody = true;
                                                           } else if (!concerns.empty()) {
                                                             accounts.emplace_back(std::string(concerns));
                                                           }
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
  marks_.confirmed(begun);
  return read;
}

}  // namespace lanyard::journal
