// A person's own pages, and the queue for administrators until the console is there. Server-rendered, no
// script needed.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/log.h"
#include "domain/accounts/approvals.h"
#include "domain/accounts/directory.h"
#include "domain/callers/callers.h"
#include "domain/callers/cookies.h"
#include "domain/clients/clients.h"
#include "domain/clients/registry.h"
#include "domain/credentials/credentials.h"
#include "domain/groups/groups.h"
#include "domain/journal/journal.h"
#include "domain/sessions/sessions.h"
#include "domain/tokens/consents.h"
#include "domain/tokens/grants.h"
#include "platform/net/router.h"
#include "platform/view/guard.h"
#include "platform/view/page.h"

namespace lanyard::doors::account {

struct Settings {
  std::string public_url;
  Duration fresh_for = std::chrono::minutes(15);  // dangerous acts ask for a login not older than this
  Duration longest_token_life = std::chrono::hours(24 * 365);
  bool api_tokens = true;
  std::vector<std::pair<std::string, std::string>> providers;  // id and label, for "link another login"
};

struct Parts {
  journal::Ledger& ledger;  // read only: the timeline of an account
  accounts::Directory& directory;
  accounts::Approvals& approvals;
  groups::Groups& groups;
  sessions::Sessions& sessions;
  credentials::Credentials& credentials;
  tokens::Grants& grants;
  tokens::Consents& consents;
  clients::Registry& registry;
  callers::Callers& callers;
  const clients::Clients& clients;
  const view::PageFrame& site;
  const view::Guard& guard;
  const callers::Cookies& cookies;
  const Clock& clock;
  const Log& log;
};

// GET /  leads on; GET /pending; GET /account and below it profile, identities, sessions, apps, tokens,
// groups; GET /admin/queue, /admin/accounts, /admin/accounts/{id} with their POSTs. Every POST carries the
// guard's field.
class Account {
 public:
  Account(Parts parts, Settings settings);
  ~Account();
  void mount(net::Router& router);

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace lanyard::doors::account
