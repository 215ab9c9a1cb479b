// The queue, decisions about who waits in it, and direct changes of an account's state.
#include "base/text.h"
#include "doors/api/body.h"
#include "doors/api/handlers.h"
#include "doors/api/paging.h"
#include "doors/api/problem.h"
#include "doors/api/shapes.h"

namespace lanyard::doors::api {
namespace {

// A group by its id or by its path.
Result<groups::Group> find_group(groups::Groups& groups, const std::string& words) {
  if (is_id_text(words)) {
    auto group = groups.get(GroupId(words));
    if (group.ok() || group.error().code != Code::not_found) return group;
  }
  return groups.get_by_path(words);
}

Result<accounts::Decision> read_decision(const Ask& ask, accounts::Decision::Answer answer) {
  accounts::Decision decision;
  decision.answer = answer;
  LANYARD_TRY(const auto door, ask.request.header("X-Lanyard-Door"));
  decision.door = door && *door == "command line" ? "command line" : "api";
  LANYARD_TRY(decision.seen_version, find_integer(ask.body, "seen_version"));
  return decision;
}

// Tells who was first, where somebody was.
Result<net::Response> decide(Desk& desk, const Ask& ask, const AccountId& id,
                             const accounts::Decision& decision) {
  const auto decided = desk.parts.approvals.decide(id, decision, ask.actor);
  if (decided.ok()) return account_response(*decided);
  if (decided.error().code != Code::conflict) return decided.error();
  json::Object more;
  const auto latest = desk.parts.approvals.find_latest(id);
  if (latest.ok() && *latest && (*latest)->decided_at) {
    more.set("decision", (*latest)->decision);
    more.set("decided_by", (*latest)->decided_by);
    more.set("decided_at", format_rfc3339(*(*latest)->decided_at));
    more.set("door", (*latest)->door);
  }
  return problem_with(409, decided.error(), ask.request.id(), more);
}

Result<net::Response> apply(Desk& desk, const Ask& ask, accounts::Event event) {
  LANYARD_TRY(const auto id, account_in_path(ask));
  LANYARD_CHECK(require_known(ask.body, {"reason"}));
  LANYARD_TRY(const auto reason, get_words(ask.body, "reason"));
  LANYARD_TRY(const auto account, desk.parts.approvals.apply(id, event, reason, ask.actor));
  return account_response(account);
}

}  // namespace

Result<net::Response> list_requests(Desk& desk, const Ask& ask) {
  LANYARD_TRY(const Page page, read_page(desk.settings.page_key, ask.request.path(), ask.query));
  LANYARD_TRY(const auto pending, desk.parts.approvals.list_pending(RequestId(page.position), page.limit));
  std::optional<std::string> last;
  if (!pending.empty()) last = pending.back().request.id.str();
  return json_response(page_of(desk.settings.page_key, page, to_array(pending), last));
}

Result<net::Response> approve_account(Desk& desk, const Ask& ask) {
  LANYARD_TRY(const auto id, account_in_path(ask));
  LANYARD_CHECK(require_known(ask.body, {"reason", "seen_version", "group"}));
  LANYARD_TRY(auto decision, read_decision(ask, accounts::Decision::Answer::approve));
  LANYARD_TRY(decision.reason, text_or_empty(ask.body, "reason"));
  LANYARD_TRY(const auto wanted, find_text(ask.body, "group"));
  std::optional<GroupId> group;
  if (wanted) {
    LANYARD_TRY(const auto found, find_group(desk.parts.groups, *wanted));
    LANYARD_CHECK(access::require(ask.actor, access::Permission::manage_groups));
    group = found.id;
  }
  LANYARD_TRY(auto response, decide(desk, ask, id, decision));
  if (group && response.status() == 200) {
    const groups::Subject member{groups::Subject::Kind::account, id.str()};
    LANYARD_CHECK(
        desk.parts.groups.add_member(*group, member, access::Level::can_read, "lanyard", ask.actor));
  }
  return response;
}

Result<net::Response> reject_account(Desk& desk, const Ask& ask) {
  LANYARD_TRY(const auto id, account_in_path(ask));
  LANYARD_CHECK(require_known(ask.body, {"reason", "seen_version"}));
  LANYARD_TRY(auto decision, read_decision(ask, accounts::Decision::Answer::reject));
  LANYARD_TRY(decision.reason, get_words(ask.body, "reason"));
  return decide(desk, ask, id, decision);
}

Result<net::Response> suspend_account(Desk& desk, const Ask& ask) {
  return apply(desk, ask, accounts::Event::suspend);
}

Result<net::Response> restore_account(Desk& desk, const Ask& ask) {
  return apply(desk, ask, accounts::Event::restore);
}

Result<net::Response> activate_account(Desk& desk, const Ask& ask) {
  return apply(desk, ask, accounts::Event::activate);
}

Result<net::Response> reset_account(Desk& desk, const Ask& ask) {
  return apply(desk, ask, accounts::Event::reset);
}

Result<net::Response> close_account(Desk& desk, const Ask& ask) {
  return apply(desk, ask, accounts::Event::close);
}

}  // namespace lanyard::doors::api
