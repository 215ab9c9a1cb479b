// Who sends this, in the forms that this door's endpoints ask for: the client, and the keys that it holds.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "doors/oauth/client_auth.h"
#include "doors/oauth/desk.h"

namespace lanyard::doors::oauth {

Outcome<Authenticated> authenticate(const Desk& desk, const net::Request& request, const Form& form);

// RFC 8705 section 3.1: of the certificate that was shown; "" when there is none.
std::string certificate_of(const net::Request& request);

// The thumbprint of the key of the DPoP proof that came along; "" when there is none. A proof counts once.
Outcome<std::string> find_dpop(const Desk& desk, const net::Request& request,
                               std::optional<std::string_view> access_token = {});

}  // namespace lanyard::doors::oauth
