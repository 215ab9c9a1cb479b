// The applications that ask us about people. Declared in the configuration; an immutable table.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "base/result.h"

namespace lanyard::clients {

struct Client {
  ClientId id;         // [a-z0-9-]
  std::string kind;    // "gate"
  std::string name;    // shown to people
  std::string origin;  // "https://wiki.example.org": the only place that people are sent back to
  bool signed_identity = false;
};

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
