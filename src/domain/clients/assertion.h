// A client proves itself with a token that it signed (RFC 7523 section 3, its update in rfc7523bis, OIDC Core
// section 9: private_key_jwt). Pure; that an assertion is used once is remembered by the caller.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "domain/clients/client.h"
#include "platform/crypto/jws.h"
#include "platform/crypto/keys.h"

namespace lanyard::clients {

constexpr std::string_view kAssertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

// What an assertion may be signed with; in the metadata as token_endpoint_auth_signing_alg_values_supported.
std::span<const crypto::Algorithm> assertion_algorithms();

// Whom an assertion claims to come from, to look the client up before anything is believed. Code::invalid
// when it can not be read at all.
Result<std::string> claimed_client(std::string_view assertion);

// The keys in `jwks` of the client. Code::invalid when there are none or one of them is not fit: a client
// whose registration is half readable is not guessed about.
Result<std::vector<crypto::PublicKey>> keys_of(const Client& client);

struct AssertionQuestion {
  std::string_view type;       // client_assertion_type
  std::string_view assertion;  // client_assertion
  const Client* client = nullptr;
  // crypto::verify_jws against the client's own keys, from `jwks` or from `jwks_uri`. Asked last.
  std::function<Status(const crypto::UnverifiedJws&, const std::vector<crypto::Algorithm>&)> verify;
  std::string_view issuer;  // ours, byte for byte
  Time now{};
};

struct Assertion {
  std::string jti;  // to be seen once for this client …
  Time until{};     // … until then
};

constexpr Duration kAssertionLife = std::chrono::minutes(5);     // exp, ahead of our clock
constexpr Duration kAssertionSkew = std::chrono::seconds(30);    // between the client's clock and ours
constexpr Duration kAssertionOldest = std::chrono::minutes(60);  // iat, when it is there

// Code::invalid for a wrong `type` (invalid_request); Code::unauthenticated (invalid_client) with a short
// reason for the log that holds nothing from the assertion; and what `verify` says.
Result<Assertion> check_assertion(const AssertionQuestion& question);

}  // namespace lanyard::clients
