// What an upstream asserts about a person, in our form, and how it is taken over into an account.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "domain/accounts/directory.h"
#include "domain/accounts/filing.h"

namespace lanyard::accounts {

struct Asserted {
  std::string name, given_name, family_name, institution;
  std::string email,
      key;  // canonical and as compared; both empty when none, or none that is an address, was asserted
  bool verified = false;
  std::vector<std::string> alternates;  // keys, at most ten
};
// Never fails: what can not be used is left out.
Asserted read_asserted(const Arrival& arrival);

// Takes over what changed. Only the identity that vouches for the primary address speaks for the person's
// name and primary address; a second identity adds addresses. Fields in record.kept stay. An address that
// this identity does not assert any more is forgotten. Returns the names of the account's fields that
// changed; the caller saves the record.
Result<std::vector<std::string>> refresh(Filing& filing, rows::Record& record, const Identity& identity,
                                         const Asserted& asserted);

}  // namespace lanyard::accounts
