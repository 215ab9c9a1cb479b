// Why somebody was let in or turned away: the last traces of every door, in so much memory and not more,
// found by request id, account or user name. Logins are in the journal as well, so that they survive a
// restart.
#pragma once

#include <cstddef>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "base/time.h"
#include "domain/admission/admission.h"

namespace lanyard::explain {

struct Trace {
  Time at{};
  std::string request_id;
  std::string door;                       // "signin", "gate", "api"
  std::string source;                     // provider or issuer, "" when none was recognised
  std::string issuer, subject, username;  // as far as known
  AccountId account;                      // may be empty
  bool admitted = false;
  std::string outcome;  // one sentence
  std::vector<admission::Step> steps;
};

// Thread-safe; add() is cheap enough for refusals under attack (one lock, bounded memory).
class Book {
 public:
  // A refusal at the gate takes about half a kilobyte, a login one and a half.
  explicit Book(std::size_t most_bytes = 4 << 20) : most_bytes_(most_bytes) {}
  void add(Trace trace);
  std::optional<Trace> find_by_request(std::string_view request_id) const;
  // Newest first; `words` is an account id, a user name or a subject.
  std::vector<Trace> find(std::string_view words, std::size_t limit) const;

 private:
  struct Kept {
    Trace trace;
    std::size_t bytes = 0;
  };

  const std::size_t most_bytes_;
  mutable std::mutex mutex_;
  std::deque<Kept> kept_;
  std::size_t bytes_ = 0;
};

}  // namespace lanyard::explain
