// What a server says about a virtual organisation: the file that PanDA's clients read before anything else,
// /auth/<VO>_auth_config.json.
#pragma once

#include <string>
#include <string_view>

#include "lib/oauth.h"

namespace lanyard::cli {

struct Organisation {
  std::string issuer;  // without the well-known part
  std::string client_id, audience, scope;
};

// Code::not_found when the server has no such organisation; Code::upstream for a file that is not right;
// Code::invalid when its client has a secret, which nobody's own machine can keep.
Result<Organisation> find_organisation(const lib::Caller& caller, const std::string& server,
                                       std::string_view name);

}  // namespace lanyard::cli
