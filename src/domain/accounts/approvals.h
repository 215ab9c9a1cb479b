// Decisions about people: the queue, approve and reject, suspend and restore, close. One mechanism for every
// door (page, API, command line, later Slack): exactly one decision wins.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "domain/access/access.h"
#include "domain/accounts/account.h"
#include "domain/accounts/lifecycle.h"
#include "domain/journal/journal.h"

namespace lanyard::accounts {

struct Request {  // a join request
  RequestId id;
  AccountId account;
  Time opened_at{};
  std::string note;
  std::string decision;  // open, approved, rejected, withdrawn
  std::optional<Time> decided_at;
  std::string decided_by, door, reason;
  std::int64_t version = 1;
};

struct Pending {
  Request request;
  Account account;
  std::vector<Identity> identities;
  std::vector<AccountId> look_alikes;  // same address or same name
};

struct Decision {
  enum class Answer { approve, reject } answer = Answer::approve;
  std::string reason;  // shown to the person when rejected
  std::string door;    // "page", "api", "command line"
  std::optional<std::int64_t>
      seen_version;  // the request as the decider saw it; Code::conflict when it moved
};

class Approvals {
 public:
  explicit Approvals(journal::Ledger& ledger) : ledger_(ledger) {}

  Result<std::vector<Pending>> list_pending(const RequestId& after, std::int64_t limit);  // oldest first
  Result<std::optional<Request>> find_open(const AccountId& account);
  Result<std::optional<Request>> find_latest(const AccountId& account);

  // Code::conflict with who decided and when, if somebody was first. Approving a rejected account is a new
  // decision.
  Result<Account> decide(const AccountId& account, const Decision& decision, const access::Actor& actor);

  // approved -> active when nothing is left to sign or fill in; anything else is returned unchanged.
  Result<Account> settle(const Account& account, const access::Actor& actor);

  // Direct changes by an administrator (access::Permission::change_accounts): activate, suspend, restore,
  // reset, close.
  Result<Account> apply(const AccountId& account, Event event, const std::string& reason,
                        const access::Actor& actor);

 private:
  journal::Ledger& ledger_;
};

}  // namespace lanyard::accounts
