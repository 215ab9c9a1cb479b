// Groups, and the rights that come from them. Membership of a group is a grant on it; grants reach through
// groups that are members of groups. Membership of a child does not imply the parent, and never the other way
// round.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "base/json.h"
#include "base/random.h"
#include "base/result.h"
#include "base/time.h"
#include "domain/access/access.h"
#include "domain/accounts/account.h"
#include "domain/journal/journal.h"

namespace lanyard::groups {

enum class Kind { role, project };
std::string_view to_string(Kind kind);
Result<Kind> parse_kind(std::string_view text);

struct Group {
  GroupId id;
  std::string path;  // "Rubin/production": unique, segments of 1 to 64 printable characters without "/"
  std::string name;  // last segment
  std::optional<GroupId> parent;
  std::optional<AccountId> owner;
  Kind kind = Kind::role;
  std::string description;
  Time created_at{};
  std::int64_t version = 0;
};

struct Subject {  // who holds a grant
  enum class Kind { account, group } kind = Kind::account;
  std::string id;
};

struct Member {
  Subject subject;
  access::Level level =
      access::Level::can_read;  // can_read: member; can_manage: manager, decides who belongs
  std::string source;           // "lanyard", or the provider that asserted it
  std::string label;            // a name for people
};

struct NewGroup {
  std::string path;
  Kind kind = Kind::role;
  std::string description;
  std::optional<AccountId> owner;
};

// Thread-safe. Every change goes through the ledger and moves the marks of everybody.
class Groups {
 public:
  Groups(journal::Ledger& ledger, Random& random) : ledger_(ledger), random_(random) {}

  // The parent must exist. Code::conflict when the path does.
  Result<Group> create(const NewGroup& group, const access::Actor& actor);
  Result<Group> get(const GroupId& id);
  Result<Group> get_by_path(std::string_view path);
  // By path, after `after` ("" : from the start).
  Result<std::vector<Group>> list(std::string_view after, std::int64_t limit);
  // Children must be gone first: Code::conflict.
  Status remove(const GroupId& id, const access::Actor& actor);

  // Setting a level again is no change. A group can not become a member of itself, not even through others.
  Status add_member(const GroupId& group, const Subject& subject, access::Level level,
                    const std::string& source, const access::Actor& actor);
  // The same for many accounts in one transaction. Returns how many were not members yet.
  Result<std::int64_t> add_members(const GroupId& group, const std::vector<AccountId>& accounts,
                                   const std::string& source, const access::Actor& actor);
  Status remove_member(const GroupId& group, const Subject& subject, const access::Actor& actor);
  Result<std::vector<Member>> list_members(const GroupId& group, const std::string& after,
                                           std::int64_t limit);

  // Every group that the account belongs to, through groups too: paths in order. At most 1,000.
  Result<std::vector<std::string>> paths_of(const AccountId& account);
  // The highest level over all ways that lead from the account to the object ("group", id).
  Result<access::Level> level_of(const AccountId& account, std::string_view object_kind,
                                 std::string_view object_id);

  // What a provider asserted at a login: grants of that source on groups that exist are made equal to
  // `paths`; grants of other sources are not touched. Paths that name no group are ignored.
  Status assert_groups(const AccountId& account, const std::string& source,
                       const std::vector<std::string>& paths, const access::Actor& actor);

 private:
  journal::Ledger& ledger_;
  Random& random_;
};

}  // namespace lanyard::groups
