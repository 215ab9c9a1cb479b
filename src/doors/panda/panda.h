// What PanDA's clients and servers ask of the issuer beside OpenID Connect.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/log.h"
#include "base/time.h"
#include "domain/callers/callers.h"
#include "domain/clients/registry.h"
#include "domain/tokens/grants.h"
#include "domain/tokens/keys.h"
#include "platform/net/router.h"

namespace lanyard::doors::panda {

struct Parts {
  callers::Callers& callers;
  clients::Registry& registry;
  tokens::Keys& keys;
  tokens::Grants& grants;
  const Clock& clock;
  const Log& log;
};

struct Settings {
  std::string public_url;            // the main issuer, byte for byte
  std::vector<std::string> issuers;  // all of ours, that one among them
};

// GET       /auth/{file}   "Rubin_auth_config.json": what panda-client needs to begin
// GET, POST /panda/verify  is this ID token good for what Origin names
class Panda {
 public:
  Panda(Parts parts, Settings settings);
  ~Panda();
  void mount(net::Router& router);

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace lanyard::doors::panda
