// The one table of account states: which event leads from where to where. Pure.
#pragma once

#include <optional>
#include <string_view>

#include "base/result.h"
#include "domain/accounts/account.h"

namespace lanyard::accounts {

enum class Event {
  request,  // somebody new asks to be let in
  prepare,  // known beforehand
  approve,
  reject,
  activate,  // by the person's own next step, or directly by an administrator
  suspend,
  restore,  // back to approved; the next own step makes it active again
  reset,    // Arvados' unsetup: back to the start
  close,
};
std::string_view to_string(Event event);

// `from` empty: there is no account yet. Code::conflict names the state and what would be possible.
Result<State> next(std::optional<State> from, Event event);

// What a state lets its account do.
bool may_use_services(State state);  // active alone
bool may_sign_in(State state);       // sees its own pages: pending, approved, active, rejected
bool may_read(State state);          // reads what it was given: approved, active

}  // namespace lanyard::accounts
