// The applications behind the gate: an immutable table, declared in the configuration, that an event loop can
// ask.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "domain/clients/client.h"

namespace lanyard::clients {

class Clients {
 public:
  explicit Clients(std::vector<Client> clients);
  const Client* find(std::string_view id) const;  // nullptr when unknown
  const std::vector<Client>& all() const { return clients_; }

 private:
  std::vector<Client> clients_;  // sorted by id
};

// Where to go on an application after signing in: a path and query on its own origin, never a URL. Refused:
// anything that does not start with exactly one "/", a backslash, a control character, over 2,000 bytes
// (attack row 140).
Result<std::string> parse_return_path(std::string_view text);

}  // namespace lanyard::clients
