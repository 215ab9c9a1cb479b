// Who makes a request: the account as it stands now, the identity it came by, and what the proof allows.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "base/time.h"
#include "domain/access/access.h"
#include "domain/accounts/account.h"
#include "domain/journey/journey.h"
#include "platform/net/http.h"

namespace lanyard::callers {

// An account with everything that a verdict needs, read in one go. Immutable, shared by all its proofs.
struct Person {
  accounts::Account account;
  std::string issuer, subject, source;                // the identity by which it came; "" for API tokens
  std::vector<std::string> groups;                    // effective, paths in order
  bool admitted = true;                               // admission::still_admitted at reading time
  std::string refused_because;                        // for the person, when not admitted
  std::shared_ptr<const std::string> identity_lines;  // "Name: value\r\n"…, made by the gate's function
};

enum class Means {
  session,
  application_session,
  bearer,     // a token of a foreign issuer
  own_token,  // an access token that we made
  api_token,
  open_service,
};
std::string_view to_string(Means means);

struct Alive;

struct Caller {
  std::shared_ptr<const Person> person;
  Means means = Means::session;
  std::shared_ptr<const std::vector<std::string>> scopes;  // nullptr for sessions: everything the person may
  std::shared_ptr<const std::string> scope_text;           // the same, joined by blanks; made once a proof
  bool is_for_api = false;                                 // its audience is the API alone
  SessionId session;
  CredentialId credential;
  std::shared_ptr<const Alive> alive;  // of an access token of ours; see callers.h
  Time auth_time{};                    // of the login, for sessions
  Time expires_at{};                   // of the proof

  bool has_scope(std::string_view word) const;  // whole word; sessions have all
  // An active administrator, by a login or by an API or access token of ours with scope "admin". A foreign
  // issuer's token never is.
  bool may_administrate() const;
  // The same for pages of applications behind the gate, where the application's own session counts too. It
  // gives no right over Lanyard itself.
  bool is_administrator() const;
};
using CallerPtr = std::shared_ptr<const Caller>;

// What stands between this caller and using a service; step go_on means nothing does.
journey::Answer standing(const Caller& caller, Time now, std::optional<Duration> wanted_freshness = {});

access::Actor to_actor(const Caller& caller, const net::Request& request);
access::Actor nobody(const net::Request& request);

// What a request shows as proof. Exactly one counts.
struct Proof {
  enum class Kind { none, bearer, session, application_session } kind = Kind::none;
  std::string_view text;    // token or cookie value
  std::string_view client;  // for application_session
};
// The Authorization header (scheme "Bearer" in any case) wins over a cookie. Two Authorization headers,
// another scheme, a token in the query, a cookie name sent twice: Code::invalid (RFC 6750 section 2, attack
// rows 90, 142).
Result<Proof> find_proof(const net::Request& request, std::string_view cookie_name, Proof::Kind cookie_kind,
                         std::string_view client);

}  // namespace lanyard::callers
