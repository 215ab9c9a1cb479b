// The journal's tables: entries, and the head of the chain. Cursors belong to their readers.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "domain/journal/chain.h"
#include "domain/journal/journal.h"
#include "platform/store/database.h"

namespace lanyard::journal::rows {

struct Head {
  std::int64_t seq = 0;
  std::string hash;
};

// Takes the next numbers after the head and holds the head until the transaction ends; an empty chain gets
// its head here. `count` numbers belong to the caller: head.seq + 1 … head.seq + count.
Result<Head> advance(store::Connection& connection, std::int64_t count);
Status set_head_hash(store::Connection& connection, std::string_view hash);
Result<std::optional<Head>> find_head(store::Connection& connection);

struct Chained {
  Link link;
  std::string_view previous_hash, hash;
};
Status insert(store::Connection& connection, const std::vector<Chained>& entries);

// In order of seq, `after` < seq <= `last`, at most `limit`.
Result<std::int64_t> each_chained(store::Connection& connection, std::int64_t after, std::int64_t last,
                                  std::int64_t limit, const std::function<void(const Chained&)>& each);
struct Concerned {
  std::int64_t seq = 0;
  std::string_view concerns, previous_hash, hash;
};
Result<std::int64_t> each_concerned(store::Connection& connection, std::int64_t after, std::int64_t limit,
                                    const std::function<void(const Concerned&)>& each);
Result<std::optional<std::int64_t>> last_seq(store::Connection& connection);

enum class Direction { after, before };
Result<std::vector<Entry>> list(store::Connection& connection, Direction direction, std::int64_t seq,
                                const Filter& filter, std::int64_t limit);

}  // namespace lanyard::journal::rows
