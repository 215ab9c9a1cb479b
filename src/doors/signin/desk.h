// What the handlers of this door share: the parts that were handed in, the providers, and reading who is at
// the other end.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "doors/signin/problems.h"
#include "doors/signin/signin.h"
#include "platform/net/place_limit.h"

namespace lanyard::doors::signin {

struct Desk {
  Desk(Parts p, std::vector<Provider> list, Settings s);

  Parts parts;
  const std::vector<Provider> providers;
  const Settings settings;
  net::PlaceLimit limit;
  net::PlaceLimit wrong_logouts;  // logout tokens that were refused

  // Configured, and switched on by the rules as they are now; nullptr otherwise.
  const Provider* find_open(std::string_view id) const;
  std::vector<const Provider*> list_open() const;

  net::Response show(const net::Request& request, view::Page page, int status = 200) const;
  net::Response show_error(const net::Request& request, const Error& error) const;
  // Leads to the page that explains; what went wrong is in the log and in the trace of this request.
  net::Response explain(const net::Request& request, Problem problem, const ReturnTo& back) const;
};

std::string source_of(const Provider& provider);  // "providers[globus]", as everywhere

// The value that binds what this browser begins to it: its login cookie when that is well formed, an empty
// optional otherwise. Code::invalid when it was sent twice (attack row 142).
Result<std::optional<std::string>> find_login_cookie(const Desk& desk, const net::Request& request);

// The session's cookie, with the same rule; "" when there is none.
Result<std::string> session_cookie(const Desk& desk, const net::Request& request);

// Who is signed in in this browser; nullptr when nobody is.
callers::CallerPtr find_person(const Desk& desk, const net::Request& request);

// Where somebody who is signed in goes next: on, or to the page that says what is still in the way.
std::string next_page(const callers::Caller& caller, Time now, const ReturnTo& back);

}  // namespace lanyard::doors::signin
