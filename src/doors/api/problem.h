// Problems (RFC 9457) beyond what a Code can say: statuses that belong to HTTP, and members of one problem.
#pragma once

#include <string_view>

#include "base/json.h"
#include "doors/api/api.h"

namespace lanyard::doors::api {

int status_of(Code code);

// `more` are members beside the standard ones (RFC 9457 section 3.2). The error's code does not count.
net::Response problem_with(int status, const Error& error, std::string_view request_id,
                           const json::Object& more = {});

}  // namespace lanyard::doors::api
