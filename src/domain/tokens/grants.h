// A grant: an account lets a client act for it. Refresh tokens are not stored: a token names its grant and
// its generation and carries a MAC over both, so one row a grant is enough, an old generation is recognised
// however old it is, and the same successor can be given again within the grace (RFC 9700 section 4.14).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "base/random.h"
#include "base/result.h"
#include "base/secret.h"
#include "base/time.h"
#include "domain/clients/client.h"
#include "domain/journal/journal.h"
#include "platform/crypto/seal.h"

namespace lanyard::tokens {

struct TokenGrant {
  TokenGrantId id;
  ClientId client;
  AccountId account;
  std::string issuer, subject, source;  // the identity that signed in
  std::string kind;                     // "authorization_code", "device_code", "token_exchange"
  std::vector<std::string> scopes, audience;
  std::string session;  // whose end ends it too, unless the access is offline; may be empty
  // What ID tokens call the session, `sid`: the one that it began in. It stays when the person signs in anew
  // and `session` moves, since applications remember it. Filled in by insert().
  std::string sid;
  Time auth_time{};
  std::string bound_to;  // "jkt:…" or "x5t:…": the key that must be shown at every refresh; may be empty
  std::string salt;      // goes into its refresh tokens; filled in by insert()
  std::int64_t generation = 0;
  Time created_at{}, rotated_at{}, idle_until{}, expires_at{};
  std::optional<Time> ended_at;
  std::string end_reason;
  std::string address, user_agent;
};

// Thread-safe.
class Grants {
 public:
  Grants(journal::Ledger& ledger, const crypto::Sealer& sealer, Random& random);

  TokenGrantId make_id();

  // Inside somebody's transaction: the code that led to it is consumed in the same one. Fills in generation
  // and times. Journals "grant.created".
  Status insert(store::Connection& connection, journal::Notes& notes, TokenGrant& grant,
                const clients::Lives& lives);
  // The refresh token of the grant's present generation; nothing is read.
  Secret refresh_token(const TokenGrant& grant);

  struct Refreshed {
    TokenGrant grant;
    Secret token;
    bool was_late = false;  // within the grace
  };
  // By the client's policy: exactly one caller moves the generation on. Code::unauthenticated, in one set of
  // words: unknown, of another client, ended, expired, idle too long. A generation that was used before ends
  // the grant, unless the grace still holds.
  Result<Refreshed> refresh(const clients::Client& client, const Secret& token);
  // Reads without moving anything: for introspection and revocation. Any generation that was ever given out.
  Result<TokenGrant> find_by_token(const Secret& token);
  // Code::not_found; ended ones are found too.
  Result<TokenGrant> get(const TokenGrantId& id);

  // Ends it for good; ending twice changes nothing. Journals "grant.ended".
  Status end(const TokenGrantId& id, const std::string& reason, const access::Actor& actor);
  Status end_in(store::Connection& connection, journal::Notes& notes, const TokenGrantId& id,
                const std::string& reason);
  // What follows a session (sessions::Followers): all but offline access ends with it.
  Status end_of_session(store::Connection& connection, journal::Notes& notes, const std::string& session,
                        const std::string& reason);
  Status move_session(store::Connection& connection, const std::string& former, const std::string& next);
  Result<std::int64_t> end_of_client(const AccountId& account, const ClientId& client,
                                     const std::string& reason, const access::Actor& actor);
  // Everybody's; for a client that goes away.
  Result<std::int64_t> end_all_of_client(const ClientId& client, const std::string& reason,
                                         const access::Actor& actor);
  Result<std::vector<TokenGrant>> list(const AccountId& account);  // live ones, newest first
  // Deletes at most `most` rows that expired a day ago; uses the index on expiry.
  Result<std::int64_t> sweep(std::int64_t most);

 private:
  journal::Ledger& ledger_;
  Random& random_;
  std::vector<std::string> keys_;  // newest first
};

// A client that was deleted and made anew under its name inherits nothing.
bool is_of(const TokenGrant& grant, const clients::Client& client);

// Access that goes on when the person signed out (OIDC Core section 11).
bool is_offline(const TokenGrant& grant);

bool looks_like_refresh_token(std::string_view text);

// Whether this refresh token is of the grant's present generation. Its MAC is not looked at.
bool is_present(const TokenGrant& grant, std::string_view token);

}  // namespace lanyard::tokens
