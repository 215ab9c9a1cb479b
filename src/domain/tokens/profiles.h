// What each profile says about a person, and how. Pure: one function a profile, every claim with its source
// beside it.
#pragma once

#include <string_view>

#include "base/json.h"
#include "base/result.h"
#include "domain/tokens/mint.h"

namespace lanyard::tokens {

enum class Document { access_token, id_token, userinfo };

// The claims beyond iss, sub, aud, exp, iat, jti, client_id, scope, cnf, act, nonce, auth_time, sid and the
// hashes, by the scopes that were granted. Code::forbidden: a group that was asked for is not held.
struct Speaker {
  std::string_view issuer;
  const EntitlementNames& names;
};
Result<json::Object> profile_claims(Document document, const Order& order, const Speaker& speaker, Time now);

// The `typ` of the header.
std::string_view header_type(Document document, const Order& order);

// A name as PanDA shows it: each word with a capital letter in front and small ones after it.
std::string panda_name(std::string_view name);

// PanDA takes the display name for who somebody is. What its server would make of a name: words capitalised,
// digits at the end and everything that it strips gone; two people with one key are one to PanDA.
std::string panda_key(std::string_view name);

}  // namespace lanyard::tokens
