// The authorization code flow (RFC 6749 section 4.1, OpenID Connect Core section 3.1) as a client runs it:
// PKCE (RFC 7636), state, nonce, the issuer in the answer (RFC 9207), pushed requests (RFC 9126).
#pragma once

#include <string>
#include <string_view>

#include "base/random.h"
#include "lib/oauth.h"
#include "lib/verify.h"

namespace lanyard::lib {

struct CodeWish {
  std::string client_id, redirect_uri, scope, audience;
};

struct CodeFlow {
  CodeWish wish;
  Form request;  // the parameters of the authorization request
  std::string state, nonce;
  Secret verifier;
};

CodeFlow begin_code_flow(const CodeWish& wish, Random& random);

// Where the person's browser is sent. Code::upstream when the issuer names no endpoint for it.
Result<std::string> authorization_url(const Metadata& metadata, const CodeFlow& flow);
// The same, with the request sent ahead; `proof` is the client's.
Result<std::string> pushed_authorization_url(const Caller& caller, const Metadata& metadata,
                                             const CodeFlow& flow, const ClientProof& proof);

// The code in the address to which the browser was sent back. Code::invalid: it is another address, or its
// state is another request's; Code::unauthenticated: another issuer answered, or none said who it is although
// its metadata promises it; Code::forbidden: the issuer's error, with its description.
Result<Secret> read_answer(const Metadata& metadata, const CodeFlow& flow, std::string_view address);

Result<TokenAnswer> redeem_code(const Caller& caller, const Metadata& metadata, const CodeFlow& flow,
                                const Secret& code, const ClientProof& proof);

// What an ID token must say beyond check_token() (OpenID Connect Core sections 3.1.3.7 and 3.1.3.8): it is
// for this client alone, answers this request, and belongs to this access token where it says so. `nonce` is
// empty where none was sent. Code::unauthenticated names the rule.
Status check_id_token(std::string_view id_token, const Claims& claims, const std::string& client_id,
                      const std::string& nonce, const Secret& access_token);

}  // namespace lanyard::lib
