// What must hold for an ID token (OpenID Connect Core 1.0 sections 3.1.3.6 and 3.1.3.7) besides its
// signature. There is no form that leaves out a check.
#pragma once

#include <string>
#include <string_view>

#include "base/json.h"
#include "base/time.h"
#include "doors/signin/problems.h"
#include "platform/crypto/jws.h"

namespace lanyard::doors::signin {

struct Expected {
  std::string_view issuer, client_id, nonce, access_token;
  Time now{};
};

inline constexpr Duration kSkew = std::chrono::seconds(60);
inline constexpr Duration kOldestIdToken = std::chrono::minutes(10);

// The signature of `jws` was verified and `claims` is its payload. The rules, in order: kind of token,
// issuer, audience, authorised party, expiry, time of issue, nonce, at_hash, subject.
Checked check_id_token(const crypto::UnverifiedJws& jws, const json::Object& claims,
                       const Expected& expected);

// 1 to 255 printable ASCII characters (section 2).
bool is_subject(std::string_view text);

}  // namespace lanyard::doors::signin
