// The OpenID provider and authorization server: certified clients, grid tools and Hubs talk to it unmodified.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/log.h"
#include "base/random.h"
#include "domain/callers/callers.h"
#include "domain/callers/cookies.h"
#include "domain/clients/registry.h"
#include "domain/groups/groups.h"
#include "domain/journal/journal.h"
#include "domain/sessions/artefacts.h"
#include "domain/sessions/sessions.h"
#include "domain/tokens/consents.h"
#include "domain/tokens/devices.h"
#include "domain/tokens/grants.h"
#include "domain/tokens/keys.h"
#include "domain/tokens/mint.h"
#include "domain/tokens/once.h"
#include "domain/tokens/released_names.h"
#include "platform/crypto/certificate.h"
#include "platform/crypto/jws.h"
#include "platform/net/router.h"
#include "platform/view/guard.h"
#include "platform/view/page.h"

namespace lanyard::doors::oauth {

// The keys that clients publish at a `jwks_uri`: whether one of them made this signature, and whether the one
// with this thumbprint is there. Code::unauthenticated, Code::unavailable; both may wait for the client.
struct RemoteKeys {
  std::function<Status(const std::string& jwks_uri, const crypto::UnverifiedJws& jws,
                       const std::vector<crypto::Algorithm>& allowed)>
      verify;
  std::function<Status(const std::string& jwks_uri, const std::string& thumbprint)> find;
};

// An issuer of ours below the public address (PA3).
struct FurtherIssuer {
  std::string path;  // "/vo/rubin"
  bool open_registration = false;
};

struct Settings {
  std::string public_url;   // where this service is; the main issuer, byte for byte
  std::string issuer_path;  // what an issuer's name has behind that; "" for the main one
  std::vector<FurtherIssuer> further_issuers;
  bool takes_certificates = false;                         // of clients, in some way (RFC 8705)
  std::string certificate_url;                             // where, when that is not public_url; no path
  std::vector<std::string> nonce_keys;                     // Sealer::derive_all("dpop nonce")
  std::shared_ptr<const crypto::Authorities> authorities;  // of clients' certificates; may be nullptr
  Duration code_life = std::chrono::seconds(60);
  Duration interaction_life = std::chrono::hours(24);  // a newcomer's request survives so long
  // Who registers a client by itself (RFC 7591) needs an API token with the scope "register", or nothing.
  bool open_registration = false;
  std::vector<std::string> registration_scopes;     // what such a client may ask for
  clients::Lives lives;                             // and how long its tokens are good
  Duration pushed_life = std::chrono::seconds(90);  // RFC 9126 section 2.2
};

struct Parts {
  RemoteKeys remote_keys;
  journal::Ledger& ledger;
  groups::Groups& groups;
  sessions::Sessions& sessions;
  sessions::Artefacts& artefacts;
  callers::Callers& callers;
  clients::Registry& registry;
  tokens::Keys& keys;
  tokens::Mint& mint;
  tokens::Grants& grants;
  tokens::Devices& devices;
  tokens::Consents& consents;
  tokens::Once& once;
  tokens::ReleasedNames& names;
  const view::PageFrame& site;
  const view::Guard& guard;
  const callers::Cookies& cookies;
  Random& random;
  const Clock& clock;
  const Log& log;
};

// clang-format off
// GET, POST /authorize            the authorization endpoint
// GET  /authorize/continue        back from signing in or from waiting; "request" names what was asked for
// POST /par                     a pushed request (RFC 9126)
// POST /consent                   allow or refuse
// POST /token                     the token endpoint, all grants
// GET, POST /userinfo
// POST /devicecode              a program begins the device grant (RFC 8628)
// GET, POST /device               the code that it shows
// POST /device/confirm            allow or refuse
// POST /introspect, /revoke       RFC 7662, RFC 7009
// POST /register                  a client registers itself (RFC 7591)
// GET, PUT, DELETE /register/{id} what became of it (RFC 7592)
// GET, POST /end_session          an application asks to sign somebody out
// GET  /jwks, /.well-known/openid-configuration, /.well-known/oauth-authorization-server
// GET  /.well-known/oauth-protected-resource/userinfo    RFC 9728
// clang-format on
// A further issuer has all of them below its path, but for the pages /authorize/continue, /consent, /device
// and /device/confirm, which people share; its metadata stand at both places, in front of the path (RFC 8414
// section 3.1) and behind it.
class OAuth {
 public:
  OAuth(const Parts& parts, Settings settings);
  ~OAuth();
  void mount(net::Router& router);

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace lanyard::doors::oauth
