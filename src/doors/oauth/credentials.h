// What a client sent to say who it is (RFC 6749 section 2.3, RFC 7521 section 4.2): read, not yet believed.
#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/secret.h"
#include "doors/oauth/errors.h"

namespace lanyard::doors::oauth {

struct Credentials {
  enum class Sent { nothing, in_header, in_body, assertion } sent = Sent::nothing;
  std::string client_id;
  // In the order in which they are tried: decoded as section 2.3.1 wants it, then as it stood.
  std::vector<Secret> secrets;
  std::string assertion, assertion_type;
};

// At most one way of proving; nothing of it in the query; what is said twice is said the same way.
std::variant<Credentials, OauthError> read_credentials(const net::Request& request, const Form& form);

// Whether the header Authorization was used: then a refusal is 401 with a challenge.
bool used_header(const net::Request& request);

}  // namespace lanyard::doors::oauth
