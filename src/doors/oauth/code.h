// The authorization code: what it stands for, sealed in its row (RFC 6749 section 4.1.2). The grant's id is
// chosen with the code, so that a second use knows what to end.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "doors/oauth/interaction.h"

namespace lanyard::doors::oauth {

struct CodeData {
  TokenGrantId grant;
  AccountId account;
  std::string issuer, subject, source;  // the identity that signed in
  SessionId session;
  Time auth_time{}, good_until{};
  std::string redirect_uri, challenge, nonce, dpop_jkt;
  std::vector<std::string> scopes, audience;
};
json::Object to_json(const CodeData& code);
Result<CodeData> parse_code(const json::Object& object);

// RFC 7636 section 4.6, and the form of a verifier (section 4.1).
bool verifier_fits(std::string_view verifier, std::string_view challenge);

// A group that is asked for by name must be held.
std::optional<OauthError> check_groups(const std::vector<std::string>& scopes, const callers::Person& person);

}  // namespace lanyard::doors::oauth
