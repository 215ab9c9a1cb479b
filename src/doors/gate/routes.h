// Which rule is for a path of an application.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "doors/gate/gate.h"

namespace lanyard::doors::gate {

// The rules of one application and those for all of them, the most specific first: an exact path before a
// prefix, a longer prefix before a shorter one, and for the same path the application's own. Immutable.
class RouteTable {
 public:
  RouteTable(const std::vector<Route>& all, std::string_view client);
  struct Found {
    const Route* route = nullptr;  // nullptr: signed in and active is enough
    // The path reads differently for servers that take ";name=value" off its segments (RFC 3986 section 3.3),
    // and another rule would be for it then: nobody can say which one the application means (attack row 130).
    bool is_ambiguous = false;
  };
  // `path` is decoded and normalised, without query (attack rows 130, 135). A prefix "/edit/" that restricts
  // is also for "/edit", which most servers take for the same page; one that opens is not.
  Found find(std::string_view path) const;

 private:
  const Route* match(std::string_view path) const;
  std::vector<Route> routes_;
};

}  // namespace lanyard::doors::gate
