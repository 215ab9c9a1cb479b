// The pages of this door, one function a route; gate.cc lists which address leads to which.
#pragma once

#include "doors/gate/desk.h"

namespace lanyard::doors::gate {

// On an application's own origin, through its proxy.
net::Response begin_at_application(Desk& desk, const net::Request& request);
net::Response finish_at_application(Desk& desk, const net::Request& request);
net::Response ask_sign_out(Desk& desk, const net::Request& request);
net::Response do_sign_out(Desk& desk, const net::Request& request);
net::Response send_asset(const net::Request& request);

// At our own.
net::Response start(Desk& desk, const net::Request& request);
net::Response send_keys(const Desk& desk);

// A page on an application's origin that only explains.
net::Response explain(Desk& desk, const net::Request& request, int status, std::string_view title,
                      std::string_view what, std::string_view fault, std::string_view next,
                      std::string_view link = {}, std::string_view label = {});
// The application that the proxy of this request speaks for; otherwise the answer.
struct Visited {
  const Place* place = nullptr;
  std::optional<net::Response> refused;
};
Visited visit(Desk& desk, const net::Request& request);

}  // namespace lanyard::doors::gate
