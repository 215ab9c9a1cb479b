// How people sign in: the chooser, and an OpenID Connect relying party for any upstream (OIDC Core 1.0, RFC
// 6749, 7636, 9207, 9700). Ends with a session and sends the person on to where the journey leads.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/log.h"
#include "base/random.h"
#include "base/secret.h"
#include "domain/accounts/approvals.h"
#include "domain/accounts/directory.h"
#include "domain/admission/rule_book.h"
#include "domain/callers/callers.h"
#include "domain/callers/cookies.h"
#include "domain/clients/clients.h"
#include "domain/explain/book.h"
#include "domain/groups/groups.h"
#include "domain/issuers/publisher.h"
#include "domain/journal/journal.h"
#include "domain/sessions/artefacts.h"
#include "domain/sessions/sessions.h"
#include "domain/tokens/once.h"
#include "platform/net/client.h"
#include "platform/net/router.h"
#include "platform/view/guard.h"
#include "platform/view/page.h"

namespace lanyard::doors::signin {

// One configured upstream. Immutable.
struct Provider {
  std::string id, label, issuer, client_id;
  Secret client_secret;  // empty: public client
  std::vector<std::string> scopes;
  std::string username_claim, institution_claim, groups_claim, identity_provider_claim;
  std::vector<crypto::Algorithm> algorithms;
  std::map<std::string, std::string> authorize_parameters;
  net::Reach reach;
  bool enabled = true;
  std::shared_ptr<issuers::Publisher> keys;
};

struct Settings {
  std::string public_url;
  std::string admin_email;  // SX2
  bool browser_login = true;
  std::size_t logins_per_minute = 60;             // begun from one address or /64
  Duration fresh_for = std::chrono::minutes(15);  // adding a login asks for one not older than this
};

struct Parts {
  journal::Ledger& ledger;
  accounts::Directory& directory;
  accounts::Approvals& approvals;
  groups::Groups& groups;
  sessions::Sessions& sessions;
  sessions::Artefacts& artefacts;
  tokens::Once& once;
  const admission::CurrentRules& rules;
  callers::Callers& callers;
  const clients::Clients& clients;
  explain::Book& book;
  net::Client& outside;
  const view::PageFrame& site;
  const view::Guard& guard;
  const callers::Cookies& cookies;
  Random& random;
  const Clock& clock;
  const Log& log;
};

// clang-format off
// GET  /login                       chooser ("?client=wiki&to=/page": where to go on afterwards; whoever comes from
//                                   an application and is signed in goes back at once, unless "&again=1")
// POST /login/{provider}            begins; the answer leads the browser to the upstream. "link=1" from a form of
//                                   the account pages adds the login to the account
// GET  /login/callback/{provider}   the upstream's answer; a distinct address for each (mix-up, attack row 63)
// POST /login/backchannel/{provider} the upstream says that somebody signed out there (OIDC Back-Channel Logout 1.0)
// GET  /login/problem/{kind}        what went wrong, in words
// GET  /login/link                  the address is confirmed for another account: what to do about it
// GET, POST /logout                 asks first, then ends the session and its children
// GET  /bootstrap?token=            one-time link for the first administrator; changes nothing by itself. The token stands in
//                                   the query because paths are logged.
// clang-format on
class SignIn {
 public:
  SignIn(Parts parts, std::vector<Provider> providers, Settings settings);
  ~SignIn();
  void mount(net::Router& router);

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace lanyard::doors::signin
