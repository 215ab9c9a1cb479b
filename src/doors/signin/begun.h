// What is remembered of a login between leaving for the upstream and the answer; sealed in the row that
// `state` names.
#pragma once

#include <string>
#include <string_view>

#include "base/json.h"
#include "base/result.h"
#include "base/time.h"
#include "doors/signin/return_to.h"

namespace lanyard::doors::signin {

inline constexpr Duration kLoginLife = std::chrono::minutes(10);

enum class Purpose {
  login,
  link,       // adds the identity to the account that is signed in
  bootstrap,  // makes the first administrator
};
std::string_view to_string(Purpose purpose);

struct Begun {
  Purpose purpose = Purpose::login;
  std::string issuer;
  std::string nonce;
  std::string verifier;  // PKCE (RFC 7636 section 4.1)
  std::string browser;   // browser_mark() of the login cookie
  ReturnTo back;
  std::string session;    // link: the session that began it
  std::string bootstrap;  // bootstrap: the one-time token
};

json::Object to_json(const Begun& begun);
Result<Begun> parse_begun(const json::Object& object);

// Names a browser by its login cookie without being that cookie.
std::string browser_mark(std::string_view login_cookie);

}  // namespace lanyard::doors::signin
