// Preparing many people in one request: an answer for each, and their groups.
#include <algorithm>
#include <map>

#include "base/text.h"
#include "doors/api/body.h"
#include "doors/api/handlers.h"

namespace lanyard::doors::api {
namespace {

constexpr std::size_t kMostGroups = 50;

struct Wanted {
  std::vector<accounts::NewAccount> accounts;
  std::vector<std::vector<std::string>> groups;  // paths, for each account
};

Error at_entry(std::size_t index, Error error) {
  error.message = cat("people[", index, "]: ", error.message);
  return error;
}

// Takes the member out of the entry.
Result<std::vector<std::string>> take_groups(json::Object& entry) {
  std::vector<std::string> paths;
  const json::Value* value = entry.find("groups");
  if (value == nullptr) return paths;
  const json::Array* array = value->as_array();
  if (array == nullptr || array->size() > kMostGroups)
    return make_error(Code::invalid, cat("\"groups\" is a list of at most ", kMostGroups, " paths."));
  for (const json::Value& one : *array) {
    const std::string* path = one.as_string();
    if (path == nullptr) return make_error(Code::invalid, "\"groups\" is a list of paths.");
    if (std::ranges::find(paths, *path) == paths.end()) paths.push_back(*path);
  }
  entry.erase("groups");
  return paths;
}

Result<Wanted> read_people(const Desk& desk, const json::Object& body) {
  LANYARD_CHECK(require_known(body, {"people"}));
  const json::Value* value = body.find("people");
  const json::Array* people = value == nullptr ? nullptr : value->as_array();
  if (people == nullptr) return make_error(Code::invalid, "\"people\" is missing, or is no list.");
  if (people->size() > accounts::Directory::kMostAtOnce)
    return make_error(Code::invalid,
                      cat("\"people\" holds more than ", accounts::Directory::kMostAtOnce, " entries."),
                      "Send them in several requests.");
  Wanted wanted;
  for (std::size_t i = 0; i < people->size(); ++i) {
    const json::Object* given = (*people)[i].as_object();
    if (given == nullptr) return at_entry(i, make_error(Code::invalid, "This is no object."));
    json::Object entry = *given;
    auto groups = take_groups(entry);
    if (!groups.ok()) return at_entry(i, groups.error());
    auto account = read_new_account(desk, entry);
    if (!account.ok()) return at_entry(i, account.error());
    wanted.accounts.push_back(*std::move(account));
    wanted.groups.push_back(*std::move(groups));
  }
  return wanted;
}

// All groups must be there before anybody is made: a typing error in a path is found at the first request.
Result<std::map<std::string, GroupId>> find_groups(const Desk& desk, const Wanted& wanted) {
  std::map<std::string, GroupId> found;
  for (std::size_t i = 0; i < wanted.groups.size(); ++i) {
    for (const std::string& path : wanted.groups[i]) {
      if (found.contains(path)) continue;
      const auto group = desk.parts.groups.get_by_path(path);
      if (!group.ok()) {
        if (group.error().code != Code::not_found) return group.error();
        return at_entry(i, make_error(Code::invalid, cat("There is no group \"", cut_utf8(path, 200), "\"."),
                                      "Make it first; nobody of this request was prepared."));
      }
      found.emplace(path, group->id);
    }
  }
  return found;
}

json::Object to_json(const accounts::Directory::Outcome& outcome) {
  json::Object result{{"outcome", outcome.refused  ? "refused"
                                  : outcome.is_new ? "created"
                                                   : "there"},
                      {"id", json::Value()},
                      {"code", json::Value()},
                      {"detail", json::Value()}};
  if (outcome.refused) {
    result.set("code", to_string(outcome.refused->code));
    result.set("detail", outcome.refused->message);
  } else {
    result.set("id", outcome.id.str());
  }
  return result;
}

}  // namespace

Result<net::Response> import_accounts(Desk& desk, const Ask& ask) {
  LANYARD_TRY(const Wanted wanted, read_people(desk, ask.body));
  LANYARD_TRY(const auto groups, find_groups(desk, wanted));
  if (!groups.empty()) LANYARD_CHECK(access::require(ask.actor, access::Permission::manage_groups));
  LANYARD_TRY(const auto outcomes, desk.parts.directory.create_many(wanted.accounts, ask.actor));
  std::map<std::string, std::vector<AccountId>> members;
  json::Array results;
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    results.emplace_back(to_json(outcomes[i]));
    if (outcomes[i].refused) continue;
    for (const std::string& path : wanted.groups[i]) members[path].push_back(outcomes[i].id);
  }
  for (const auto& [path, accounts] : members) {
    LANYARD_CHECK(desk.parts.groups.add_members(groups.at(path), accounts, "lanyard", ask.actor));
  }
  return json_response({{"results", std::move(results)}});
}

}  // namespace lanyard::doors::api
