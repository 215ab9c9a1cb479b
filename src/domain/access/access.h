// Who acts, and what they may do. Pure values: no database, no HTTP.
#pragma once

#include <string>
#include <string_view>

#include "base/ids.h"
#include "base/result.h"

namespace lanyard::access {

enum class ActorKind {
  nobody,     // not known yet
  account,    // a person or a service account
  operator_,  // everyone, while authentication is switched off (SX1)
  console,    // lanyardd on the command line, beside the database
  system,     // Lanyard itself: expiry, jobs
};
std::string_view to_string(ActorKind kind);  // "operator" for operator_

// Carried along with every change, and written into the journal with it.
struct Actor {
  ActorKind kind = ActorKind::nobody;
  AccountId account;  // when kind is account
  std::string label;  // a name for people who read the journal
  bool is_admin = false;
  std::string address;  // where the request came from
  std::string request_id;
};
Actor console_actor(std::string label);
Actor system_actor(std::string label);

// can_read < can_write < can_manage; can_login stands apart (machines).
enum class Level { none, can_read, can_write, can_manage, can_login };
std::string_view to_string(Level level);
Result<Level> parse_level(std::string_view text);
bool at_least(Level held, Level wanted);

enum class Permission {
  see_accounts,     // list and read everybody
  decide_requests,  // approve, reject
  change_accounts,  // suspend, restore, close, make administrators
  manage_groups,
  read_journal,
  see_issuers,
  manage_clients,
};
std::string_view to_string(Permission permission);
// Administrators, the command line beside the database, the operator of an open service and Lanyard's own
// jobs have all of them. Whoever builds an Actor for an account sets `is_admin` only while the account is
// active.
bool may(const Actor& actor, Permission permission);
Status require(const Actor& actor, Permission permission);  // Code::forbidden, names the permission

}  // namespace lanyard::access
