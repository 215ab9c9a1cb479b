// The PanDA server's rules for an ID token, each with its words, and closed where it leaves a gap. Pure but
// for the keys and the clients, which are handed in.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "base/time.h"
#include "domain/clients/registry.h"
#include "doors/panda/origin.h"
#include "platform/crypto/keys.h"

namespace lanyard::doors::panda {

// Where the rules look things up; each may fail with Code::unavailable.
struct Sources {
  std::string_view main_issuer;
  const std::vector<std::string>& issuers;  // all of ours
  std::function<Result<clients::ClientPtr>(std::string_view id)> find_client;
  std::function<Result<std::vector<clients::Client>>(std::string_view organisation)> find_organisation;
  const std::vector<crypto::PublicKey>& keys;
  Time now{};
};

// A token that keeps the rules. Whether its person, or its robot, still may is the next question.
struct Good {
  // An access token that a client got for itself (RFC 6749 section 4.4): nobody stands behind it.
  bool is_robot = false;
  json::Object claims;
  clients::ClientPtr client;
  Origin origin;
  std::string group;  // whose member the token says the person is: "Rubin", "Rubin/production"
  std::string sub, jti, name, nickname;
  Time expires_at{};
};

// Code::unauthenticated with the PanDA server's text in `message`; Code::unavailable.
Result<Good> check_token(const Sources& sources, std::string_view token,
                         std::optional<std::string_view> origin);

}  // namespace lanyard::doors::panda
