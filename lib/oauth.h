// Requests of a client to an authorization server (RFC 6749, 7009): the token endpoint's answers, in our own
// terms.
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

// Who asks. A client with a secret shows it in the header (RFC 6749 section 2.3.1), or in the body where it
// is registered for that; one without a secret says its name.
struct ClientProof {
  std::string client_id;
  Secret secret;
  bool in_body = false;
};

// The raw answer of an endpoint that clients call.
Result<net::Reply> post_form(const Caller& caller, const std::string& endpoint, Form form,
                             const ClientProof& proof);

// Code::unavailable when nothing answers; Code::upstream when the answer fits no rule.
Result<TokenAnswer> ask_for_tokens(const Caller& caller, const std::string& endpoint, const Form& form,
                                   const ClientProof& proof);

// `held` after a grant: what the answer leaves out stays as it was (a refresh token that is not rotated, an
// ID token that is not renewed).
void take(Held& held, Granted granted, Time now);

// Says in one sentence what an error of the token endpoint means for whoever waits.
Error explain_error(const TokenAnswer& answer);

// RFC 7009. Done, too, when the server did not know the token.
Status revoke(const Caller& caller, const Metadata& metadata, const Held& held, const ClientProof& proof);

}  // namespace lanyard::lib
