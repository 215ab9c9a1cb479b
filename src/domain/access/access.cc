#include "domain/access/access.h"

#include <utility>

#include "base/text.h"

namespace lanyard::access {

std::string_view to_string(ActorKind kind) {
  switch (kind) {
    case ActorKind::nobody:
      return "nobody";
    case ActorKind::account:
      return "account";
    case ActorKind::operator_:
      return "operator";
    case ActorKind::console:
      return "console";
    case ActorKind::system:
      return "system";
  }
  return "nobody";
}

Actor console_actor(std::string label) {
  return Actor{.kind = ActorKind::console, .label = std::move(label), .address = "console"};
}

Actor system_actor(std::string label) {
  return Actor{.kind = ActorKind::system, .label = std::move(label)};
}

std::string_view to_string(Level level) {
  switch (level) {
    case Level::none:
      return "none";
    case Level::can_read:
      return "can_read";
    case Level::can_write:
      return "can_write";
    case Level::can_manage:
      return "can_manage";
    case Level::can_login:
      return "can_login";
  }
  return "none";
}

Result<Level> parse_level(std::string_view text) {
  for (const Level level : {Level::can_read, Level::can_write, Level::can_manage, Level::can_login})
    if (text == to_string(level)) return level;
  return make_error(Code::invalid, "This is not a level of access.",
                    "The levels are can_read, can_write, can_manage and can_login.");
}

bool at_least(Level held, Level wanted) {
  if (wanted == Level::none) return true;
  if (held == Level::can_login || wanted == Level::can_login) return held == wanted;
  return static_cast<int>(held) >= static_cast<int>(wanted);
}

std::string_view to_string(Permission permission) {
  switch (permission) {
    case Permission::see_accounts:
      return "see_accounts";
    case Permission::decide_requests:
      return "decide_requests";
    case Permission::change_accounts:
      return "change_accounts";
    case Permission::manage_groups:
      return "manage_groups";
    case Permission::read_journal:
      return "read_journal";
    case Permission::see_issuers:
      return "see_issuers";
    case Permission::manage_clients:
      return "manage_clients";
  }
  return "";
}

bool may(const Actor& actor, Permission) {
  switch (actor.kind) {
    case ActorKind::nobody:
      return false;
    case ActorKind::account:
      return actor.is_admin && !actor.account.empty();
    case ActorKind::operator_:
    case ActorKind::console:
    case ActorKind::system:
      return true;
  }
  return false;
}

Status require(const Actor& actor, Permission permission) {
  if (may(actor, permission)) return {};
  return make_error(Code::forbidden, cat("This needs the permission ", to_string(permission), "."),
                    "Ask an administrator of this site.");
}

}  // namespace lanyard::access
