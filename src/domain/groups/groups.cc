#include "domain/groups/groups.h"

#include <algorithm>

#include "base/text.h"
#include "domain/groups/rows.h"

namespace lanyard::groups {

std::string_view to_string(Kind kind) {
  return kind == Kind::role ? "role" : "project";
}

Result<Kind> parse_kind(std::string_view text) {
  if (text == "role") return Kind::role;
  if (text == "project") return Kind::project;
  return make_error(Code::invalid, "A group is a \"role\" or a \"project\".");
}

namespace {

constexpr std::size_t kDeepest = 10;
constexpr std::size_t kMostAsserted = 200;

Error no_group() {
  return make_error(Code::not_found, "There is no such group.");
}

Status check_path(std::string_view path) {
  const auto segments = split(path, '/');
  const bool good =
      segments.size() <= kDeepest && std::ranges::all_of(segments, [](std::string_view segment) {
        return !segment.empty() && segment.size() <= 64 && segment != "." && segment != ".." &&
               trim(segment) == segment && is_utf8(segment) && !has_control(segment) &&
               segment.find(',') == std::string_view::npos;
      });
  if (good) return {};
  return make_error(Code::invalid, "A group's path has 1 to 10 parts of 1 to 64 characters, without commas.",
                    "Write it like Rubin/production.");
}

journal::Note note(std::string event, const Group& group) {
  journal::Note n;
  n.event = std::move(event);
  n.subject = {"group", group.id.str()};
  n.data = json::Object{{"path", group.path}};
  n.everybody = true;
  return n;
}

journal::Note member_note(std::string event, const Group& group, const Subject& subject,
                          std::string_view level, std::string_view source) {
  journal::Note n = note(std::move(event), group);
  n.data.set("member_kind", rows::to_string(subject.kind));
  n.data.set("member", subject.id);
  if (!level.empty()) n.data.set("level", level);
  n.data.set("source", source);
  if (subject.kind == Subject::Kind::account) {
    n.everybody = false;
    n.account = AccountId(subject.id);
  }
  return n;
}

}  // namespace

Result<Group> Groups::create(const NewGroup& wanted, const access::Actor& actor) {
  LANYARD_CHECK(check_path(wanted.path));
  if (wanted.description.size() > 2000 || !is_utf8(wanted.description))
    return make_error(Code::invalid, "The description is too long.");
  Group group;
  group.id = make_id<GroupTag>(random_);
  group.path = wanted.path;
  const std::size_t slash = group.path.rfind('/');
  group.name = slash == std::string::npos ? group.path : group.path.substr(slash + 1);
  group.owner = wanted.owner;
  group.kind = wanted.kind;
  group.description = wanted.description;
  group.created_at = ledger_.clock().now();
  group.version = 1;
  LANYARD_CHECK(ledger_.change(actor, [&](store::Connection& connection, journal::Notes& notes) -> Status {
    if (slash != std::string::npos) {
      LANYARD_TRY(const auto parent,
                  rows::find_by_path(connection, std::string_view(group.path).substr(0, slash)));
      if (!parent) return make_error(Code::not_found, "The parent group does not exist.", "Create it first.");
      group.parent = parent->id;
    }
    const Status inserted = rows::insert(connection, group);
    if (!inserted && inserted.error().code == Code::conflict)
      return make_error(Code::conflict, "A group with this path exists already.");
    LANYARD_CHECK(inserted);
    notes.add(note("group.created", group));
    return {};
  }));
  return group;
}

template <class Find>
static Result<Group> get_one(store::Database& database, const Find& find) {
  std::optional<Group> found;
  LANYARD_CHECK(database.read([&](store::Connection& connection) -> Status {
    LANYARD_TRY(found, find(connection));
    return {};
  }));
  if (!found) return no_group();
  return std::move(*found);
}

Result<Group> Groups::get(const GroupId& id) {
  return get_one(ledger_.database(),
                 [&](store::Connection& connection) { return rows::find(connection, id); });
}

Result<Group> Groups::get_by_path(std::string_view path) {
  return get_one(ledger_.database(),
                 [&](store::Connection& connection) { return rows::find_by_path(connection, path); });
}

Result<std::vector<Group>> Groups::list(std::string_view after, std::int64_t limit) {
  std::vector<Group> groups;
  LANYARD_CHECK(ledger_.database().read([&](store::Connection& connection) -> Status {
    LANYARD_TRY(groups, rows::list(connection, after, limit));
    return {};
  }));
  return groups;
}

Status Groups::remove(const GroupId& id, const access::Actor& actor) {
  return ledger_.change(actor, [&](store::Connection& connection, journal::Notes& notes) -> Status {
    LANYARD_TRY(const auto found, rows::find(connection, id));
    if (!found) return no_group();
    LANYARD_TRY(const bool children, rows::has_children(connection, id));
    if (children) return make_error(Code::conflict, "This group has groups below it.", "Remove those first.");
    LANYARD_CHECK(rows::remove(connection, id));
    notes.add(note("group.removed", *found));
    return {};
  });
}

Status Groups::add_member(const GroupId& id, const Subject& subject, access::Level level,
                          const std::string& source, const access::Actor& actor) {
  if (level != access::Level::can_read && level != access::Level::can_write &&
      level != access::Level::can_manage) {
    return make_error(Code::invalid, "A member can read, write or manage.",
                      "Use can_read, can_write or can_manage.");
  }
  return ledger_.change(actor, [&](store::Connection& connection, journal::Notes& notes) -> Status {
    LANYARD_TRY(const auto group, rows::find(connection, id));
    if (!group) return no_group();
    if (subject.kind == Subject::Kind::group) {
      LANYARD_TRY(const auto other, rows::find(connection, GroupId(subject.id)));
      if (!other) return no_group();
      LANYARD_TRY(const bool circle, rows::belongs_to(connection, id, other->id));
      if (circle)
        return make_error(Code::conflict,
                          "A group can not become a member of itself, not even through other groups.");
    }
    const rows::Grant grant{std::string(rows::to_string(subject.kind)),
                            subject.id,
                            std::string(access::to_string(level)),
                            "group",
                            id.str(),
                            source};
    LANYARD_TRY(const bool changed,
                rows::set_membership(connection, make_id<GrantTag>(random_), grant, ledger_.clock().now()));
    if (changed) notes.add(member_note("group.member_added", *group, subject, grant.level, source));
    return {};
  });
}

Result<std::int64_t> Groups::add_members(const GroupId& id, const std::vector<AccountId>& accounts,
                                         const std::string& source, const access::Actor& actor) {
  std::int64_t added = 0;
  LANYARD_CHECK(ledger_.change(actor, [&](store::Connection& connection, journal::Notes& notes) -> Status {
    added = 0;
    LANYARD_TRY(const auto group, rows::find(connection, id));
    if (!group) return no_group();
    const std::string level(access::to_string(access::Level::can_read));
    for (const AccountId& account : accounts) {
      const Subject subject{Subject::Kind::account, account.str()};
      const rows::Grant grant{
          std::string(rows::to_string(subject.kind)), subject.id, level, "group", id.str(), source};
      LANYARD_TRY(const bool changed,
                  rows::set_membership(connection, make_id<GrantTag>(random_), grant, ledger_.clock().now()));
      if (!changed) continue;
      ++added;
      notes.add(member_note("group.member_added", *group, subject, level, source));
    }
    return {};
  }));
  return added;
}

Status Groups::remove_member(const GroupId& id, const Subject& subject, const access::Actor& actor) {
  return ledger_.change(actor, [&](store::Connection& connection, journal::Notes& notes) -> Status {
    LANYARD_TRY(const auto group, rows::find(connection, id));
    if (!group) return no_group();
    LANYARD_TRY(const bool removed, rows::remove_membership(connection, subject, id));
    if (!removed) return make_error(Code::not_found, "This is not a member of the group.");
    notes.add(member_note("group.member_removed", *group, subject, "", "lanyard"));
    return {};
  });
}

Result<std::vector<Member>> Groups::list_members(const GroupId& group, const std::string& after,
                                                 std::int64_t limit) {
  std::vector<Member> members;
  LANYARD_CHECK(ledger_.database().read([&](store::Connection& connection) -> Status {
    LANYARD_TRY(members, rows::list_members(connection, group, after, limit));
    return {};
  }));
  return members;
}

Result<std::vector<std::string>> Groups::paths_of(const AccountId& account) {
  std::vector<std::string> paths;
  LANYARD_CHECK(ledger_.database().read([&](store::Connection& connection) -> Status {
    LANYARD_TRY(paths, rows::paths_of(connection, account));
    return {};
  }));
  return paths;
}

Result<access::Level> Groups::level_of(const AccountId& account, std::string_view object_kind,
                                       std::string_view object_id) {
  std::vector<std::string> levels;
  LANYARD_CHECK(ledger_.database().read([&](store::Connection& connection) -> Status {
    LANYARD_TRY(levels, rows::levels_of(connection, account, object_kind, object_id));
    return {};
  }));
  access::Level highest = access::Level::none;
  for (const std::string& text : levels) {
    const auto level = access::parse_level(text);
    if (level && *level != access::Level::can_login && access::at_least(*level, highest)) highest = *level;
  }
  return highest;
}

Status Groups::assert_groups(const AccountId& account, const std::string& source,
                             const std::vector<std::string>& paths, const access::Actor& actor) {
  const Subject subject{Subject::Kind::account, account.str()};
  const auto same = [&](store::Connection& connection) -> Result<bool> {
    LANYARD_TRY(const auto held, rows::asserted(connection, account, source));
    if (held.empty() && paths.empty()) return true;
    std::vector<std::string> have;
    for (const auto& [path, id] : held) have.push_back(path);
    std::vector<std::string> want;
    for (const std::string& path : paths) {
      LANYARD_TRY(const auto group, rows::find_by_path(connection, path));
      if (!group) continue;
      const bool by_us = std::ranges::find(have, path) == have.end();
      LANYARD_TRY(const auto levels, rows::direct_levels(connection, subject, group->id));
      if (by_us && !levels.empty()) continue;  // held by somebody else's word: nothing to assert
      want.push_back(path);
    }
    std::ranges::sort(have);
    std::ranges::sort(want);
    want.erase(std::unique(want.begin(), want.end()), want.end());
    return have == want;
  };
  if (paths.size() > kMostAsserted)
    return make_error(Code::too_large, cat("A login can assert ", kMostAsserted, " groups at most."));
  // Most logins change nothing: that is seen with a read, and no transaction is taken.
  bool unchanged = false;
  LANYARD_CHECK(ledger_.database().read([&](store::Connection& connection) -> Status {
    LANYARD_TRY(unchanged, same(connection));
    return {};
  }));
  if (unchanged) return {};
  return ledger_.change(actor, [&](store::Connection& connection, journal::Notes& notes) -> Status {
    LANYARD_TRY(const auto held, rows::asserted(connection, account, source));
    for (const auto& [path, id] : held) {
      if (std::ranges::find(paths, path) != paths.end()) continue;
      LANYARD_TRY(const auto group, rows::find(connection, id));
      LANYARD_CHECK(rows::remove_membership(connection, subject, id));
      if (group) notes.add(member_note("group.member_removed", *group, subject, "", source));
    }
    for (const std::string& path : paths) {
      LANYARD_TRY(const auto group, rows::find_by_path(connection, path));
      const bool stands = std::ranges::any_of(held, [&](const auto& one) { return one.first == path; });
      if (!group || stands) continue;
      // A membership that somebody gave here is not taken over by a provider.
      LANYARD_TRY(const auto levels, rows::direct_levels(connection, subject, group->id));
      if (!levels.empty()) continue;
      const rows::Grant grant{"account", account.str(), "can_read", "group", group->id.str(), source};
      LANYARD_CHECK(
          rows::set_membership(connection, make_id<GrantTag>(random_), grant, ledger_.clock().now()));
      notes.add(member_note("group.member_added", *group, subject, "can_read", source));
    }
    return {};
  });
}

}  // namespace lanyard::groups
