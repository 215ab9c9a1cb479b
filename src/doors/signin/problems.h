// What can go wrong between the chooser and the session, and the page that says so. The sentences are fixed:
// an upstream's own words are not shown, so that nobody can make our page say anything (attack row 92).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "doors/signin/return_to.h"
#include "platform/view/page.h"

namespace lanyard::doors::signin {

enum class Problem {
  cancelled,         // the person, or the upstream in their name, said no
  not_verified,      // the address that would be the user name is not verified
  not_allowed,       // the rules of admission
  suspended,         // the account is suspended or closed
  clock,             // the upstream's time and ours differ too much
  provider_down,     // not reachable, too slow, or it says that it can not
  wrong_answer,      // an answer that can not be believed
  expired,           // the login took too long
  other_browser,     // the answer came to a browser that did not begin the login
  already_used,      // the address of an answer was opened again
  switched_off,      // the provider is not offered (any more)
  too_old_login,     // linking asks for a login of the last minutes
  linked_elsewhere,  // the identity to be linked is another account's
  bootstrap_over,    // the first administrator exists, or the link is used or too old
};
std::string_view to_string(Problem problem);  // as in the address: "provider-down"
std::optional<Problem> find_problem(std::string_view text);

// A rule that did not hold. `reason` is for log and trace and holds no secret.
struct Fault {
  Problem problem = Problem::wrong_answer;
  std::string reason;
};
using Checked = std::optional<Fault>;  // nothing: the rule holds

int status_of(Problem problem);
// `reference`: the request that went wrong, for support; "" when not known.
view::Page problem_page(Problem problem, const ReturnTo& back, std::string_view reference,
                        std::string_view request_id);
std::string problem_path(Problem problem, const ReturnTo& back, std::string_view reference);

}  // namespace lanyard::doors::signin
