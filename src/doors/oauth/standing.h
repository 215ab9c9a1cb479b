// Whether what stands behind a token still stands: the grant, the client, the person. Read at every use
// (attack rows 76, 107-109).
#pragma once

#include <memory>
#include <optional>
#include <string_view>

#include "doors/oauth/desk.h"

namespace lanyard::doors::oauth {

using PersonPtr = std::shared_ptr<const callers::Person>;

// Code::forbidden: the account may not use services now; the message says why.
Result<PersonPtr> find_member(const Desk& desk, const net::Request& request, const AccountId& account,
                              std::string_view issuer, std::string_view subject, std::string_view source);

using callers::Alive;

// As callers::Callers::find_alive; a token of another issuer of ours is Code::unauthenticated here.
Result<std::shared_ptr<const Alive>> find_alive(const Desk& desk, std::string_view token,
                                                const net::Request& request);

// Revoked access tokens are remembered until they expire by themselves.
// Whose cached verdicts fall with it.
Status revoke_token(const Desk& desk, const tokens::Ours& token, const access::Actor& actor);

}  // namespace lanyard::doors::oauth
