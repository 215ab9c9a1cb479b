// What a token may hand on to a lasting one: an API token that a program makes with a token (decision 0015).
// Nothing wider than the token itself, and nothing longer than what it rests on.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "domain/callers/caller.h"
#include "domain/credentials/credentials.h"

namespace lanyard::callers {

inline constexpr std::string_view kTokensScope = "tokens";  // "make and revoke API tokens"

struct HandingOn {
  std::vector<std::string> scopes;  // what a new token may carry; never "tokens" itself
  Time until{};                     // by when it has to end
};

// An API token with the scope "tokens" or "admin": until it ends itself. An access token of ours with the
// scope "tokens": until its grant ends where that is offline access, else until it ends itself. Everything
// else is Code::forbidden: tokens of other issuers whatever their scope says, and narrow ones of ours. How
// the account stands is not looked at; ask standing().
Result<HandingOn> what_to_hand_on(const Caller& caller);

// Code::forbidden names the first scope that is too wide; Code::invalid: the life is too long.
Status check_handed_on(const HandingOn& limits, const credentials::NewToken& wanted, Time now);

}  // namespace lanyard::callers
