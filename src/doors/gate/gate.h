// Forward authentication: stands in front of applications that know nothing of logins. A proxy asks here
// before it passes a request on; the answers are 2xx, 401 and 403 and nothing else.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/log.h"
#include "base/random.h"
#include "domain/callers/callers.h"
#include "domain/callers/cookies.h"
#include "domain/clients/clients.h"
#include "domain/explain/book.h"
#include "domain/sessions/artefacts.h"
#include "domain/sessions/sessions.h"
#include "platform/crypto/keys.h"
#include "platform/net/router.h"
#include "platform/view/guard.h"
#include "platform/view/page.h"

namespace lanyard::doors::gate {

// What a path of an application asks for. The most specific route counts (routes.h); none fits: signed in and
// active is enough.
struct Route {
  std::string client;               // "" : every client
  std::string path;                 // exact, or a prefix when it ends in "/"
  std::vector<std::string> scopes;  // all of them, for bearers
  std::vector<std::string> groups;  // one of them
  bool public_page = false;         // nobody is asked
  bool admin = false;
};

struct Settings {
  std::string public_url;
  std::vector<Route> routes;
  Duration signed_identity_life = std::chrono::minutes(5);
};

struct Desk;

struct Parts {
  callers::Callers& callers;
  const clients::Clients& clients;
  sessions::Sessions& sessions;
  sessions::Artefacts& artefacts;
  explain::Book& book;
  const view::PageFrame& site;
  const view::Guard& guard;
  const callers::Cookies& cookies;
  crypto::PrivateKey identity_key;  // signs the identity token; its public half is at /gate/keys
  Random& random;
  const Clock& clock;
  const Log& log;
};

// The lines that the gate adds for a person, "Remote-User: …\r\n"; handed to callers::Parts so that they are
// made once a person, not once a request. Values that can not stand in a header (control characters,
// non-ASCII) are percent-encoded.
std::string identity_lines(const callers::Person& person);

// any  /gate/check/{client}            the question of nginx, Caddy, Traefik and HAProxy
// any  /gate/envoy/{client}/{rest...}  the same for Envoy, whose path is ours plus the original one
// GET  /gate/app/{client}/login        on the application's own origin, through the proxy: on to /login
// GET  /gate/app/{client}/callback     ticket -> the application's own session -> back to the page
// GET, POST /gate/app/{client}/logout  ends the application's session
// GET  /gate/app/{client}/assets/{name}  for the pages above
// GET  /gate/start/{client}            at our origin, signed in: makes the ticket
// GET  /gate/keys                      JWK set of the signed identity
class Gate {
 public:
  Gate(Parts parts, Settings settings);
  ~Gate();
  void mount(net::Router& router);

 private:
  std::shared_ptr<Desk> desk_;
};

}  // namespace lanyard::doors::gate
