// An authorization request (RFC 6749 section 4.1.1, OIDC Core section 3.1.2.1), read and held against the
// client that makes it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "doors/oauth/desk.h"

namespace lanyard::doors::oauth {

struct AuthRequest {
  Form parameters;  // as they were sent
  clients::ClientPtr client;
  std::string redirect_uri;
  std::optional<std::string> state;
  std::vector<std::string> scopes;
  std::vector<std::string> audience;  // "resource" (RFC 8707) and "audience"; may be empty
  std::string nonce;
  std::string challenge;                                                // PKCE, S256
  std::string dpop_jkt;                                                 // RFC 9449 section 10
  bool wants_none = false, wants_login = false, wants_consent = false;  // prompt
  std::optional<Duration> max_age;
  std::string hinted;  // `sub` of id_token_hint; may be empty
};

struct RejectedRequest {
  OauthError error;
  // Set once client and address are known to fit: only then may the browser be sent there.
  std::string redirect_uri;
  std::optional<std::string> state;
};

struct ReadRequest {
  std::optional<AuthRequest> request;
  std::optional<RejectedRequest> rejected;  // when there is no request
};

enum class Arrived { by_browser, pushed };

// The rules in their order (request_rules.cc); the first that does not hold ends it.
ReadRequest read_request(const Desk& desk, const Form& parameters, Arrived arrived);

// Scope, and the resources that are asked for, against what the client may (attack rows 70, 71); for every
// endpoint that takes them. Absent scope: everything that the client is registered for.
Outcome<std::vector<std::string>> read_scopes(const clients::Client& client, const Form& form);
Outcome<std::vector<std::string>> read_audience(const clients::Client& client, const Form& form);

// Whether a parameter that may be there once is there twice (attack row 56).
bool repeats(const Form& form);

// Where the browser goes.
std::string answer_url(const std::string& redirect_uri, const Form& parameters);
std::string error_url(const Desk& desk, const RejectedRequest& rejected);
std::string error_url(const Desk& desk, const AuthRequest& request, const OauthError& error);

}  // namespace lanyard::doors::oauth
