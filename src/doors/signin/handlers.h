// The handlers of this door, one function a route; signin.cc lists which address leads to which.
#pragma once

#include "doors/signin/desk.h"

namespace lanyard::doors::signin {

net::Response show_chooser(Desk& desk, const net::Request& request);
net::Response show_bootstrap(Desk& desk, const net::Request& request);
net::Response begin_login(Desk& desk, const net::Request& request);
net::Response finish_login(Desk& desk, const net::Request& request);
net::Response hear_logout(Desk& desk, const net::Request& request);
net::Response show_problem(Desk& desk, const net::Request& request);
net::Response show_link_advice(Desk& desk, const net::Request& request);
net::Response ask_logout(Desk& desk, const net::Request& request);
net::Response do_logout(Desk& desk, const net::Request& request);

// Why nobody can sign in in a browser here at all, as a page; nothing when they can.
std::optional<net::Response> when_closed(const Desk& desk, const net::Request& request);

}  // namespace lanyard::doors::signin
