// Requests of a public client to an authorization server (RFC 6749, 7009): the token endpoint's answers, in
// our own terms.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"
#include "base/url.h"
#include "lib/issuer.h"
#include "lib/token_store.h"

namespace lanyard::lib {

// What goes with each request.
struct Caller {
  net::Client& client;
  const Clock& clock;
  net::Reach reach;
};

struct Granted {
  Secret access_token, id_token, refresh_token;
  std::optional<std::string> scope;  // absent: as asked for
  std::optional<std::chrono::seconds> life;
};

// Either tokens, or the error's name (RFC 6749 section 5.2) and what the server says about it.
struct TokenAnswer {
  std::optional<Granted> granted;
  std::string error, description;
};

// Code::unavailable when nothing answers; Code::upstream when the answer fits no rule.
Result<TokenAnswer> ask_for_tokens(const Caller& caller, const std::string& endpoint, const Form& form);

// `held` after a grant: what the answer leaves out stays as it was (a refresh token that is not rotated, an
// ID token that is not renewed).
void take(Held& held, Granted granted, Time now);

// Says in one sentence what an error of the token endpoint means for whoever waits.
Error explain_error(const TokenAnswer& answer);

// RFC 7009. Done, too, when the server did not know the token.
Status revoke(const Caller& caller, const Metadata& metadata, const Held& held);

}  // namespace lanyard::lib
