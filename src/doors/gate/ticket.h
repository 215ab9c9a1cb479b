// The ticket that takes a login from our origin to an application's, and what binds it to the browser that
// asked for it.
//
// /.lanyard/login on the application gives the browser a random value in a cookie of the application's own,
// and sends it to us with a mark of that value inside the address to return to. The mark travels through the
// login and into the ticket. The callback takes a ticket only when it was made for the mark of the cookie
// that the same browser shows: a ticket that somebody else made for their own session is worth nothing in
// another browser (login CSRF, attack row 65), and the mark alone, which stands in addresses, does not tell
// the cookie.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/ids.h"
#include "doors/gate/desk.h"

namespace lanyard::doors::gate {

inline constexpr Duration kTicketLife = std::chrono::seconds(60);
inline constexpr std::chrono::seconds kBegunLife = std::chrono::minutes(10);

std::string browser_mark(std::string_view begun_cookie);

// Where somebody comes back to: what "to" of /login holds for an application.
struct Return {
  std::string mark;        // "" : nobody began this at the application
  std::string path;        // on the application
  bool is_second = false;  // the first ticket did not fit the browser
};
// "/.lanyard/callback?mark=…&to=%2Fpage"
std::string write_return(const Return& back);
// A path without a mark is a page of the application. Code::invalid when it is no path.
Result<Return> read_return(std::string_view to);

struct Ticket {
  SessionId session;
  std::string mark;
};
Result<Secret> make_ticket(Desk& desk, const Place& place, const callers::Caller& caller,
                           std::string_view mark);
// Uses it up. Code::unauthenticated: unknown, used, another application's; Code::expired.
Result<Ticket> take_ticket(Desk& desk, const Place& place, std::string_view text);

}  // namespace lanyard::doors::gate
