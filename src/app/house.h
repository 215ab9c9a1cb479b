// The parts list: everything that a running Lanyard consists of, built once, in the order in which the parts
// need each other. Read house.cc to know the product.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "app/config.h"
#include "base/log.h"
#include "base/random.h"
#include "domain/accounts/approvals.h"
#include "domain/accounts/directory.h"
#include "domain/callers/callers.h"
#include "domain/callers/cookies.h"
#include "domain/clients/clients.h"
#include "domain/clients/registry.h"
#include "domain/credentials/credentials.h"
#include "domain/explain/book.h"
#include "domain/groups/groups.h"
#include "domain/issuers/issuers.h"
#include "domain/issuers/key_sets.h"
#include "domain/journal/journal.h"
#include "domain/sessions/artefacts.h"
#include "domain/sessions/sessions.h"
#include "domain/tokens/consents.h"
#include "domain/tokens/devices.h"
#include "domain/tokens/grants.h"
#include "domain/tokens/keys.h"
#include "domain/tokens/logouts.h"
#include "domain/tokens/mint.h"
#include "domain/tokens/once.h"
#include "domain/tokens/released_names.h"
#include "doors/account/account.h"
#include "doors/api/api.h"
#include "doors/gate/gate.h"
#include "doors/oauth/backchannel.h"
#include "doors/oauth/oauth.h"
#include "doors/panda/panda.h"
#include "doors/signin/signin.h"
#include "platform/crypto/seal.h"
#include "platform/net/client.h"
#include "platform/net/router.h"
#include "platform/store/database.h"
#include "platform/view/guard.h"
#include "platform/view/page.h"

namespace lanyard::app {

// What the house stands on; handed in so that a test can put others in their place.
struct Ground {
  const Clock& clock;
  Random& random;
  const Log& log;
  std::string banner = {};  // above every page; practice mode says so there
  tokens::MakeKey make_key = crypto::PrivateKey::generate;
};

// The floors below the doors: enough for the commands that work beside the database.
struct Floors {
  static Result<std::unique_ptr<Floors>> make(const Config& config, const Ground& ground);

  Floors(const Config& config, const Ground& ground, std::unique_ptr<store::Database> database,
         crypto::Sealer sealer, std::vector<clients::Declared> declared);

  const Config config;
  const Ground ground;
  std::unique_ptr<store::Database> database;
  crypto::Sealer sealer;
  journal::Marks marks;
  journal::Ledger ledger;
  accounts::Directory directory;
  accounts::Approvals approvals;
  groups::Groups groups;
  credentials::Credentials credentials;
  sessions::Sessions sessions;
  sessions::Artefacts artefacts;
  clients::Registry registry;
  tokens::Keys keys;
  tokens::Grants grants;
  tokens::Consents consents;
  tokens::Devices devices;
  tokens::Once once;
  tokens::ReleasedNames names;
  tokens::Logouts logouts;
};

// The files that pages need, for every listener that shows pages.
void mount_assets(net::Router& router);

class House {
 public:
  static Result<std::unique_ptr<House>> make(std::unique_ptr<Floors> floors);
  ~House();

  std::shared_ptr<const net::Router> router() const { return router_; }
  net::Client& outside() { return *outside_; }
  const view::PageFrame& frame() const { return frame_; }
  Floors& floors() { return *floors_; }
  const view::Guard& guard() const { return *guard_; }
  const issuers::Tokens& tokens() const { return *tokens_; }
  const std::vector<std::shared_ptr<issuers::Publisher>>& publishers() const { return publishers_; }
  issuers::KeySets& client_keys() { return *client_keys_; }
  const callers::Verdicts& verdicts() const { return *verdicts_; }
  callers::Callers& callers() { return *callers_; }
  tokens::Mint& mint() { return *mint_; }
  doors::oauth::Backchannel& backchannel() { return *backchannel_; }

  // For errors outside any handler: a page for browsers, a problem for programs.
  net::Response error_response(const net::Request* request, int status) const;

  // New rules for admission, at once for everybody (GL5). Other settings need a restart; returns what they
  // are called.
  Result<std::vector<std::string>> take_new_rules(const Config& config);

 private:
  explicit House(std::unique_ptr<Floors> floors);
  Status open_outside();
  Status furnish();

  std::unique_ptr<Floors> floors_;
  view::PageFrame frame_;
  std::unique_ptr<net::Client> outside_;
  std::vector<std::shared_ptr<issuers::Publisher>> publishers_;
  std::vector<doors::signin::Provider> providers_;
  std::unique_ptr<issuers::KeySets> client_keys_;
  std::unique_ptr<issuers::Tokens> tokens_;
  std::unique_ptr<admission::CurrentRules> rules_;
  explain::Book book_;
  std::unique_ptr<callers::Verdicts> verdicts_;
  std::unique_ptr<callers::Callers> callers_;
  std::unique_ptr<clients::Clients> clients_;
  std::unique_ptr<tokens::Mint> mint_;
  std::unique_ptr<view::Guard> guard_;
  std::unique_ptr<callers::Cookies> cookies_;
  std::unique_ptr<doors::signin::SignIn> signin_;
  std::unique_ptr<doors::oauth::OAuth> oauth_;
  std::unique_ptr<doors::panda::Panda> panda_;
  std::unique_ptr<doors::oauth::Backchannel> backchannel_;
  std::unique_ptr<doors::gate::Gate> gate_;
  std::unique_ptr<doors::account::Account> account_;
  std::unique_ptr<doors::api::Api> api_;
  std::shared_ptr<const net::Router> router_;
};

}  // namespace lanyard::app
