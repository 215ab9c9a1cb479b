// Tells applications that somebody signed out (OIDC Back-Channel Logout 1.0), whenever the queue says so.
#pragma once

#include <string>

#include "base/log.h"
#include "domain/clients/registry.h"
#include "domain/tokens/logouts.h"
#include "domain/tokens/mint.h"
#include "platform/net/client.h"

namespace lanyard::doors::oauth {

class Backchannel {
 public:
  struct Parts {
    tokens::Logouts& logouts;
    clients::Registry& registry;
    tokens::Mint& mint;
    net::Client& outside;
    const Clock& clock;
    const Log& log;
  };
  explicit Backchannel(Parts parts);

  // Sends what is due, for some seconds at most; what is left waits for the next round. Blocks: for the
  // thread that waits for parties outside.
  void send_due();

 private:
  Status tell(const clients::Client& client, const tokens::Logout& logout);
  void send(const tokens::Logout& logout);

  Parts parts_;
  bool is_local_;  // the service itself is on a loopback address, as in a trial
};

}  // namespace lanyard::doors::oauth
