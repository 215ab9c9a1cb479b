// Who sends this, in the forms that this door's endpoints ask for: the client, and the keys that it holds.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "doors/oauth/client_auth.h"
#include "doors/oauth/desk.h"

namespace lanyard::doors::oauth {

// What a program sends by POST, and the client that proved that it sends it: the head of every endpoint for
// programs. Parameters in the address, a body that is no form and repeated parameters are refused before
// anybody is asked for a proof (RFC 6749 section 3.2, attack row 56).
struct ClientForm {
  Form form;
  clients::ClientPtr client;
};
Outcome<ClientForm> read_client_form(const Desk& desk, const net::Request& request);
// The form alone; who sends it is not known yet.
Outcome<Form> read_form(const net::Request& request);

// RFC 8705 section 3.1: of the certificate that was shown; "" when there is none.
std::string certificate_of(const net::Request& request);

// The thumbprint of the key of the DPoP proof that came along; "" when there is none. A proof counts once.
Outcome<std::string> find_dpop(const Desk& desk, const net::Request& request,
                               std::optional<std::string_view> access_token = {});

}  // namespace lanyard::doors::oauth
