// A question of a proxy from beginning to end. The answers are 200, 401 and 403, whatever happens.
#pragma once

#include <optional>

#include "doors/gate/question.h"
#include "platform/net/router.h"

namespace lanyard::doors::gate {

// On the event loop, from memory: nothing when the database or an issuer has to be asked.
std::optional<net::Response> check_now(Desk& desk, Wording wording, const net::Request& request);
net::Response check(Desk& desk, Wording wording, const net::Request& request);
// After check_now() gave nothing: where check() may run.
net::Runs choose_class(Desk& desk, const net::Request& request);

}  // namespace lanyard::doors::gate
