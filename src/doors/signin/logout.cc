// Signing out: GET asks, POST does (attack row 87).
#include <algorithm>
#include <set>

#include "base/text.h"
#include "doors/signin/handlers.h"
#include "platform/view/pieces.h"

namespace lanyard::doors::signin {
namespace {

// The session itself is enough: whoever is suspended may still sign out.
Result<std::optional<sessions::Session>> find_session(const Desk& desk, const net::Request& request) {
  LANYARD_TRY(const std::string cookie, session_cookie(desk, request));
  if (cookie.empty()) return std::optional<sessions::Session>();
  auto session = desk.parts.sessions.find(cookie, "lanyard", "");
  if (session) return std::optional(std::move(*session));
  if (session.error().code == Code::unauthenticated) return std::optional<sessions::Session>();
  return std::move(session).error();
}

// Names for people, each once.
Result<std::vector<view::Html>> list_applications(const Desk& desk, const SessionId& session) {
  LANYARD_TRY(const auto children, desk.parts.sessions.list_children(session));
  std::set<std::string> names;
  for (const sessions::Session& child : children) {
    const clients::Client* client = desk.parts.clients.find(child.client);
    names.insert(client != nullptr ? client->name : child.client);
  }
  std::vector<view::Html> items;
  for (const std::string& name : names) items.emplace_back(name);
  return items;
}

net::Response signed_out(const Desk& desk, const net::Request& request,
                         const std::vector<view::Html>& applications) {
  view::Page page;
  page.title = "You are signed out";
  if (applications.empty()) {
    page.body.add(view::el("p", "There is no session of yours in this browser any more."));
  } else {
    page.body.add(view::el("p", "Your sessions at these applications have ended too:"));
    page.body.add(view::plain_list(applications));
  }
  page.body.add(
      view::hint("You may still be signed in at the sign-in service that you used. On a computer "
                 "that others use too, sign out there as well, or close the browser."));
  page.body.add(view::button_row({view::button_link("Sign in again", "/login")}));
  return desk.show(request, std::move(page));
}

}  // namespace

net::Response ask_logout(Desk& desk, const net::Request& request) {
  const auto session = find_session(desk, request);
  if (!session) return desk.show_error(request, session.error());
  if (!*session) return signed_out(desk, request, {});
  const auto applications = list_applications(desk, (*session)->id);
  if (!applications) return desk.show_error(request, applications.error());
  view::Page page;
  page.title = "Sign out?";
  if (applications->empty()) {
    page.body.add(view::el("p", "Your session in this browser ends."));
  } else {
    page.body.add(view::el("p", "Your session in this browser ends, and with it those at:"));
    page.body.add(view::plain_list(*applications));
  }
  page.body.add(view::post_form(
      {.action = "/logout", .csrf = desk.parts.guard.value_for((*session)->id.str()), .hidden = {}},
      view::button({.label = "Sign out"})));
  page.body.add(view::button_row({view::button_link("Stay signed in", "/account")}));
  return desk.show(request, std::move(page));
}

net::Response do_logout(Desk& desk, const net::Request& request) {
  const auto session = find_session(desk, request);
  if (!session) return desk.show_error(request, session.error());
  // Without a session there is nothing to end, and nothing that a foreign form could do.
  if (!*session) return signed_out(desk, request, {});
  const auto form = request.form();
  if (!form) return desk.show_error(request, form.error());
  if (const Status ours = desk.parts.guard.check(request, *form, (*session)->id.str()); !ours)
    return desk.show_error(request, ours.error());
  const auto applications = list_applications(desk, (*session)->id);
  if (!applications) return desk.show_error(request, applications.error());
  access::Actor actor = callers::nobody(request);
  actor.kind = access::ActorKind::account;
  actor.account = (*session)->account;
  if (const Status ended = desk.parts.sessions.end((*session)->id, actor); !ended)
    return desk.show_error(request, ended.error());
  desk.parts.log.info("signin.ended", {{"account", (*session)->account.str()}, {"request", request.id()}});
  net::Response response = signed_out(desk, request, *applications);
  response.cookie(desk.parts.cookies.removed(desk.parts.cookies.session_name()));
  response.cookie(desk.parts.cookies.removed(desk.parts.cookies.login_name()));
  return response;
}

}  // namespace lanyard::doors::signin
