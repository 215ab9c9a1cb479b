// Where somebody stands on the way from the door to a service. Facts in, one named step out, with the reason.
// Pure: doors ask it and redirect, they never decide.
#pragma once

#include <optional>
#include <string_view>

#include "base/time.h"
#include "domain/accounts/account.h"

namespace lanyard::journey {

struct Facts {
  bool signed_in = false;
  accounts::State state = accounts::State::pending;
  bool expired = false;  // the account's expires_at has passed
  bool admitted = true;  // admission::still_admitted
  bool profile_complete = true;
  int unsigned_agreements = 0;
  std::optional<Duration> since_login;       // with the session
  std::optional<Duration> wanted_freshness;  // this use asks for a login not older than that
};

enum class Step {
  sign_in,
  sign_in_again,      // signed in, but too long ago for this
  not_admitted,       // blocked, or not on the list any more
  wait_for_decision,  // pending
  was_rejected,
  is_suspended,
  is_closed,
  complete_profile,
  sign_agreements,
  become_active,  // nothing is left to do: approvals.settle()
  go_on,
};
std::string_view to_string(Step step);

struct Answer {
  Step step = Step::sign_in;
  std::string_view reason;  // one sentence for the person
};
Answer next(const Facts& facts);

}  // namespace lanyard::journey
