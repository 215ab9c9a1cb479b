// A client goes away, and with it what people let it do.
#pragma once

#include <string>

#include "domain/clients/registry.h"
#include "domain/tokens/grants.h"

namespace lanyard::tokens {

// Ends every grant of the client, then removes it; a failure half-way can be tried again. Code::conflict for
// one of the configuration, whose grants are left alone; Code::not_found.
Status remove_client(clients::Registry& registry, Grants& grants, const clients::Client& client,
                     const std::string& reason, const access::Actor& actor);

}  // namespace lanyard::tokens
