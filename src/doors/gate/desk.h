// What the handlers of this door share: the parts that were handed in, and each application with its rules.
#pragma once

#include <atomic>
#include <string>
#include <string_view>
#include <vector>

#include "doors/gate/gate.h"
#include "doors/gate/identity.h"
#include "doors/gate/routes.h"

namespace lanyard::doors::gate {

// Lets a line into the log at most so often, and counts those that it kept out: an attacker must not be able
// to fill the disk.
class Sparing {
 public:
  explicit Sparing(Duration every) : every_(every) {}
  // How many were kept out since the last one, when this one may be written.
  std::optional<std::int64_t> ask(const Clock& clock);

 private:
  const Duration every_;
  std::atomic<std::int64_t> next_{0};  // steady microseconds
  std::atomic<std::int64_t> kept_out_{0};
};

// An application, as the gate sees it.
struct Place {
  const clients::Client* client = nullptr;
  callers::Cookies cookies;  // secure where the application's own origin is
  std::string cookie_name;
  view::Guard guard;  // for forms that stand on the application's origin
  RouteTable routes;
};

struct Desk {
  Desk(Parts p, Settings s);
  Desk(const Desk&) = delete;
  Desk& operator=(const Desk&) = delete;

  Parts parts;
  const Settings settings;
  view::PageFrame at_application;  // pages on an application's origin find the stylesheet below our folder
  std::vector<Place> places;       // in the order of Clients::all()
  SignedIdentities identities;
  Sparing untrusted{std::chrono::minutes(1)};
  Sparing refused{std::chrono::milliseconds(100)};

  const Place* find(std::string_view client) const;  // nullptr when unknown
};

// The folder on an application's origin that its proxy passes to /gate/app/{client}/.
inline constexpr std::string_view kFolder = "/.lanyard/";

}  // namespace lanyard::doors::gate
