// Clients that every installation has.
#pragma once

#include <vector>

#include "domain/clients/registry.h"

namespace lanyard::app {

// "lanyard-cli": `lanyard login` on somebody's own machine, by the device grant.
std::vector<clients::Declared> built_in_clients(const clients::Lives& lives);

}  // namespace lanyard::app
