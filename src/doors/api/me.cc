#include "doors/api/handlers.h"
#include "doors/api/shapes.h"

namespace lanyard::doors::api {

Result<net::Response> get_me(Desk& desk, const Ask& ask) {
  const callers::Caller& caller = *ask.caller;
  const journey::Answer standing = callers::standing(caller, desk.parts.clock.now());
  const bool is_operator = caller.means == callers::Means::open_service;
  const bool goes_on = standing.step == journey::Step::go_on;
  const bool ends = caller.expires_at != Time::max();
  return json_response(
      {{"account", is_operator ? json::Value() : json::Value(to_json(caller.person->account))},
       {"means", callers::to_string(caller.means)},
       {"scopes", caller.scopes ? to_array(*caller.scopes) : json::Array()},
       {"expires_at", ends ? json::Value(format_rfc3339(caller.expires_at)) : json::Value()},
       {"groups", to_array(caller.person->groups)},
       {"may_administrate", goes_on && caller.may_administrate()},
       {"standing", to_json(standing)}});
}

}  // namespace lanyard::doors::api
