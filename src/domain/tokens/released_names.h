// The names by which PanDA knows people. It takes the display name for who somebody is, so a name that was
// given to it once stays with that account for good, and no second account gets one that PanDA would take for
// the same (docs/dev/decisions/0013-panda-names.md).
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "domain/clients/client.h"
#include "domain/journal/journal.h"

namespace lanyard::tokens {

// Whether tokens of this client say a name that PanDA takes for an identity.
bool is_for_panda(const clients::Client& client);

// Thread-safe.
class ReleasedNames {
 public:
  explicit ReleasedNames(journal::Ledger& ledger) : ledger_(ledger) {}

  // The account's name in tokens for PanDA: the one that was released first, whatever the account is called
  // since. At the first time `name` without groups of digits, which PanDA does not see; with a word of
  // letters behind it when another account has that name. "" when `name` is empty. Code::forbidden: a
  // character that writes another identity. Journals "name.released".
  Result<std::string> name_of(const AccountId& account, std::string_view name, std::string_view username);

 private:
  journal::Ledger& ledger_;
};

}  // namespace lanyard::tokens
