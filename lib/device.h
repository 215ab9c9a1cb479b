// The device flow (RFC 8628): a program without a browser asks, a person approves wherever a browser is.
#pragma once

#include <functional>
#include <string>

#include "lib/oauth.h"

namespace lanyard::lib {

struct DeviceWish {
  ClientProof proof;
  std::string scope, audience, organisation;
};

struct DeviceCode {
  Secret device_code;
  std::string user_code;         // what a person can type
  std::string verification_uri;  // where
  std::string complete_uri;      // the same with the code in it; "" when the server has none
  Duration life{};
  Duration interval{};  // between two questions
};

// Code::upstream when the issuer has no device flow.
Result<DeviceCode> begin_device_flow(const Caller& caller, const Metadata& metadata, const DeviceWish& wish);

// Asks until somebody has decided. Keeps the interval, adds five seconds at each slow_down (section 3.5),
// doubles it while the server can not be reached, and ends by itself when the code has expired. `pause` waits
// so long; false from it gives up (Code::unavailable). Code::forbidden: turned down; Code::expired.
using Pause = std::function<bool(Duration)>;
Result<Held> wait_for_approval(const Caller& caller, const Metadata& metadata, const DeviceWish& wish,
                               const DeviceCode& code, const Pause& pause);

}  // namespace lanyard::lib
