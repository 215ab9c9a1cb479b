// The token endpoint's inside: who asks, and one function for each grant. Only for files of this room.
#pragma once

#include <string>

#include "doors/oauth/code.h"
#include "doors/oauth/proof.h"
#include "doors/oauth/standing.h"

namespace lanyard::doors::oauth {

// A request to the token endpoint whose client has proven itself.
struct TokenRequest {
  const net::Request& http;
  Form form;
  clients::ClientPtr client;
  std::string dpop_thumbprint;         // of the proof that came along; may be empty
  std::string certificate_thumbprint;  // of the certificate that was shown; may be empty
  // "jkt:…" or "x5t:…" or empty: what the tokens are bound to.
  std::string bound_to() const;
};

using Answered = Outcome<json::Object>;  // the body of the answer (RFC 6749 section 5.1)

Answered by_code(const Desk& desk, const TokenRequest& asked);
Answered by_refresh_token(const Desk& desk, const TokenRequest& asked);
Answered by_device_code(const Desk& desk, const TokenRequest& asked);
Answered by_client(const Desk& desk, const TokenRequest& asked);
Answered by_exchange(const Desk& desk, const TokenRequest& asked);

// Mints what the grant is good for. `scopes` and `audience` may be less than the grant's.
struct Issue {
  const tokens::TokenGrant* grant = nullptr;
  PersonPtr person;
  std::vector<std::string> scopes, audience;
  std::string nonce;
  std::optional<Secret> refresh_token;
};
Answered issue_tokens(const Desk& desk, const TokenRequest& asked, const Issue& issue);

// Without refresh tokens a grant's row goes with its access token.
void set_life(tokens::TokenGrant& grant, const clients::Client& client, Time now);
bool has_refresh(const clients::Client& client);

}  // namespace lanyard::doors::oauth
