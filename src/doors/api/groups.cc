#include "domain/groups/groups.h"

#include "base/text.h"
#include "doors/api/body.h"
#include "doors/api/handlers.h"
#include "doors/api/paging.h"
#include "doors/api/problem.h"
#include "doors/api/shapes.h"

namespace lanyard::doors::api {
namespace {

Error no_member() {
  return make_error(Code::not_found, "There is no such account or group.");
}

// {kind}/{member} of the path, by form alone.
Result<groups::Subject> subject_in_path(const Ask& ask) {
  const std::string_view kind = ask.request.path_part("kind");
  groups::Subject subject;
  if (kind != "account" && kind != "group") return no_member();
  subject.kind = kind == "account" ? groups::Subject::Kind::account : groups::Subject::Kind::group;
  subject.id = ask.request.path_part("member");
  if (!is_id_text(subject.id)) return no_member();
  return subject;
}

// The member's name for people; Code::not_found when nobody has this id.
Result<std::string> get_label(Desk& desk, const groups::Subject& subject) {
  if (subject.kind == groups::Subject::Kind::account) {
    LANYARD_TRY(auto account, desk.parts.directory.get_account(AccountId(subject.id)));
    return std::move(account.name);
  }
  LANYARD_TRY(auto group, desk.parts.groups.get(GroupId(subject.id)));
  return std::move(group.path);
}

Result<groups::NewGroup> read_new_group(Desk& desk, const json::Object& body) {
  LANYARD_CHECK(require_known(body, {"path", "kind", "description", "owner"}));
  groups::NewGroup wanted;
  LANYARD_TRY(wanted.path, get_words(body, "path"));
  LANYARD_TRY(const auto kind, find_text(body, "kind"));
  if (kind) {
    LANYARD_TRY(wanted.kind, groups::parse_kind(*kind));
  }
  LANYARD_TRY(wanted.description, text_or_empty(body, "description"));
  LANYARD_TRY(const auto owner, find_text(body, "owner"));
  if (!owner) return wanted;
  if (!is_id_text(*owner)) return no_member();
  LANYARD_TRY(const auto account, desk.parts.directory.get_account(AccountId(*owner)));
  wanted.owner = account.id;
  return wanted;
}

}  // namespace

Result<net::Response> list_groups(Desk& desk, const Ask& ask) {
  LANYARD_TRY(const Page page, read_page(desk.settings.page_key, ask.request.path(), ask.query));
  LANYARD_TRY(const auto path, ask.query.find("path"));
  if (path) {
    json::Array items;
    const auto group = desk.parts.groups.get_by_path(*path);
    if (!group.ok() && group.error().code != Code::not_found) return group.error();
    if (group.ok() && page.position.empty()) items.emplace_back(to_json(*group));
    return json_response(page_of(desk.settings.page_key, page, std::move(items), {}));
  }
  LANYARD_TRY(const auto found, desk.parts.groups.list(page.position, page.limit));
  std::optional<std::string> last;
  if (!found.empty()) last = found.back().path;
  return json_response(page_of(desk.settings.page_key, page, to_array(found), last));
}

Result<net::Response> create_group(Desk& desk, const Ask& ask) {
  LANYARD_TRY(const auto wanted, read_new_group(desk, ask.body));
  const auto created = desk.parts.groups.create(wanted, ask.actor);
  if (created.ok()) {
    net::Response response = json_response(to_json(*created), 201);
    response.header("Location", cat("/api/v1/groups/", created->id.str()));
    return response;
  }
  if (created.error().code != Code::conflict) return created.error();
  json::Object more;
  if (const auto there = desk.parts.groups.get_by_path(wanted.path); there.ok())
    more.set("group", there->id.str());
  return problem_with(409, created.error(), ask.request.id(), more);
}

Result<net::Response> get_group(Desk& desk, const Ask& ask) {
  LANYARD_TRY(const auto id, group_in_path(ask));
  LANYARD_TRY(const auto group, desk.parts.groups.get(id));
  return json_response(to_json(group));
}

Result<net::Response> remove_group(Desk& desk, const Ask& ask) {
  LANYARD_TRY(const auto id, group_in_path(ask));
  LANYARD_CHECK(desk.parts.groups.remove(id, ask.actor));
  return net::Response(204);
}

Result<net::Response> list_members(Desk& desk, const Ask& ask) {
  LANYARD_TRY(const auto id, group_in_path(ask));
  LANYARD_CHECK(desk.parts.groups.get(id));
  LANYARD_TRY(const Page page, read_page(desk.settings.page_key, ask.request.path(), ask.query));
  LANYARD_TRY(const auto members, desk.parts.groups.list_members(id, page.position, page.limit));
  std::optional<std::string> last;
  if (!members.empty()) last = members.back().subject.id;
  return json_response(page_of(desk.settings.page_key, page, to_array(members), last));
}

Result<net::Response> set_member(Desk& desk, const Ask& ask) {
  LANYARD_TRY(const auto id, group_in_path(ask));
  LANYARD_TRY(const auto subject, subject_in_path(ask));
  LANYARD_CHECK(require_known(ask.body, {"level"}));
  LANYARD_TRY(const auto text, get_words(ask.body, "level"));
  LANYARD_TRY(const auto level, access::parse_level(text));
  LANYARD_CHECK(desk.parts.groups.get(id));
  LANYARD_TRY(const auto label, get_label(desk, subject));
  LANYARD_CHECK(desk.parts.groups.add_member(id, subject, level, "lanyard", ask.actor));
  return json_response(to_json(groups::Member{subject, level, "lanyard", label}));
}

Result<net::Response> remove_member(Desk& desk, const Ask& ask) {
  LANYARD_TRY(const auto id, group_in_path(ask));
  LANYARD_TRY(const auto subject, subject_in_path(ask));
  LANYARD_CHECK(desk.parts.groups.remove_member(id, subject, ask.actor));
  return net::Response(204);
}

}  // namespace lanyard::doors::api
