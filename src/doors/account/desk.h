// The one way through this door: a table of routes says who may use each, and serve() holds every request
// against it before a handler runs. Only for files of this room.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "base/url.h"
#include "domain/access/access.h"
#include "doors/account/account.h"
#include "platform/net/http.h"
#include "platform/view/page.h"

namespace lanyard::doors::account {

struct Desk {
  Parts parts;
  Settings settings;
};

// Who a handler is run for. Everybody else is sent on: to /login, to /pending, or a page that says no.
enum class Needs {
  person,               // signed in, whatever the account's state
  resident,             // and the account may sign in: not suspended, not closed
  member,               // may use services; an approved account may read (AR3)
  fresh_member,         // and the login is not older than Settings::fresh_for
  administrator,        // Caller::may_administrate
  fresh_administrator,  // and the login is fresh
};

// A request with all that a handler may rely on: the caller as the account stands now, and for a POST a form
// that carried the guard's value (attack row 136).
struct Visit {
  const net::Request& request;
  callers::CallerPtr caller;
  journey::Answer standing;
  access::Actor actor;
  std::string csrf;
  Form query;
  Form form;

  const accounts::Account& account() const { return caller->person->account; }
  bool is_open_service() const { return caller->means == callers::Means::open_service; }
  bool is_member() const {
    return standing.step == journey::Step::go_on || standing.step == journey::Step::sign_in_again ||
           standing.step == journey::Step::become_active;
  }
};

using Handler = net::Response (*)(const Desk&, const Visit&);

struct Row {
  net::Method method;
  std::string_view pattern;
  Needs needs;
  Handler handler;
};

net::Response serve(const Desk& desk, const Row& row, const net::Request& request);

// A page with the person in its frame.
view::Page page_for(const Visit& visit, std::string title);
// A page below /account, with the way back to it.
view::Page account_page(const Visit& visit, std::string title);
net::Response show(const Desk& desk, const view::Page& page, int status = 200);
// A page that says why not, with the error's own words where those may be shown, and a line in the log.
net::Response refuse(const Desk& desk, const Visit& visit, const Error& error);
// To /login and back here afterwards. `again`: somebody is signed in, but too long ago for this.
enum class Login { first, again };
net::Response to_login(const net::Request& request, Login login);
// A link that does the same, for pages that know beforehand: to "/account/tokens".
std::string sign_in_again_path(std::string_view page);

// Attack row 111: a form holds nothing but these fields and the guard's. Code::invalid names the first that
// is not expected.
Status require_only(const Form& form, std::span<const std::string_view> fields);

}  // namespace lanyard::doors::account
