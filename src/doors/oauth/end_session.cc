// RP-initiated logout (OIDC RP-Initiated Logout 1.0): an application says that somebody wants to sign out.
// They are asked, since anybody can make a browser come here (attack row 87).
#include <algorithm>
#include <set>

#include "base/text.h"
#include "doors/oauth/handlers.h"
#include "platform/view/pieces.h"

namespace lanyard::doors::oauth {
namespace {

struct Wish {
  clients::ClientPtr client;  // nullptr when nobody said which
  std::string redirect_uri;   // registered by that client; "" : none
  std::string state;
};

Outcome<Wish> read_wish(const Desk& desk, const Form& form) {
  Wish wish;
  std::string client_id = form.value_or("client_id", "");
  const std::string hint = form.value_or("id_token_hint", "");
  if (!hint.empty()) {
    const auto token = tokens::read_ours(desk.parts.keys, desk.issuers, hint, desk.parts.clock.now(),
                                         tokens::Expired::allow);
    if (!token && token.error().code == Code::unavailable) return from_error(token.error());
    if (!token || token->is_access_token || token->audience.size() != 1)
      return invalid_request("id_token_hint is not an ID token of ours.");
    if (!client_id.empty() && client_id != token->audience.front())
      return invalid_request("client_id is not the application of the id_token_hint.");
    client_id = token->audience.front();
  }
  const std::string uri = form.value_or("post_logout_redirect_uri", "");
  if (client_id.empty()) {
    if (!uri.empty())
      return invalid_request("post_logout_redirect_uri needs an id_token_hint or a client_id beside it.");
    return wish;
  }
  const auto client = desk.find_client(client_id);
  if (!client) {
    if (client.error().code != Code::not_found) return from_error(client.error());
    return invalid_request("No application is registered here under this client_id.");
  }
  wish.client = *client;
  if (uri.empty()) return wish;
  const auto& registered = wish.client->post_logout_redirect_uris;
  if (std::ranges::find(registered, uri) == registered.end())
    return invalid_request(
        "The post_logout_redirect_uri is not one that is registered for this application.");
  wish.redirect_uri = uri;
  wish.state = form.value_or("state", "");
  return wish;
}

std::string way_back(const Wish& wish) {
  return wish.state.empty() ? wish.redirect_uri : with_query(wish.redirect_uri, Form{{"state", wish.state}});
}

std::string name_of(const clients::Client& client) {
  return client.name.empty() ? client.id.str() : client.name;
}

net::Response finished(const Desk& desk, const net::Request& request, const Wish& wish) {
  if (!wish.redirect_uri.empty()) {
    if (request.method() == net::Method::post)
      return lead_back(desk, request, name_of(*wish.client), way_back(wish));
    return net::Response::redirect(way_back(wish));
  }
  view::Page page;
  page.title = "You are signed out";
  page.body.add(view::el("p", "There is no session of yours in this browser any more."));
  page.body.add(
      view::hint("You may still be signed in at the sign-in service that you used. On a computer that "
                 "others use too, sign out there as well, or close the browser."));
  page.body.add(view::button_row({view::button_link("Sign in again", "/login")}));
  return show(desk, request, std::move(page));
}

// Names of what was entered through this session, each once.
Result<std::set<std::string>> list_entered(const Desk& desk, const callers::Caller& caller) {
  LANYARD_TRY(const auto grants, desk.parts.grants.list(caller.person->account.id));
  std::set<std::string> names;
  for (const tokens::TokenGrant& grant : grants) {
    if (grant.session != caller.session.str() || tokens::is_offline(grant)) continue;
    const auto client = desk.parts.registry.find(grant.client.str());
    names.insert(client ? name_of(**client) : grant.client.str());
  }
  return names;
}

net::Response ask(const Desk& desk, const net::Request& request, const Wish& wish,
                  const callers::Caller& caller) {
  const auto entered = list_entered(desk, caller);
  if (!entered) return show_error(desk, request, entered.error());
  view::Page page;
  page.title = "Sign out?";
  page.body.add(view::el(
      "p",
      wish.client
          ? view::group(view::el("strong", name_of(*wish.client)), " says that you want to sign out. ")
          : view::Html(),
      "The session of ", view::el("strong", caller.person->account.name),
      " in this browser ends, and with it what applications may do in it", entered->empty() ? "." : ":"));
  if (!entered->empty()) {
    std::vector<view::Html> lines;
    for (const std::string& name : *entered) lines.emplace_back(name);
    page.body.add(view::plain_list(lines));
  }
  view::PostForm form{.action = cat(desk.settings.issuer_path, "/end_session"),
                      .csrf = desk.parts.guard.value_for(caller.session.str())};
  if (wish.client) form.hidden.emplace_back("client_id", wish.client->id.str());
  if (!wish.redirect_uri.empty()) form.hidden.emplace_back("post_logout_redirect_uri", wish.redirect_uri);
  if (!wish.state.empty()) form.hidden.emplace_back("state", wish.state);
  page.body.add(view::post_form(form, view::button({.label = "Sign out"})));
  page.body.add(view::button_row({view::button_link("Stay signed in", "/account")}));
  return show(desk, request, std::move(page));
}

}  // namespace

net::Response ask_end_session(const Desk& desk, const net::Request& request) {
  const auto form = request.query_form();
  if (!form) return show_fault(desk, request, invalid_request("The request can not be read."));
  const auto wish = read_wish(desk, *form);
  if (!wish) return show_fault(desk, request, wish.error());
  const callers::CallerPtr caller = find_person(desk, request);
  return caller ? ask(desk, request, *wish, *caller) : finished(desk, request, *wish);
}

// From our own page, with the guard's value: the session ends. From an application, whose form does not bring
// our cookies: the browser is asked to come once more by itself, and is asked then.
net::Response end_session(const Desk& desk, const net::Request& request) {
  const auto form = request.form();
  if (!form) return show_error(desk, request, form.error());
  if (form->value_or(view::Guard::kField, "").empty())
    return net::Response::redirect(with_query(cat(desk.settings.issuer_path, "/end_session"), *form));
  const auto wish = read_wish(desk, *form);
  if (!wish) return show_fault(desk, request, wish.error());
  const callers::CallerPtr caller = find_person(desk, request);
  if (!caller) return finished(desk, request, *wish);
  if (const Status genuine = desk.parts.guard.check(request, *form, caller->session.str()); !genuine)
    return show_error(desk, request, genuine.error());
  const access::Actor actor = callers::to_actor(*caller, request);
  if (const Status ended = desk.parts.sessions.end(caller->session, actor); !ended)
    return show_error(desk, request, ended.error());
  net::Response response = finished(desk, request, *wish);
  response.cookie(desk.parts.cookies.removed(desk.parts.cookies.session_name()));
  return response;
}

}  // namespace lanyard::doors::oauth
