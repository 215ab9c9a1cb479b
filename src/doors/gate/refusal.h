// The answers 401 and 403: for programs in headers and a text, for people as a page, for the operator as a
// trace and a line in the log. Each says what happened, whose fault it is and what to do next.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "domain/callers/caller.h"
#include "doors/gate/desk.h"

namespace lanyard::doors::gate {

struct Question;

struct Refusal {
  int status = 403;
  std::string_view rule;   // for the log and the trace: "proof", "scope", …
  std::string_view title;  // of the page
  std::string reason;      // one sentence
  std::string_view fault;  // whose it is, one sentence
  std::string next;        // what to do, one sentence
  std::string link;        // where to do it, may be empty
  std::string_view link_label;
  std::string challenge;   // WWW-Authenticate (RFC 6750 section 3)
  bool signs_in = false;   // a login would help: browsers are led there
  bool try_later = false;  // Retry-After
};

// Against asking anybody.
Refusal untrusted_proxy();
Refusal unknown_application();
Refusal no_address();
Refusal contradiction();
Refusal bad_address();
Refusal fault_of_ours();

// About a proof: nothing was shown, or what was shown was not taken.
Refusal nothing_shown(const Question& question);
Refusal not_recognised(const Question& question, callers::Proof::Kind kind, const Error& error);

// The whole answer. `caller` is who was recognised, or nullptr.
net::Response refuse(Desk& desk, const Question& question, const Refusal& refusal,
                     const callers::Caller* caller);

// "/.lanyard/login?to=%2Fpage": on the application's own origin.
std::string login_address(std::string_view target);

}  // namespace lanyard::doors::gate
