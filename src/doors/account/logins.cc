// The logins that lead to an account, and the browsers that are signed in with them.
#include <array>

#include "base/text.h"
#include "doors/account/pages.h"
#include "doors/account/words.h"
#include "platform/view/pieces.h"

namespace lanyard::doors::account {
namespace {

using view::el;
using view::group;

view::Html time_or(const std::optional<Time>& time, std::string_view otherwise) {
  return time ? view::time_text(*time) : view::Html(otherwise);
}

view::Html link_forms(const Desk& desk, const Visit& visit) {
  view::Html html;
  for (const auto& [id, label] : desk.settings.providers) {
    html.add(view::post_form(
        {.action = cat("/login/", id), .csrf = visit.csrf, .hidden = {{"link", "1"}}},
        view::button({.label = cat("Link a login at ", label), .emphasis = view::Emphasis::secondary})));
  }
  return html;
}

// The login in use and the last one stay: without them there would be no way back in.
view::Html last_cell(const Visit& visit, const accounts::Identity& identity, std::size_t count) {
  const callers::Person& person = *visit.caller->person;
  if (identity.issuer == person.issuer && identity.subject == person.subject)
    return view::badge(view::Tone::neutral, "used now");
  if (count < 2) return {};
  return view::post_form({.action = "/account/identities/unlink",
                          .csrf = visit.csrf,
                          .hidden = {{"issuer", identity.issuer}, {"subject", identity.subject}}},
                         view::button({.label = "Unlink", .emphasis = view::Emphasis::danger}));
}

std::string_view done_words(std::string_view done) {
  if (done == "ended") return "The session was ended.";
  if (done == "others") return "All other sessions were ended.";
  if (done == "unlinked") return "The login was unlinked.";
  return {};
}

void add_done(view::Page& page, const Visit& visit) {
  const std::string_view words = done_words(visit.query.value_or("done", ""));
  if (!words.empty()) page.body.add(view::notice(view::NoticeKind::info, words));
}

}  // namespace

net::Response show_identities(const Desk& desk, const Visit& visit) {
  const auto identities = desk.parts.directory.list_identities(visit.account().id);
  if (!identities) return refuse(desk, visit, identities.error());
  view::Page page = account_page(visit, "Your logins");
  page.width = view::Page::Width::wide;
  add_done(page, visit);
  page.body.add(el("p", "Each of these leads to this account."));
  view::Table table{.columns = {"Login", "Known there as", "Added", "Last used", ""}};
  for (const accounts::Identity& identity : *identities) {
    table.rows.push_back({group(login_words(desk.settings.providers, identity.source, identity.issuer)),
                          view::code(identity.subject), view::time_text(identity.created_at),
                          time_or(identity.last_login_at, "never"),
                          last_cell(visit, identity, identities->size())});
  }
  page.body.add(view::table(table));
  if (!desk.settings.providers.empty()) {
    page.body.add(el("h2", "Link another login"))
        .add(view::hint("You sign in there once, and from then on both lead here. Link only logins that are "
                        "yours alone."))
        .add(link_forms(desk, visit));
  }
  return show(desk, page);
}

net::Response unlink_identity(const Desk& desk, const Visit& visit) {
  static constexpr std::array<std::string_view, 2> kFields{"issuer", "subject"};
  const Status only = require_only(visit.form, kFields);
  if (!only) return refuse(desk, visit, only.error());
  const std::string issuer = visit.form.value_or("issuer", ""), subject = visit.form.value_or("subject", "");
  const Status unlinked =
      desk.parts.directory.unlink_identity(visit.account().id, issuer, subject, visit.actor);
  if (!unlinked) return refuse(desk, visit, unlinked.error());
  desk.parts.log.info(
      "account.login_unlinked",
      {{"request_id", visit.request.id()}, {"account", visit.account().id.str()}, {"issuer", issuer}});
  return net::Response::redirect("/account/identities?done=unlinked");
}

net::Response show_sessions(const Desk& desk, const Visit& visit) {
  const auto sessions = desk.parts.sessions.list(visit.account().id);
  if (!sessions) return refuse(desk, visit, sessions.error());
  view::Page page = account_page(visit, "Where you are signed in");
  page.width = view::Page::Width::wide;
  add_done(page, visit);
  page.body.add(el("p",
                   "The device is what the browser calls itself. End what you do not know; applications "
                   "that were opened from that browser are signed out with it."));
  view::Table table{.columns = {"Device", "Address", "Signed in", "Last used", ""}};
  for (const sessions::Session& session : *sessions) {
    const bool is_this = session.id == visit.caller->session;
    table.rows.push_back(
        {group(device_words(session.user_agent),
               is_this ? group(" ", view::badge(view::Tone::good, "this browser")) : view::Html()),
         view::code(session.address.empty() ? "not known" : session.address),
         view::time_text(session.auth_time), view::time_text(session.seen_at),
         view::post_form({.action = cat("/account/sessions/", session.id.str(), "/end"), .csrf = visit.csrf},
                         view::button({.label = is_this ? "Sign out here" : "End",
                                       .emphasis = view::Emphasis::danger}))});
  }
  page.body.add(view::table(table));
  if (sessions->size() > 1) {
    page.body.add(view::post_form(
        {.action = "/account/sessions/end-others", .csrf = visit.csrf},
        view::button({.label = "End all other sessions", .emphasis = view::Emphasis::danger})));
  }
  return show(desk, page);
}

net::Response end_session(const Desk& desk, const Visit& visit) {
  const auto id = parse_id<SessionTag>(visit.request.path_part("id"));
  const Error unknown =
      make_error(Code::not_found, "There is no such session.", "It may have ended already.");
  if (!id) return refuse(desk, visit, unknown);
  const Status ended = desk.parts.sessions.end_of_account(visit.account().id, *id, visit.actor);
  if (!ended) return refuse(desk, visit, ended.error().code == Code::not_found ? unknown : ended.error());
  if (*id != visit.caller->session) return net::Response::redirect("/account/sessions?done=ended");
  net::Response response = net::Response::redirect("/login");
  response.cookie(desk.parts.cookies.removed(desk.parts.cookies.session_name()));
  return response;
}

net::Response end_other_sessions(const Desk& desk, const Visit& visit) {
  const auto ended = desk.parts.sessions.end_all(visit.account().id, visit.caller->session, visit.actor);
  if (!ended) return refuse(desk, visit, ended.error());
  return net::Response::redirect("/account/sessions?done=others");
}

}  // namespace lanyard::doors::account
