// The conversation with an upstream: where the browser is sent, and the two calls that we make ourselves.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/json.h"
#include "doors/signin/begun.h"
#include "doors/signin/problems.h"
#include "doors/signin/signin.h"

namespace lanyard::doors::signin {

std::string callback_url(const Settings& settings, const Provider& provider);

// The address at which the upstream asks the person (RFC 6749 section 4.1.1, OIDC Core section 3.1.2.1). The
// provider's own extra parameters can not replace ours. Code::upstream when the upstream's address can not be
// used.
Result<std::string> authorize_url(const Provider& provider, const issuers::Metadata& metadata,
                                  const Settings& settings, const Begun& begun, std::string_view state);

struct TokenAnswer {
  std::string id_token;
  std::string access_token;  // "" when none came, or it is no bearer token
};

// RFC 6749 section 4.1.3, with PKCE. An answer that is no JSON, no 200 or has no ID token is a fault.
Checked redeem_code(net::Client& outside, const Provider& provider, const issuers::Metadata& metadata,
                    const Settings& settings, const Begun& begun, std::string_view code, TokenAnswer& answer);

// OIDC Core section 5.3; the subject must be the ID token's.
Checked fetch_userinfo(net::Client& outside, const Provider& provider, const issuers::Metadata& metadata,
                       std::string_view access_token, std::string_view subject, json::Object& userinfo);

}  // namespace lanyard::doors::signin
