// What stands between a request and a handler, the same for every route: who calls, whether they may, whether
// the query and the body have the right form.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/url.h"
#include "doors/api/api.h"

namespace lanyard::doors::api {

struct Desk {
  Parts parts;
  Settings settings;
};

// A request that passed everything that its route asks for.
struct Ask {
  const net::Request& request;
  callers::CallerPtr caller;  // nullptr where nobody is asked
  access::Actor actor;
  Form query;            // known names only, none twice
  json::Object body;     // where the route takes one
  std::string if_match;  // where the route takes a condition
};

using Handler = Result<net::Response> (*)(Desk&, const Ask&);

enum class Who {
  anybody,
  known,  // whoever is recognised, whatever the state of the account
  owner,  // an active account, by a token that was made here
  administrator,
};
enum class Takes { nothing, body, body_if_match, long_body };

struct Route {
  net::Method method;
  std::string_view path;  // below /api/v1
  Who who;
  std::optional<access::Permission> permission;  // of administrators
  Takes takes;
  std::vector<std::string_view> query;  // the names that it understands
  Handler handler;
  net::Runs runs = net::Runs::db;
  bool is_quick = false;  // the handler needs nothing but its caller: on the event loop for whom memory knows
};

// Every route; routes.cc is the list to read.
const std::vector<Route>& routes();

net::Response serve(Desk& desk, const Route& route, const net::Request& request);
// From memory alone, for event loops and routes that are quick; an empty optional: ask serve().
std::optional<net::Response> serve_now(Desk& desk, const Route& route, const net::Request& request);

// {id} of the path. Text that is no id names nothing: Code::not_found, as for an id of nobody (attack row
// 112).
Result<AccountId> account_in_path(const Ask& ask);
Result<GroupId> group_in_path(const Ask& ask);

net::Response json_response(const json::Object& document, int status = 200);

}  // namespace lanyard::doors::api
