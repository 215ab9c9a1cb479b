// What proves an account without a browser: API tokens that we made, and refresh tokens that were recorded
// for somebody beforehand (SX3, SX5). Stored as keyed hashes; the text exists once, in the answer that made
// it.
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
#include "domain/access/access.h"
#include "domain/journal/journal.h"
#include "platform/crypto/digest.h"

namespace lanyard::credentials {

struct Credential {
  CredentialId id;
  std::string kind;  // "api_token", "refresh_token"
  AccountId account;
  std::vector<std::string>
      scopes;  // "admin": everything its account may do here; "account": its own pages; others: for services
  std::string label;
  Time created_at{};
  std::optional<Time> expires_at, last_used_at, revoked_at;
};

// "lyt_" + 43 base64url characters + 6 characters of checksum. The prefix is for secret scanners, the
// checksum refuses truncated and mistyped tokens before anything is looked up (attack row 33).
bool looks_like_api_token(std::string_view text);

struct NewToken {
  AccountId account;
  std::string label;                // required: what it is for
  std::vector<std::string> scopes;  // required, at most 20 words
  Duration life{};                  // required, capped by the configuration
};

// Thread-safe.
class Credentials {
 public:
  Credentials(journal::Ledger& ledger, Random& random, crypto::KeyedHash hashes, Duration longest_life);

  struct Made {
    Credential credential;
    Secret token;  // shown once
  };
  Result<Made> make_token(const NewToken& wanted, const access::Actor& actor);
  // Unknown, revoked, expired, wrong checksum: Code::unauthenticated, in the same words. Does not write; see
  // touch().
  Result<Credential> find_by_token(std::string_view token);
  // last_used_at of each, at most once in a minute for one, in one transaction.
  Status touch(const std::vector<CredentialId>& used);
  Result<std::vector<Credential>> list(const AccountId& account);
  // Code::not_found when it is not this account's (attack row 112).
  Status revoke(const AccountId& account, const CredentialId& id, const access::Actor& actor);
  Status revoke_all(const AccountId& account, const access::Actor& actor);

  // SX3, SX5: records a refresh token that somebody already holds. Recording it again changes nothing; one
  // that is another account's is Code::conflict. Returns whether it was new.
  Result<bool> record_refresh_token(const AccountId& account, const Secret& token,
                                    const access::Actor& actor);
  Result<Credential> find_refresh_token(const Secret& token);

 private:
  journal::Ledger& ledger_;
  Random& random_;
  crypto::KeyedHash hashes_;
  Duration longest_life_;
};

}  // namespace lanyard::credentials
