// /api/v1: accounts, approvals, groups, clients, issuers, signing keys, journal, explain. What
// api/openapi.yaml says, and nothing else. JSON in and out, RFC 9457 problems, keyset pages, If-Match on
// changes. Bearers only, never a cookie: no page can be made to call it.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/log.h"
#include "domain/accounts/approvals.h"
#include "domain/accounts/directory.h"
#include "domain/admission/rule_book.h"
#include "domain/callers/callers.h"
#include "domain/clients/registry.h"
#include "domain/credentials/credentials.h"
#include "domain/explain/book.h"
#include "domain/groups/groups.h"
#include "domain/issuers/issuers.h"
#include "domain/issuers/publisher.h"
#include "domain/journal/journal.h"
#include "domain/sessions/sessions.h"
#include "domain/tokens/grants.h"
#include "domain/tokens/keys.h"
#include "platform/net/router.h"

namespace lanyard::doors::api {

struct Settings {
  std::string public_url;
  std::vector<std::string> authorization_servers;  // issuers of ours whose access tokens open the API
  std::vector<std::string> issuer_paths;           // of our further issuers: what a client may belong to
  std::string default_issuer;                      // whose subjects a created account has, when none is named
  std::string page_key;                            // derived: authenticates page cursors (attack row 145)
  clients::Lives lives;                            // of a new client, where none are sent
  Duration longest_token = std::chrono::hours(24 * 7);  // no client's access or ID tokens live longer
};

struct Parts {
  journal::Ledger& ledger;
  tokens::Keys& keys;
  accounts::Directory& directory;
  accounts::Approvals& approvals;
  groups::Groups& groups;
  sessions::Sessions& sessions;
  credentials::Credentials& credentials;
  callers::Callers& callers;
  clients::Registry& registry;
  tokens::Grants& grants;
  const issuers::Tokens& tokens;
  std::vector<std::shared_ptr<issuers::Publisher>> publishers;  // of issuers and of providers
  const admission::CurrentRules& rules;
  explain::Book& book;
  const Clock& clock;
  const Log& log;
};

// The API as a resource (RFC 9728): its name is what access tokens for it have in `aud`.
std::string resource_of(std::string_view public_url);

// GET /.well-known/oauth-protected-resource/api, beside /api/v1.
class Api {
 public:
  Api(Parts parts, Settings settings);
  ~Api();
  void mount(net::Router& router);

 private:
  struct State;
  std::shared_ptr<State> state_;
};

// An error as application/problem+json (RFC 9457): type, title, status, detail, code, hint, request_id.
// Internal causes stay in the log.
net::Response problem(const Error& error, const net::Request& request);
// The same for a bare status (404, 405, 413, 431, 503, …).
net::Response problem_of_status(int status, std::string_view request_id);

}  // namespace lanyard::doors::api
