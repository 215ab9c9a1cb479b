// The only file that names the tables groups and grants.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "domain/groups/groups.h"
#include "platform/store/database.h"

namespace lanyard::groups::rows {

Status insert(store::Connection& connection, const Group& group);  // Code::conflict when the path exists
Result<std::optional<Group>> find(store::Connection& connection, const GroupId& id);
Result<std::optional<Group>> find_by_path(store::Connection& connection, std::string_view path);
Result<std::vector<Group>> list(store::Connection& connection, std::string_view after, std::int64_t limit);
Result<bool> has_children(store::Connection& connection, const GroupId& id);
Status remove(store::Connection& connection, const GroupId& id);  // with the grants on it and of it

struct Grant {
  std::string subject_kind, subject_id, level, object_kind, object_id, source;
};
std::string_view to_string(Subject::Kind kind);
// Replaces the membership levels of the subject on the object by this one. False when it stood already.
Result<bool> set_membership(store::Connection& connection, const GrantId& id, const Grant& grant, Time now);
// Levels that the subject holds on the group itself, by anybody's word.
Result<std::vector<std::string>> direct_levels(store::Connection& connection, const Subject& subject,
                                               const GroupId& group);
Result<bool> remove_membership(store::Connection& connection, const Subject& subject, const GroupId& group);
Result<std::vector<Member>> list_members(store::Connection& connection, const GroupId& group,
                                         std::string_view after, std::int64_t limit);
// True when `group` belongs to `other`, directly or through others, or is it.
Result<bool> belongs_to(store::Connection& connection, const GroupId& group, const GroupId& other);
Result<std::vector<std::string>> paths_of(store::Connection& connection, const AccountId& account);
Result<std::vector<std::string>> levels_of(store::Connection& connection, const AccountId& account,
                                           std::string_view object_kind, std::string_view object_id);
// Groups that the account belongs to directly by the word of this source: path and id.
Result<std::vector<std::pair<std::string, GroupId>>> asserted(store::Connection& connection,
                                                              const AccountId& account,
                                                              std::string_view source);

}  // namespace lanyard::groups::rows
