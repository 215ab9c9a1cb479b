// What a client that registers itself may say about itself (RFC 7591 section 2, OpenID Connect Dynamic Client
// Registration section 2), and how it is told what became of it.
#pragma once

#include <string>
#include <vector>

#include "base/json.h"
#include "domain/clients/client.h"
#include "doors/oauth/desk.h"

namespace lanyard::doors::oauth {

// RFC 7591 section 3.2.2.
OauthError invalid_client_metadata(std::string_view text);
OauthError invalid_redirect_uri(std::string_view text);

// Everything that a stranger may not decide keeps the value that it has in `before`, which is also where it
// comes from in a full replacement (RFC 7592 section 2.2); everything else has its default when `wanted` does
// not say it. Grants and scopes that are not for strangers are left out, and the answer shows what is left.
Outcome<clients::Client> read_registration(const json::Object& wanted, clients::Client before,
                                           const std::vector<std::string>& allowed_scopes);

// RFC 7591 section 3.2.1, without secrets and tokens.
json::Object describe_registration(const clients::Client& client);

}  // namespace lanyard::doors::oauth
