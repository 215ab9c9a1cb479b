// Verification of a signature without a server, a line at a time: what `lanyardd jws-verify` answers. It
// shows an operator, or a comparison with other software, exactly what this room accepts.
#pragma once

#include <string>
#include <string_view>

namespace lanyard::crypto {

// One JSON object {"jws": "…", "keys": [JWK, …]}; other members are ignored. Every algorithm of keys.h is
// allowed and the payload may be anything. A key that parse_jwk refuses counts as absent. Never fails:
// "valid", or "invalid " and a short reason on one line, also when the line itself is at fault. The reason
// repeats nothing from the token or the keys.
std::string verify_line(std::string_view line);

}  // namespace lanyard::crypto
