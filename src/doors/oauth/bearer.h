// A token that somebody shows to an endpoint of this door (RFC 6750, RFC 9449 section 7).
#pragma once

#include <optional>
#include <string>

#include "doors/oauth/desk.h"

namespace lanyard::doors::oauth {

struct Shown {
  std::string token;
  bool by_dpop = false;  // the scheme was DPoP
};

// The Authorization header, or, for a POST with a form, access_token in the body; both, two headers or a
// token in the query: invalid_request (attack row 90). None: a bare challenge (RFC 6750 section 3.1).
Outcome<Shown> find_bearer(const Desk& desk, const net::Request& request);

// With its challenge.
OauthError bearer_error(const Desk& desk, std::string_view error, std::string_view text, int status);

// A bound token is worth nothing without its key, and a proof of another key neither.
std::optional<OauthError> check_binding(const Desk& desk, const net::Request& request, const Shown& shown,
                                        const tokens::Ours& token);

}  // namespace lanyard::doors::oauth
