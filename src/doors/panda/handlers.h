// The handlers of this door, one function a route.
#pragma once

#include "doors/panda/panda.h"

namespace lanyard::doors::panda {

struct Desk {
  Parts parts;
  Settings settings;
};

net::Response give_configuration(const Desk& desk, const net::Request& request);
net::Response verify(const Desk& desk, const net::Request& request);

}  // namespace lanyard::doors::panda
