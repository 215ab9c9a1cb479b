// The noun: a person, or a service account. Structs and enums, no I/O.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/ids.h"
#include "base/json.h"
#include "base/result.h"
#include "base/time.h"

namespace lanyard::accounts {

enum class State { pending, approved, active, suspended, rejected, closed };
std::string_view to_string(State state);
Result<State> parse_state(std::string_view text);

enum class Kind { person, service };

struct Account {
  AccountId id;
  std::int64_t number = 0;  // small, never reused
  std::string home;         // the cluster that owns it, "" for ours
  Kind kind = Kind::person;
  std::optional<std::string> username;  // unique local name
  std::string name, given_name, family_name;
  std::string email;  // primary address
  bool email_verified = false;
  std::string institution, experiment;
  json::Object profile;  // the site's own fields
  State state = State::pending;
  std::string state_reason;  // shown to the person
  bool is_admin = false;
  std::optional<Time> expires_at;
  std::optional<AccountId> merged_into;
  std::optional<std::int64_t> uid, gid;
  Time created_at{}, updated_at{};
  std::optional<Time> last_seen_at;
  std::int64_t version = 0;  // optimistic lock, If-Match
};

// One login somewhere that leads to the account; (issuer, subject) are exact strings and unique.
struct Identity {
  std::string issuer, subject;
  AccountId account;
  std::string source;  // configured provider or issuer, "" when made beforehand
  Time created_at{};
  std::optional<Time> last_login_at;
  // As admission let it in the last time: what the lists of allowed and blocked people are held against
  // later.
  std::string username;
  std::vector<std::string> groups;
};

struct Address {
  std::string address;  // canonical form
  bool verified = false;
  bool is_primary = false;
  bool prepared = false;  // an administrator said beforehand whose it is (SX3, AR10)
};

// Lower-cases the domain, keeps the local part, refuses quoted local parts, several '@', non-ASCII domains,
// trailing dots, control characters and anything over 254 bytes (attack row 101). Comparing addresses: use
// address_key.
Result<std::string> canonical_address(std::string_view text);
std::string address_key(
    std::string_view canonical);  // all lower case: what is stored in `addresses` and compared

}  // namespace lanyard::accounts
