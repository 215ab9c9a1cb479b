// Which applications still have to be told that somebody signed out (OIDC Back-Channel Logout 1.0). The queue
// follows the journal, so that signing out never waits for it and nothing is lost when the service stops in
// between.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/ids.h"
#include "base/result.h"
#include "base/time.h"
#include "domain/journal/journal.h"

namespace lanyard::tokens {

struct Logout {
  std::string id;
  ClientId client;
  AccountId account;
  std::string sid;  // as TokenGrant::sid
  std::int64_t attempts = 0;
  Time created_at{};
};

// Thread-safe; every replica may follow and claim, each entry is queued and each message sent by one of them.
class Logouts {
 public:
  explicit Logouts(journal::Ledger& ledger) : ledger_(ledger) {}

  // Reads what the journal says since the last time: sessions that ended, accounts that were suspended or
  // closed. Queues one message for each client and `sid` that has a grant there, offline ones too. Returns
  // how many entries were read; the first call ever starts at the journal's end.
  Result<std::int64_t> follow();

  // The next message whose time has come, if there is one. For half a minute nobody else gets it.
  Result<std::optional<Logout>> claim();
  Status done(const Logout& logout);
  // It is tried again after a pause that grows from ten seconds to an hour. False: it was tried for a day and
  // is given up.
  Result<bool> failed(const Logout& logout, std::string_view reason);
  Result<std::int64_t> count();

 private:
  journal::Ledger& ledger_;
};

}  // namespace lanyard::tokens
