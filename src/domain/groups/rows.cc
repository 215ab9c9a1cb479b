#include "domain/groups/rows.h"

namespace lanyard::groups::rows {
namespace {

using store::Connection;
using store::Row;
using store::Stmt;

#define LANYARD_GROUP_COLUMNS "id, path, name, parent_id, owner_id, kind, description, created_at, version"

Group read(const Row& row) {
  Group group;
  group.id = row.id<GroupTag>(0);
  group.path = row.text(1);
  group.name = row.text(2);
  if (!row.is_null(3)) group.parent = row.id<GroupTag>(3);
  if (!row.is_null(4)) group.owner = row.id<AccountTag>(4);
  group.kind = row.text(5) == "project" ? Kind::project : Kind::role;
  group.description = row.text(6);
  group.created_at = row.time(7);
  group.version = row.integer(8);
  return group;
}

}  // namespace

std::string_view to_string(Subject::Kind kind) {
  return kind == Subject::Kind::account ? "account" : "group";
}

Status insert(Connection& connection, const Group& g) {
  static const Stmt kInsert{"INSERT INTO groups (" LANYARD_GROUP_COLUMNS
                            ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)"};
  LANYARD_CHECK(connection.exec(kInsert, g.id, g.path, g.name, g.parent, g.owner, groups::to_string(g.kind),
                                g.description, g.created_at, g.version));
  return {};
}

Result<std::optional<Group>> find(Connection& connection, const GroupId& id) {
  static const Stmt kFind{"SELECT " LANYARD_GROUP_COLUMNS " FROM groups WHERE id = $1"};
  std::optional<Group> found;
  LANYARD_CHECK(connection.query(
      kFind, [&](const Row& row) { found = read(row); }, id));
  return found;
}

Result<std::optional<Group>> find_by_path(Connection& connection, std::string_view path) {
  static const Stmt kFind{"SELECT " LANYARD_GROUP_COLUMNS " FROM groups WHERE path = $1"};
  std::optional<Group> found;
  LANYARD_CHECK(connection.query(
      kFind, [&](const Row& row) { found = read(row); }, path));
  return found;
}

Result<std::vector<Group>> list(Connection& connection, std::string_view after, std::int64_t limit) {
  static const Stmt kList{"SELECT " LANYARD_GROUP_COLUMNS
                          " FROM groups WHERE path > $1 ORDER BY path LIMIT $2"};
  std::vector<Group> groups;
  LANYARD_CHECK(connection.query(
      kList, [&](const Row& row) { groups.push_back(read(row)); }, after, limit));
  return groups;
}

Result<bool> has_children(Connection& connection, const GroupId& id) {
  static const Stmt kAny{"SELECT 1 FROM groups WHERE parent_id = $1 LIMIT 1"};
  LANYARD_TRY(const std::int64_t count, connection.query(
                                            kAny, [](const Row&) {}, id));
  return count > 0;
}

Status remove(Connection& connection, const GroupId& id) {
  static const Stmt kGrantsOn{"DELETE FROM grants WHERE object_kind = 'group' AND object_id = $1"};
  static const Stmt kGrantsOf{"DELETE FROM grants WHERE subject_kind = 'group' AND subject_id = $1"};
  static const Stmt kGroup{"DELETE FROM groups WHERE id = $1"};
  LANYARD_CHECK(connection.exec(kGrantsOn, id));
  LANYARD_CHECK(connection.exec(kGrantsOf, id));
  LANYARD_CHECK(connection.exec(kGroup, id));
  return {};
}

Result<bool> set_membership(Connection& connection, const GrantId& id, const Grant& grant, Time now) {
  static const Stmt kSame{
      "SELECT 1 FROM grants WHERE subject_kind = $1 AND subject_id = $2 AND object_kind = $3 AND object_id = "
      "$4 AND level = $5 AND source = $6"};
  static const Stmt kOthers{
      "DELETE FROM grants WHERE subject_kind = $1 AND subject_id = $2 AND object_kind = $3 AND object_id = "
      "$4"};
  static const Stmt kInsert{
      "INSERT INTO grants (id, subject_kind, subject_id, level, object_kind, object_id, properties, source, "
      "created_at) "
      "VALUES ($1, $2, $3, $4, $5, $6, '{}', $7, $8)"};
  LANYARD_TRY(const std::int64_t same, connection.query(
                                           kSame, [](const Row&) {}, grant.subject_kind, grant.subject_id,
                                           grant.object_kind, grant.object_id, grant.level, grant.source));
  if (same > 0) return false;
  LANYARD_CHECK(
      connection.exec(kOthers, grant.subject_kind, grant.subject_id, grant.object_kind, grant.object_id));
  LANYARD_CHECK(connection.exec(kInsert, id, grant.subject_kind, grant.subject_id, grant.level,
                                grant.object_kind, grant.object_id, grant.source, now));
  return true;
}

Result<std::vector<std::string>> direct_levels(Connection& connection, const Subject& subject,
                                               const GroupId& group) {
  static const Stmt kLevels{
      "SELECT level FROM grants WHERE subject_kind = $1 AND subject_id = $2 AND object_kind = 'group' AND "
      "object_id = $3"};
  std::vector<std::string> levels;
  LANYARD_CHECK(connection.query(
      kLevels, [&](const Row& row) { levels.emplace_back(row.text(0)); }, to_string(subject.kind), subject.id,
      group));
  return levels;
}

Result<bool> remove_membership(Connection& connection, const Subject& subject, const GroupId& group) {
  static const Stmt kRemove{
      "DELETE FROM grants WHERE subject_kind = $1 AND subject_id = $2 AND object_kind = 'group' AND "
      "object_id = $3"};
  LANYARD_TRY(const std::int64_t count, connection.exec(kRemove, to_string(subject.kind), subject.id, group));
  return count > 0;
}

Result<std::vector<Member>> list_members(Connection& connection, const GroupId& group, std::string_view after,
                                         std::int64_t limit) {
  static const Stmt kList{
      "SELECT g.subject_kind, g.subject_id, g.level, g.source, COALESCE(a.name, o.path, '') FROM grants g "
      "LEFT JOIN accounts a ON g.subject_kind = 'account' AND a.id = g.subject_id "
      "LEFT JOIN groups o ON g.subject_kind = 'group' AND o.id = g.subject_id "
      "WHERE g.object_kind = 'group' AND g.object_id = $1 AND g.subject_id > $2 ORDER BY g.subject_id LIMIT "
      "$3"};
  std::vector<Member> members;
  LANYARD_CHECK(connection.query(
      kList,
      [&](const Row& row) {
        Member member;
        member.subject.kind = row.text(0) == "account" ? Subject::Kind::account : Subject::Kind::group;
        member.subject.id = row.text(1);
        if (const auto level = access::parse_level(row.text(2))) member.level = *level;
        member.source = row.text(3);
        member.label = row.text(4);
        members.push_back(std::move(member));
      },
      group, after, limit));
  return members;
}

// UNION, not UNION ALL: a circle ends the walk instead of going round.
Result<bool> belongs_to(Connection& connection, const GroupId& group, const GroupId& other) {
  static const Stmt kWalk{
      "WITH RECURSIVE reached (id) AS (SELECT CAST($1 AS TEXT) UNION "
      "SELECT g.object_id FROM grants g JOIN reached r ON g.subject_kind = 'group' AND g.subject_id = r.id "
      "WHERE g.object_kind = 'group') "
      "SELECT 1 FROM reached WHERE id = $2"};
  LANYARD_TRY(const std::int64_t count, connection.query(
                                            kWalk, [](const Row&) {}, group, other));
  return count > 0;
}

Result<std::vector<std::string>> paths_of(Connection& connection, const AccountId& account) {
  static const Stmt kPaths{
      "WITH RECURSIVE reached (id) AS ("
      "SELECT object_id FROM grants WHERE subject_kind = 'account' AND subject_id = $1 AND object_kind = "
      "'group' UNION "
      "SELECT g.object_id FROM grants g JOIN reached r ON g.subject_kind = 'group' AND g.subject_id = r.id "
      "WHERE g.object_kind = 'group') "
      "SELECT groups.path FROM groups JOIN reached ON groups.id = reached.id ORDER BY groups.path LIMIT "
      "1000"};
  std::vector<std::string> paths;
  LANYARD_CHECK(connection.query(
      kPaths, [&](const Row& row) { paths.emplace_back(row.text(0)); }, account));
  return paths;
}

Result<std::vector<std::string>> levels_of(Connection& connection, const AccountId& account,
                                           std::string_view object_kind, std::string_view object_id) {
  static const Stmt kLevels{
      "WITH RECURSIVE reached (kind, id) AS (SELECT CAST('account' AS TEXT), CAST($1 AS TEXT) UNION "
      "SELECT g.object_kind, g.object_id FROM grants g JOIN reached r ON g.subject_kind = r.kind AND "
      "g.subject_id = r.id "
      "WHERE g.object_kind = 'group') "
      "SELECT DISTINCT g.level FROM grants g JOIN reached r ON g.subject_kind = r.kind AND g.subject_id = "
      "r.id "
      "WHERE g.object_kind = $2 AND g.object_id = $3"};
  std::vector<std::string> levels;
  LANYARD_CHECK(connection.query(
      kLevels, [&](const Row& row) { levels.emplace_back(row.text(0)); }, account, object_kind, object_id));
  return levels;
}

Result<std::vector<std::pair<std::string, GroupId>>> asserted(Connection& connection,
                                                              const AccountId& account,
                                                              std::string_view source) {
  static const Stmt kAsserted{
      "SELECT o.path, o.id FROM grants g JOIN groups o ON o.id = g.object_id "
      "WHERE g.subject_kind = 'account' AND g.subject_id = $1 AND g.object_kind = 'group' AND g.source = $2"};
  std::vector<std::pair<std::string, GroupId>> found;
  LANYARD_CHECK(connection.query(
      kAsserted, [&](const Row& row) { found.emplace_back(row.text(0), row.id<GroupTag>(1)); }, account,
      source));
  return found;
}

}  // namespace lanyard::groups::rows
