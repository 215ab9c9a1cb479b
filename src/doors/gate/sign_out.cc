// Signing out of an application: asks first, then ends its session; the session here is another matter.
#include "base/text.h"
#include "doors/gate/handlers.h"
#include "platform/view/error_page.h"
#include "platform/view/pieces.h"

namespace lanyard::doors::gate {
namespace {

net::Response signed_out(Desk& desk, const net::Request& request, const Place& place) {
  net::Response response =
      explain(desk, request, 200, cat("You are signed out of ", place.client->name),
              cat("This browser has no session at ", place.client->name, " any more."),
              cat("You are still signed in at ", desk.parts.site.site_name, " and may be at other services."),
              "Close the browser, or sign out everywhere.", cat(desk.settings.public_url, "/logout"),
              "Sign out everywhere");
  response.cookie(place.cookies.removed(place.cookie_name));
  return response;
}

// The session that the cookie belongs to; nothing when it has ended.
Result<std::optional<sessions::Session>> find_session(Desk& desk, const net::Request& request,
                                                      const Place& place) {
  LANYARD_TRY(const auto cookie, request.cookie(place.cookie_name));
  if (!cookie) return std::optional<sessions::Session>();
  auto session = desk.parts.sessions.find(*cookie, "application", place.client->id.str());
  if (session) return std::optional<sessions::Session>(std::move(*session));
  if (session.error().code == Code::unauthenticated) return std::optional<sessions::Session>();
  return session.error();
}

}  // namespace

net::Response ask_sign_out(Desk& desk, const net::Request& request) {
  Visited visited = visit(desk, request);
  if (visited.refused) return std::move(*visited.refused);
  const Place& place = *visited.place;
  const auto session = find_session(desk, request, place);
  if (!session) return view::render_error(desk.at_application, session.error().code, request.id());
  if (!*session) return signed_out(desk, request, place);
  view::PostForm form;
  form.action = cat(kFolder, "logout");
  form.csrf = place.guard.value_for((*session)->id.str());
  view::Page page;
  page.title = cat("Sign out of ", place.client->name, "?");
  page.body = view::group(
      view::el("p", "This browser will have to sign in again to use ", view::el("strong", place.client->name),
               "."),
      view::post_form(
          form, view::button_row({view::button({.label = "Sign out"}), view::button_link("Go back", "/")})),
      view::el("p",
               view::text_link("Sign out everywhere instead", cat(desk.settings.public_url, "/logout"))));
  page.request_id = request.id();
  return view::render(desk.at_application, page);
}

net::Response do_sign_out(Desk& desk, const net::Request& request) {
  Visited visited = visit(desk, request);
  if (visited.refused) return std::move(*visited.refused);
  const Place& place = *visited.place;
  const auto session = find_session(desk, request, place);
  if (!session) return view::render_error(desk.at_application, session.error().code, request.id());
  if (!*session) return signed_out(desk, request, place);
  const auto form = request.form();
  if (!form) return view::render_error(desk.at_application, form.error().code, request.id());
  if (const Status pressed = place.guard.check(request, *form, (*session)->id.str()); !pressed) {
    desk.parts.log.info("gate.form_refused", {{"reason", pressed.error().message},
                                              {"client", place.client->id.str()},
                                              {"address", request.client_address()},
                                              {"request", request.id()}});
    return view::render_error(desk.at_application, pressed.error().code, request.id());
  }
  access::Actor actor = callers::nobody(request);
  actor.kind = access::ActorKind::account;
  actor.account = (*session)->account;
  if (const Status ended = desk.parts.sessions.end((*session)->id, actor); !ended)
    return view::render_error(desk.at_application, ended.error().code, request.id());
  return signed_out(desk, request, place);
}

}  // namespace lanyard::doors::gate
