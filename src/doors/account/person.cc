// One account as administrators see it, and what they may do with it.
#include <algorithm>
#include <array>
#include <limits>

#include "base/text.h"
#include "doors/account/pages.h"
#include "doors/account/words.h"
#include "platform/view/pieces.h"

namespace lanyard::doors::account {
namespace {

using accounts::Account;
using accounts::Event;
using view::el;
using view::group;

constexpr std::int64_t kTimeline = 50;

// What the path may name, in the order of the page. Whether it is possible is the lifecycle's word.
struct Act {
  std::string_view name, label, help, done;
  std::optional<Event> event;  // nothing: the right of an administrator
  bool wants_reason = false;
  view::Emphasis emphasis = view::Emphasis::secondary;
};
constexpr auto kActs = std::to_array<Act>({
    {"activate", "Let in at once", "Skips the decision and every step that is left.",
     "The account is active.", Event::activate},
    {"restore", "Restore", "The account is approved again and becomes active at the next visit.",
     "The account was restored.", Event::restore},
    {"suspend", "Suspend", "Sessions and tokens stop working at once. It can be undone.",
     "The account was suspended.", Event::suspend, true, view::Emphasis::danger},
    {"close", "Close", "For good: a closed account does not come back.", "The account was closed.",
     Event::close, true, view::Emphasis::danger},
    {"make-admin", "Make an administrator", "May do everything that you may do on these pages.",
     "The account is an administrator now.", std::nullopt},
    {"remove-admin", "Remove as administrator", "The account stays; the rights go.",
     "The account is no administrator any more.", std::nullopt, false, view::Emphasis::danger},
});

const Act* find_act(std::string_view name) {
  const auto found = std::ranges::find(kActs, name, &Act::name);
  return found == kActs.end() ? nullptr : &*found;
}

bool is_possible(const Act& act, const Account& account) {
  if (act.event) return accounts::next(account.state, *act.event).ok();
  if (act.name == "remove-admin") return account.is_admin;
  return !account.is_admin && account.state == accounts::State::active;
}

std::string reason_field(const Act& act) {
  return cat(act.name, "-reason");
}

view::Html act_form(const Visit& visit, const Account& account, const Act& act) {
  view::Html fields;
  if (act.wants_reason) {
    fields.add(view::text_field({.name = reason_field(act),
                                 .label = "Reason",
                                 .help = "Shown to the person. At most 200 characters.",
                                 .longest = 200}));
  }
  fields.add(view::button({.label = std::string(act.label), .emphasis = act.emphasis}));
  return view::more(cat(act.label, " …"),
                    group(el("p", act.help),
                          view::post_form({.action = cat("/admin/accounts/", account.id.str(), "/", act.name),
                                           .csrf = visit.csrf},
                                          fields)));
}

view::Html acts_of(const Desk& desk, const Visit& visit, const Account& account) {
  view::Html html = el("h2", "What you can do");
  const auto fresh = callers::standing(*visit.caller, desk.parts.clock.now(), desk.settings.fresh_for);
  if (fresh.step == journey::Step::sign_in_again) {
    return html.add(el("p", "Changes to an account need a login of the last minutes."))
        .add(view::button_link("Sign in again", sign_in_again_path("/admin/accounts")));
  }
  for (const Act& act : kActs) {
    if (is_possible(act, account)) html.add(act_form(visit, account, act));
  }
  return html;
}

// An open request, or one that was rejected and may be approved after all.
view::Html decision_of(const Visit& visit, const Account& account,
                       const std::optional<accounts::Request>& request) {
  if (!request || !accounts::next(account.state, Event::approve).ok()) return {};
  const auto form = [&](const char* answer) {
    return view::PostForm{
        .action = cat("/admin/queue/", request->id.str()),
        .csrf = visit.csrf,
        .hidden = {{"answer", answer}, {"account", account.id.str()}, {"version", cat(request->version)}}};
  };
  view::Html html = el("h2", "The request");
  html.add(view::definitions({{"Asked", view::time_text(request->opened_at)},
                              {"Note", request->note.empty() ? "none" : request->note},
                              {"Decision", request->decision}}));
  html.add(view::post_form(form("approve"), view::button({.label = "Approve"})));
  if (accounts::next(account.state, Event::reject).ok()) {
    html.add(view::more(
        "Reject …",
        view::post_form(form("reject"),
                        group(view::text_field({.name = cat("reason-", request->id.str()),
                                                .label = "Reason",
                                                .help = "Shown to the person. At most 200 characters.",
                                                .longest = 200}),
                              view::button({.label = "Reject", .emphasis = view::Emphasis::danger})))));
  }
  return html;
}

view::Html header_of(const Account& account) {
  std::vector<std::pair<std::string, view::Html>> items;
  items.emplace_back(
      "State",
      group(state_badge(account.state),
            account.is_admin ? group(" ", view::badge(view::Tone::neutral, "administrator")) : view::Html()));
  if (!account.state_reason.empty()) items.emplace_back("Reason", account.state_reason);
  items.emplace_back("E-mail", email_words(account));
  if (!account.institution.empty()) items.emplace_back("Institution", account.institution);
  if (!account.experiment.empty()) items.emplace_back("Experiment", account.experiment);
  if (account.username) items.emplace_back("User name", view::code(*account.username));
  items.emplace_back("Number", cat(account.number));
  items.emplace_back("Id", view::code(account.id.str()));
  items.emplace_back("Made", view::time_text(account.created_at));
  if (account.expires_at) items.emplace_back("Expires", view::time_text(*account.expires_at));
  items.emplace_back("Last seen", account.last_seen_at ? view::time_text(*account.last_seen_at) : "never");
  return view::definitions(items);
}

view::Html identities_of(const Desk& desk, const std::vector<accounts::Identity>& identities) {
  view::Table table{.columns = {"Login", "Known there as", "Last used"},
                    .when_empty = "No login leads to this account yet."};
  for (const accounts::Identity& identity : identities) {
    table.rows.push_back({login_words(desk.settings.providers, identity.source, identity.issuer),
                          view::code(identity.subject),
                          identity.last_login_at ? view::time_text(*identity.last_login_at) : "never"});
  }
  return group(el("h2", "Logins"), view::table(table));
}

view::Html sessions_of(const std::vector<sessions::Session>& sessions) {
  view::Table table{.columns = {"Device", "Address", "Last used"},
                    .when_empty = "Nobody is signed in with this account."};
  for (const sessions::Session& session : sessions) {
    table.rows.push_back({device_words(session.user_agent),
                          view::code(session.address.empty() ? "not known" : session.address),
                          view::time_text(session.seen_at)});
  }
  return group(el("h2", "Sessions"), view::table(table));
}

view::Html timeline_of(const std::vector<journal::Entry>& entries) {
  view::Table table{.columns = {"When", "What", "Who", "Details"}, .when_empty = "Nothing happened yet."};
  for (const journal::Entry& entry : entries) {
    table.rows.push_back({view::time_text(entry.at), event_words(entry.event),
                          entry.actor_label.empty() ? entry.actor_kind : entry.actor_label,
                          data_words(entry.data)});
  }
  return group(el("h2", "What happened"), view::table(table));
}

Result<std::vector<journal::Entry>> read_timeline(const Desk& desk, const AccountId& id) {
  journal::Filter filter;
  filter.subject_kind = "account";
  filter.subject_id = id.str();
  std::vector<journal::Entry> entries;
  LANYARD_CHECK(desk.parts.ledger.database().read([&](auto& connection) -> Status {
    LANYARD_TRY(entries, journal::list_before(connection, std::numeric_limits<std::int64_t>::max(), filter,
                                              kTimeline));
    return {};
  }));
  return entries;
}

Result<view::Html> body_of(const Desk& desk, const Visit& visit, const Account& account) {
  const Parts& parts = desk.parts;
  LANYARD_TRY(const auto request, parts.approvals.find_latest(account.id));
  LANYARD_TRY(const auto identities, parts.directory.list_identities(account.id));
  LANYARD_TRY(const auto sessions, parts.sessions.list(account.id));
  LANYARD_TRY(const auto apps, apps_of(desk, visit, account.id));
  LANYARD_TRY(const auto paths, parts.groups.paths_of(account.id));
  LANYARD_TRY(const auto entries, read_timeline(desk, account.id));
  view::Html groups = el("h2", "Groups");
  std::vector<view::Html> lines;
  for (const std::string& path : paths) lines.emplace_back(el("bdi", path));
  groups.add(lines.empty() ? view::hint("None.") : view::plain_list(lines));
  return group(header_of(account), decision_of(visit, account, request), acts_of(desk, visit, account),
               identities_of(desk, identities), sessions_of(sessions), apps, groups, timeline_of(entries));
}

Error no_such_account() {
  return make_error(Code::not_found, "There is no such account.", "Look for it in the list of accounts.");
}

}  // namespace

net::Response show_person(const Desk& desk, const Visit& visit) {
  const auto id = parse_id<AccountTag>(visit.request.path_part("id"));
  if (!id) return refuse(desk, visit, no_such_account());
  const auto account = desk.parts.directory.get_account(*id);
  if (!account) return refuse(desk, visit, account.error());
  view::Page page = page_for(visit, display_name(*account));
  page.width = view::Page::Width::wide;
  page.body.add(el("p", view::text_link("← Accounts", "/admin/accounts")));
  if (const Act* act = find_act(visit.query.value_or("done", "")))
    page.body.add(view::notice(view::NoticeKind::info, act->done));
  if (visit.query.value_or("done", "") == "stopped")
    page.body.add(
        view::notice(view::NoticeKind::info, "The application does not act for the person any more."));
  auto body = body_of(desk, visit, *account);
  if (!body) return refuse(desk, visit, body.error());
  page.body.add(*body);
  return show(desk, page);
}

net::Response change_person(const Desk& desk, const Visit& visit) {
  const auto id = parse_id<AccountTag>(visit.request.path_part("id"));
  const Act* act = find_act(visit.request.path_part("act"));
  if (!id || act == nullptr) return refuse(desk, visit, no_such_account());
  const std::string reason = reason_field(*act);
  const std::array<std::string_view, 1> fields{reason};
  const Status only = require_only(visit.form, fields);
  if (!only) return refuse(desk, visit, only.error());
  const auto changed =
      act->event ? desk.parts.approvals.apply(*id, *act->event, visit.form.value_or(reason, ""), visit.actor)
                 : desk.parts.directory.set_admin(*id, act->name == "make-admin", visit.actor);
  if (!changed) return refuse(desk, visit, changed.error());
  desk.parts.log.info("account.changed", {{"request_id", visit.request.id()},
                                          {"account", id->str()},
                                          {"by", visit.account().id.str()},
                                          {"act", act->name}});
  return net::Response::redirect(cat("/admin/accounts/", id->str(), "?done=", act->name));
}

}  // namespace lanyard::doors::account
