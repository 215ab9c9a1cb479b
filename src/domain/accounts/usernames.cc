#include "domain/accounts/usernames.h"

#include "base/text.h"
#include "domain/accounts/names.h"
#include "domain/accounts/rows.h"

namespace lanyard::accounts {

Result<std::optional<std::string>> pick_username(store::Connection& connection, std::string_view asserted) {
  const std::string base = usable_username(asserted);
  if (base.empty()) return std::optional<std::string>();
  if (!is_reserved_username(base)) {
    LANYARD_TRY(const bool taken, rows::has_username(connection, base));
    if (!taken) return std::optional<std::string>(base);
  }
  for (int number = 2; number <= 50; ++number) {
    std::string candidate = cat(base, number);
    if (usable_username(candidate).empty()) break;  // too long
    LANYARD_TRY(const bool taken, rows::has_username(connection, candidate));
    if (!taken) return std::optional<std::string>(std::move(candidate));
  }
  return std::optional<std::string>();
}

Result<std::string> claim_username(store::Connection& connection, std::string_view wanted) {
  std::string name = usable_username(wanted);
  if (name.empty())
    return make_error(
        Code::invalid, "This can not be a user name.",
        "A user name has at most 64 letters, digits and . _ - @, begins with a letter or digit, and is not a "
        "number.");
  if (is_reserved_username(name))
    return make_error(Code::invalid, cat("The user name ", name, " is reserved."));
  LANYARD_TRY(const bool taken, rows::has_username(connection, name));
  if (taken) return make_error(Code::conflict, cat("The user name ", name, " is taken."));
  return name;
}

}  // namespace lanyard::accounts
