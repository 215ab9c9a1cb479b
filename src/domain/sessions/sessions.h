// Browser sessions: one at Lanyard itself, and one for each application that stands behind the gate, child of
// the first. The cookie is 256 random bits, stored hashed; its row is looked at on every use.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "base/random.h"
#include "base/result.h"
#include "base/secret.h"
#include "base/time.h"
#include "domain/access/access.h"
#include "domain/journal/journal.h"
#include "platform/crypto/digest.h"

namespace lanyard::sessions {

struct Session {
  SessionId id;        // public handle
  std::string kind;    // "lanyard" or "application"
  std::string client;  // for "application": the client's id
  std::optional<SessionId> parent;
  AccountId account;
  std::string issuer, subject, source;  // the identity that signed in
  std::string upstream_sid;             // its session at the upstream; "" when that named none
  Time auth_time{}, created_at{}, seen_at{}, expires_at{};
  std::string user_agent, address;
};

struct Lives {
  Duration idle = std::chrono::hours(1);
  Duration life = std::chrono::hours(12);  // from the login on; a child never outlives its parent
};

struct Login {  // what a session starts from
  AccountId account;
  std::string issuer, subject, source;
  std::string user_agent, address;  // cut to 200 bytes
  std::string upstream_sid;         // "sid" of the upstream's ID token
};

// Whose sessions an upstream ended (OIDC Back-Channel Logout 1.0 section 2.4): of a subject, of one session
// at the upstream, or of both together. One of the two may be "".
struct UpstreamLogout {
  std::string source, issuer;
  std::string subject, sid;
};

// What hangs on a session by its id, and follows it in the same transaction. Either may be empty.
struct Followers {
  std::function<Status(store::Connection&, journal::Notes&, const SessionId& ended)> end;
  // The same person signed in anew in the same browser.
  std::function<Status(store::Connection&, const SessionId& former, const SessionId& next)> move;
};

// Thread-safe.
class Sessions {
 public:
  Sessions(journal::Ledger& ledger, Random& random, crypto::KeyedHash hashes, Lives lives,
           Followers followers = {});

  struct Started {
    Session session;
    Secret cookie;
  };
  // Always a new id and cookie (attack row 67); `old_cookie` of the same browser is ended in the same
  // transaction. What hung on it moves to the new one when both are of one account, and ends otherwise.
  Result<Started> start(const Login& login, std::string_view old_cookie, const access::Actor& actor);
  Result<Started> start_child(const Session& parent, const ClientId& client, const access::Actor& actor);

  // Code::unauthenticated when unknown, ended, expired, idle too long, or its parent is. Does not write.
  Result<Session> find(std::string_view cookie, std::string_view kind, std::string_view client);
  // By its public handle, with the same conditions; for tickets.
  Result<Session> get(const SessionId& id);
  // Moves seen_at of each for which it is older than a minute (and the parent's), in one transaction.
  Status touch(const std::vector<Session>& used);

  // With its children. Journals "session.ended".
  Status end(const SessionId& id, const access::Actor& actor);
  Status end_of_account(const AccountId& account, const SessionId& id,
                        const access::Actor& actor);  // Code::not_found when not theirs
  // All, or all but one. Journals "session.all_ended" with their ids.
  Result<std::int64_t> end_all(const AccountId& account, const std::optional<SessionId>& but,
                               const access::Actor& actor);
  // The sessions that came from this login of the upstream, with their children; how many. A session whose
  // upstream session is not known ends with its subject.
  Result<std::int64_t> end_of_upstream(const UpstreamLogout& logout, const access::Actor& actor);
  Result<std::vector<Session>> list(const AccountId& account);  // live ones, newest first, without children
  // The applications' sessions that end with this one.
  Result<std::vector<Session>> list_children(const SessionId& parent);
  // Deletes at most `most` rows that ended; for a job. Uses the index on expiry.
  Result<std::int64_t> sweep(std::int64_t most);

  const Lives& lives() const { return lives_; }

 private:
  Status end_in(store::Connection& connection, journal::Notes& notes, const Session& session);

  journal::Ledger& ledger_;
  Random& random_;
  crypto::KeyedHash hashes_;
  Lives lives_;
  Followers followers_;
};

}  // namespace lanyard::sessions
