// What `lanyardd try` adds on loopback: an upstream with three people, an application that knows nothing of
// logins behind a small forward-auth proxy, and a page that lists what there is to try. Nothing of it can be
// switched on elsewhere.
#pragma once

#include <memory>
#include <string>

#include "base/log.h"
#include "base/random.h"
#include "base/secret.h"
#include "platform/crypto/keys.h"
#include "platform/net/client.h"
#include "platform/net/router.h"
#include "platform/view/page.h"

namespace lanyard::doors::practice {

struct ProviderSettings {
  std::string issuer;  // http on loopback
  std::string client_id;
  Secret client_secret;
  std::string redirect_uri;  // Lanyard's callback, compared exactly
};

// A small OpenID provider: discovery, keys, authorize (choose who you are), token (code + PKCE), userinfo.
// Three people: Ada Admin, Mia Member, Noah Newcomer.
class Provider {
 public:
  Provider(ProviderSettings settings, crypto::PrivateKey key, const view::PageFrame& site, Random& random,
           const Clock& clock);
  ~Provider();
  void mount(net::Router& router);

 private:
  struct State;
  std::shared_ptr<State> state_;
};

struct ApplicationSettings {
  std::string gate_url;  // "http://127.0.0.1:8080/gate"
  std::string client;    // its id at the gate
};

// The application with its proxy: each request asks the gate over HTTP as nginx would, and shows what
// arrived.
class Application {
 public:
  Application(ApplicationSettings settings, net::Client& outside, const view::PageFrame& site);
  ~Application();
  void mount(net::Router& router);

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace lanyard::doors::practice
