// What a provider says about a person, taken from the ID token and, where that is silent, from userinfo.
#pragma once

#include <string>
#include <vector>

#include "base/json.h"
#include "doors/signin/problems.h"
#include "doors/signin/signin.h"

namespace lanyard::doors::signin {

struct Claims {
  std::string subject;
  std::string username;           // raw, of the configured claim
  std::string institution;        // for the profile
  std::string identity_provider;  // for the rule about institutions (GL9)
  std::string name, given_name, family_name;
  std::string email;
  bool email_verified = false;
  std::vector<std::string> groups;
  std::string upstream_sid;  // the session there, for logout tokens; "" when none is named
};

// True when a claim that is wanted of everybody is not in the ID token.
bool wants_userinfo(const Provider& provider, const json::Object& id_token);

// `userinfo` may be nullptr. Address and its verification come from one document; only the boolean true
// verifies (attack rows 94, 95). A user name that is a mail address must be a verified one.
Checked read_claims(const Provider& provider, const json::Object& id_token, const json::Object* userinfo,
                    Claims& claims);

}  // namespace lanyard::doors::signin
