// SX5: default users from a JSON file, a list or a single object.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "base/secret.h"
#include "domain/accounts/directory.h"

namespace lanyard::accounts {

struct DefaultUser {
  std::string email, institution, name, sub;
  Secret refresh_token;  // "" : none
};

// Errors name file, entry (counted from 1) and field. Fields: email, institution, name, refresh_token, sub;
// unknown ones, duplicates, a `sub` twice and an address that is none are refused.
Result<std::vector<DefaultUser>> parse_users_file(std::string_view file_name, std::string_view text);

struct UsersFileReport {
  std::int64_t created = 0, updated = 0, unchanged = 0;
};
// Loading twice changes nothing; a changed entry is updated. `issuer` is whose subjects these are.
Result<UsersFileReport> apply_users_file(const std::vector<DefaultUser>& users, const std::string& issuer,
                                         Directory& directory, const access::Actor& actor);

}  // namespace lanyard::accounts
