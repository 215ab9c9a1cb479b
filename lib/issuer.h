// What an issuer publishes about itself: OpenID Connect Discovery 1.0 section 4, RFC 8414 section 3, RFC 7517
// section 5.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "platform/crypto/keys.h"
#include "platform/net/client.h"

namespace lanyard::lib {

struct Metadata {
  std::string issuer;  // as it writes itself
  std::string jwks_uri, token_endpoint, device_authorization_endpoint, revocation_endpoint;
  std::string authorization_endpoint, userinfo_endpoint, pushed_authorization_request_endpoint;
  std::vector<std::string> scopes_supported;  // what it announces; there may be more
  bool names_itself_in_answers = false;       // RFC 9207: `iss` stands in every authorization answer
};

enum class Spelling {
  exact,            // for tokens: RFC 8414 section 3.3, byte for byte
  with_final_slash  // for what a person typed: one slash at the end more or less is the same
};

// https anywhere the caller points to, plain http to this machine alone; Code::invalid otherwise. An empty
// ca_file means the system's trust.
Result<net::Reach> reach_for(std::string_view issuer, const std::string& ca_file);

// Both well-known forms. Code::upstream when the document names another issuer or an address that is not
// https; Code::unavailable when nothing answers.
Result<Metadata> discover(net::Client& client, const net::Reach& reach, std::string_view issuer,
                          Spelling spelling);

// The usable keys; Code::upstream when there is none.
Result<std::vector<crypto::PublicKey>> fetch_keys(net::Client& client, const net::Reach& reach,
                                                  const Metadata& metadata);

}  // namespace lanyard::lib
