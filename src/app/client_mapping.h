// From an entry of `clients` in the configuration to what the registry of clients understands.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "app/config.h"
#include "base/result.h"
#include "domain/clients/registry.h"

namespace lanyard::app {

// The lives that a client has when nothing else is said.
clients::Lives to_lives(const TokensConfig& tokens);

// Reads jwks_file. Code::invalid when that is no JSON object.
Result<clients::Client> to_client(const ClientConfig& config, const TokensConfig& tokens);

// All of them. Those of the gate are among them so that nobody makes another client with such an id; they may
// do nothing with OAuth.
Result<std::vector<clients::Declared>> to_declared(const Config& config);

// Where the configuration writes what clients::check() calls `member`, and what to do about a fault in it:
// "redirect_uris[1]", "scope[0]" -> "scopes[0]".
struct ClientKey {
  std::string key;
  std::string_view remedy;
};
ClientKey client_key_of(std::string_view member);

}  // namespace lanyard::app
