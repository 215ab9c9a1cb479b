// The one shape in which this door says no (RFC 6749 sections 4.1.2.1 and 5.2), and the two ways in which it
// reaches the other side: as JSON, or as parameters of a redirect.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/url.h"
#include "platform/net/http.h"

namespace lanyard::doors::oauth {

struct OauthError {
  std::string error;  // the registered word: "invalid_grant"
  std::string description;
  int status = 400;
  std::string www_authenticate;  // the header's value; empty: not sent
  int retry_after = 0;           // seconds; 0: not sent
  std::string dpop_nonce;        // RFC 9449 section 8; empty: not sent
};

OauthError invalid_request(std::string_view text);
// 400. Where the client used the Authorization header, client_auth makes it 401 with a challenge (RFC 6749
// section 5.2); a 401 without a challenge is not HTTP (RFC 9110 section 15.5.2), and one with it makes a
// browser ask people for a password that they do not have.
OauthError invalid_client(std::string_view text);
OauthError invalid_grant(std::string_view text);
OauthError unauthorized_client(std::string_view text);
OauthError unsupported_grant_type(std::string_view text);
OauthError invalid_scope(std::string_view text);
OauthError invalid_target(std::string_view text);  // RFC 8707 section 2
OauthError access_denied(std::string_view text);
OauthError server_error(std::string_view text);             // 500
OauthError temporarily_unavailable(std::string_view text);  // 503
// RFC 9449 sections 5 and 8. The nonce that the client has to put into its next proof goes with the answer.
OauthError invalid_dpop_proof(std::string_view text);
OauthError use_dpop_nonce(std::string nonce);

// What a floor below said. Code::unavailable and Code::upstream are 503 temporarily_unavailable,
// Code::internal is 500 server_error without its text, Code::too_many is 429 temporarily_unavailable; no
// failure becomes a success. Of the rest, what the input is to blame for is invalid_request, what is not
// allowed access_denied, and what is not good (any more) invalid_grant.
OauthError from_error(const Error& error);
// The same, where the endpoint has a word of its own for "no": what is not our trouble becomes `refusal`.
OauthError from_error(const Error& error, OauthError refusal);

// RFC 6749 allows %x20-21 / %x23-5B / %x5D-7E. A quotation mark becomes an apostrophe, anything else a
// question mark; at most 400 characters.
std::string description_text(std::string_view text);

// Never stored by anybody.
net::Response error_answer(const OauthError& error);
// Parameters of an authorization response: `state` as it was sent, `iss` always (RFC 9207 section 2).
Form redirect_parameters(const OauthError& error, const std::optional<std::string>& state,
                         std::string_view issuer);

}  // namespace lanyard::doors::oauth
