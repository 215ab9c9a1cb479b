// Local names: unique in the whole house, and never part of an identity.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "platform/store/database.h"

namespace lanyard::accounts {

// The asserted name, or with the smallest number from 2 on that makes it free; a reserved name always gets a
// number. Empty when the name can not be a local name or when 2 to 50 are all taken: the account goes without
// one.
Result<std::optional<std::string>> pick_username(store::Connection& connection, std::string_view asserted);

// An administrator's choice: Code::invalid for an unusable or reserved name, Code::conflict for a taken one.
Result<std::string> claim_username(store::Connection& connection, std::string_view wanted);

}  // namespace lanyard::accounts
