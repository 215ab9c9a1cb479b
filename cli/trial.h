// A sign-in as a client does it, looked at from all sides: what `lanyard client test` runs.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/random.h"
#include "cli/findings.h"
#include "cli/receiver.h"
#include "lib/code.h"
#include "lib/device.h"

namespace lanyard::cli {

struct Trial {
  lib::Caller caller;
  lib::Metadata metadata;
  std::vector<crypto::PublicKey> keys;
  lib::ClientProof proof;
  bool can_prove = true;  // false: with a key or a certificate, which is not here
  bool pushes = false;    // RFC 9126
  std::string scope, audience;
  Duration patience = std::chrono::minutes(10);  // with the person at the page
  Random& random;
  Findings& findings;
};

struct Obtained {
  lib::Granted granted;
  std::string nonce;      // "" where none was sent
  bool of_person = true;  // false: the client's own
};

// Each says what it sees; an empty optional: there are no tokens to look at.
std::optional<Obtained> sign_in_by_code(const Trial& trial, const std::string& redirect_uri,
                                        Receiver receiver);
std::optional<Obtained> sign_in_by_device(const Trial& trial);
std::optional<Obtained> ask_for_itself(const Trial& trial);  // client_credentials

// Rules, claims, scopes, lives, userinfo, one refresh; then every token of the test is revoked.
void look_at_tokens(const Trial& trial, Obtained obtained);

}  // namespace lanyard::cli
