// What the authorization endpoint needs of pushed requests.
#pragma once

#include <string_view>

#include "doors/oauth/desk.h"

namespace lanyard::doors::oauth {

bool is_pushed_uri(std::string_view request_uri);
// Uses it up. Of another client, unknown, used or too old: invalid_request_uri.
Outcome<Form> take_pushed(const Desk& desk, std::string_view client_id, std::string_view request_uri);

}  // namespace lanyard::doors::oauth
