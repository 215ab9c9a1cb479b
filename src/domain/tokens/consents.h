// What people allowed a client, remembered by client and set of scopes.
#pragma once

#include <string>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "base/time.h"
#include "domain/journal/journal.h"

namespace lanyard::tokens {

struct Consent {
  AccountId account;
  ClientId client;
  std::vector<std::string> scopes, audience;
  Time given_at{};
};

// Thread-safe.
class Consents {
 public:
  explicit Consents(journal::Ledger& ledger) : ledger_(ledger) {}
  // Whether everything that is asked for was allowed before. `since`: when the client was made; what was
  // allowed earlier was allowed another client of the same name.
  Result<bool> covers(const AccountId& account, const ClientId& client,
                      const std::vector<std::string>& scopes, const std::vector<std::string>& audience,
                      Time since = {});
  // Adds to what was allowed since then. Journals "consent.given".
  Status give(const Consent& consent, const access::Actor& actor, Time since = {});
  // Journals "consent.withdrawn"; ending the grants is Grants::end_of_client.
  Status withdraw(const AccountId& account, const ClientId& client, const access::Actor& actor);
  Result<std::vector<Consent>> list(const AccountId& account);

 private:
  journal::Ledger& ledger_;
};

}  // namespace lanyard::tokens
