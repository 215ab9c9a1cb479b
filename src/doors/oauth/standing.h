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

// A client that was deleted and made anew under its name inherits nothing.
bool is_of(const tokens::TokenGrant& grant, const clients::Client& client);

// An access token of ours with everything behind it as it stands now.
struct Alive {
  tokens::Ours token;
  clients::ClientPtr client;
  std::optional<tokens::TokenGrant> grant;
  PersonPtr person;  // nullptr for a client's own token
};
// Code::unauthenticated: not ours, no access token, expired, revoked, or something behind it is gone;
// Code::unavailable.
Result<Alive> find_alive(const Desk& desk, const net::Request& request, std::string_view token);

// Revoked access tokens are remembered until they expire by themselves.
Status revoke_token(const Desk& desk, const tokens::Ours& token);

}  // namespace lanyard::doors::oauth
