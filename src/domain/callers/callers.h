// Turns a proof into a caller: a session's cookie, a token of a configured issuer, an API token of our own.
// The one way in for every door, so that state, admission and expiry are read at each use (attack rows 34,
// 76, 107-109).
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/log.h"
#include "base/result.h"
#include "domain/accounts/approvals.h"
#include "domain/accounts/directory.h"
#include "domain/admission/rule_book.h"
#include "domain/callers/caller.h"
#include "domain/callers/uses.h"
#include "domain/callers/verdicts.h"
#include "domain/clients/registry.h"
#include "domain/credentials/credentials.h"
#include "domain/explain/book.h"
#include "domain/groups/groups.h"
#include "domain/issuers/issuers.h"
#include "domain/sessions/sessions.h"
#include "domain/tokens/grants.h"
#include "domain/tokens/mint.h"
#include "domain/tokens/once.h"

namespace lanyard::callers {

struct Switches {       // TK7, SX1
  bool enabled = true;  // off: everyone is the anonymous operator, whatever they show
  bool browser_login = true, bearer_tokens = true, api_tokens = true;
  std::string admin_email;  // handed to arrivals; a bearer never becomes an administrator by it
};

// What our own tokens are held against.
struct Own {
  std::string issuer;                // public_url, the main one; "": none are taken
  std::vector<std::string> issuers;  // all of ours
  std::string api;                   // RFC 8707: who names this as audience means the API and no other door
  tokens::Keys* keys = nullptr;
  tokens::Grants* grants = nullptr;
  tokens::Once* once = nullptr;
  clients::Registry* registry = nullptr;
};

struct Parts {
  accounts::Directory& directory;
  accounts::Approvals& approvals;
  groups::Groups& groups;
  sessions::Sessions& sessions;
  credentials::Credentials& credentials;
  const issuers::Tokens& tokens;
  const admission::CurrentRules& rules;
  explain::Book& book;
  const journal::Marks& marks;
  Verdicts& verdicts;
  const Clock& clock;
  const Log& log;
  std::function<std::string(const Person&)> identity_lines;  // the gate's; may be empty
  Own own = {};
};

// "issuers[grid]": the name of an issuer as a source of identities.
std::string source_of(const issuers::Trust& trust);

// An access token of ours with everything behind it as it stands now.
struct Alive {
  tokens::Ours token;
  clients::ClientPtr client;
  std::optional<tokens::TokenGrant> grant;
  std::shared_ptr<const Person> person;  // nullptr for a client's own token
  journal::Marks::Mark mark;             // taken before anything behind it was read
};

// Thread-safe.
class Callers {
 public:
  Callers(Parts parts, Switches switches);

  // From memory alone; for event loops. At most one of caller and refused is set; neither: ask recognise(),
  // on a thread that may wait for somebody outside when `must_wait`, on a database thread otherwise.
  struct Quick {
    CallerPtr caller;
    std::optional<Error> refused;
    bool must_wait = false;
    bool is_own = false;  // says that it is a token of our own: ask recognise()
  };
  Quick recognise_now(const Proof& proof) const;

  // Code::unauthenticated (none, unknown, expired, refused token: the message is the reason), forbidden
  // (scope of the issuer missing), unavailable (keys or database). A caller whose account may not use
  // services is still a caller: ask standing(). Unknown identities of configured issuers get an account here
  // (TK6), after admission.
  Result<CallerPtr> recognise(const Proof& proof, const net::Request& request);

  // Who is signed in in this browser, by the cookie of this name; nullptr when nobody is, or when the cookie
  // was sent twice (attack row 142).
  CallerPtr find_signed_in(const net::Request& request, std::string_view cookie_name);

  // Who stands behind something that was given out earlier, as they are now: from memory while nothing
  // changed. Code::unauthenticated: the identity is not this account's any more; Code::not_found.
  Result<std::shared_ptr<const Person>> find_person(const AccountId& account, std::string_view issuer,
                                                    std::string_view subject, std::string_view source,
                                                    const net::Request& request);

  // Code::unauthenticated: not ours, no access token, expired, revoked, or something behind it is gone, or
  // not allowed now; Code::unavailable. From memory while nothing changed (attack rows 76, 107-109).
  Result<std::shared_ptr<const Alive>> find_alive(std::string_view token, const net::Request& request);

  // From memory alone, for event loops; nullptr: ask find_alive().
  std::shared_ptr<const Alive> find_alive_now(std::string_view token) const;

  // Tells the database what was used since the last time. Once a second, on a thread that may wait.
  void note_uses();

  const Switches& switches() const { return switches_; }
  const CallerPtr& open_service() const { return open_service_; }  // the anonymous operator of SX1

 private:
  Result<CallerPtr> by_session(const Proof& proof, const net::Request& request);
  Result<CallerPtr> by_api_token(const Proof& proof, const net::Request& request);
  Result<Alive> read_alive(std::string_view token, const net::Request& request);
  Result<CallerPtr> by_own_token(const Proof& proof, const net::Request& request);
  Result<CallerPtr> by_token(const Proof& proof, const issuers::Verified& verified,
                             const net::Request& request);

  // What memory alone says; `verified` is set when the token is good and its person has to be read.
  struct Seen {
    CallerPtr caller;
    std::optional<Error> refused;
    bool must_wait = false;
    bool is_own = false;  // a token of our own: the database has to be asked
    std::optional<issuers::Verified> verified;
  };
  Seen look(const Proof& proof) const;
  void log_failure(std::string_view what, const Error& error) const;

  struct Admitted {
    std::string source;
    admission::Claimed claimed;
    admission::Verdict verdict;
    accounts::Newcomer newcomers = accounts::Newcomer::pending;
    bool trusted_for_addresses = false;
  };
  Admitted admit(const issuers::Verified& verified) const;
  Result<AccountId> arrive(const issuers::Verified& verified, const Admitted& admitted,
                           const net::Request& request);

  Parts parts_;
  Switches switches_;
  CallerPtr open_service_;
  Uses uses_;
};

}  // namespace lanyard::callers
