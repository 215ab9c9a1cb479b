// What a JWT says about its holder, in the words of the profiles in use. Nothing here is checked: it is for
// showing a person their own token, never for letting somebody in.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "base/time.h"

namespace lanyard::lib {

struct Claims {
  std::string issuer, subject, name, email;
  std::string organisation;         // organisation_name (PanDA's), else its other spellings
  std::vector<std::string> groups;  // groups, else wlcg.groups
  std::vector<std::string> scopes;  // scope as a text or a list, else scp
  std::vector<std::string> audiences;
  std::optional<Time> valid_from;  // iat, else nbf
  std::optional<Time> expires;
  json::Object all;
};

// Code::invalid for what is no JWT: many servers give access tokens that only they can read.
Result<Claims> read_claims(std::string_view token);
Claims claims_of(json::Object all);

}  // namespace lanyard::lib
