// Sockets that a service manager opened for us, and telling it how we are: sd_listen_fds(3) and sd_notify(3),
// which are protocols over the environment and need no library.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"

namespace lanyard::net {

struct InheritedSocket {
  int fd = -1;
  std::string name;  // from the unit's FileDescriptorName=, "" when it gave none
};

// Empty when the environment names none or names another process. The variables are removed, so that a child
// does not take them for its own; call it once, before any thread runs. Code::invalid when they make no
// sense.
Result<std::vector<InheritedSocket>> take_inherited_sockets();

// "READY=1", "RELOADING=1", "STOPPING=1", "WATCHDOG=1", "STATUS=…". Nothing happens, successfully, without a
// manager.
Status notify_service_manager(std::string_view state);

// How often the manager wants to hear "WATCHDOG=1"; tell it twice as often.
std::optional<Duration> watchdog_interval();

}  // namespace lanyard::net
