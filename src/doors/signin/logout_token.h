// What must hold for a logout token of an upstream (OpenID Connect Back-Channel Logout 1.0 sections 2.4
// and 2.6) besides its signature. There is no form that leaves out a check.
#pragma once

#include <string>
#include <string_view>

#include "base/json.h"
#include "base/result.h"
#include "base/time.h"
#include "platform/crypto/jws.h"

namespace lanyard::doors::signin {

struct LogoutToken {
  std::string subject, sid;  // one of them may be ""
  std::string jti;
  Time expires_at{};
};

struct LogoutExpected {
  std::string_view issuer, client_id;
  Time now{};
};

// `claims` is the payload of `jws`. Code::invalid, with a reason that repeats nothing of the token. Whether
// the jti was seen before is not asked here.
Result<LogoutToken> check_logout_token(const crypto::UnverifiedJws& jws, const json::Object& claims,
                                       const LogoutExpected& expected);

}  // namespace lanyard::doors::signin
