#include "doors/account/desk.h"

#include <algorithm>

#include "base/text.h"
#include "platform/view/error_page.h"
#include "platform/view/pieces.h"

namespace lanyard::doors::account {
namespace {

// What forms are bound to while authentication is off: there is no session then.
constexpr std::string_view kOpenHandle = "open service";

bool is_for_administrators(Needs needs) {
  return needs == Needs::administrator || needs == Needs::fresh_administrator;
}

bool is_fresh(Needs needs) {
  return needs == Needs::fresh_member || needs == Needs::fresh_administrator;
}

// These pages are for browsers: a token is recognised so that it can be refused in clear words, and never
// lets anybody in.
Result<callers::CallerPtr> find_caller(const Desk& desk, const net::Request& request) {
  callers::Callers& callers = desk.parts.callers;
  if (!callers.switches().enabled) return callers.open_service();
  LANYARD_TRY(const callers::Proof proof, callers::find_proof(request, desk.parts.cookies.session_name(),
                                                              callers::Proof::Kind::session, ""));
  if (proof.kind == callers::Proof::Kind::bearer) {
    return make_error(Code::forbidden, "Tokens are not accepted on these pages.",
                      "Programs use the API below /api/v1; people sign in with a browser.");
  }
  return callers.recognise(proof, request);
}

void log_refusal(const Desk& desk, const net::Request& request, const AccountId& account,
                 const Error& error) {
  desk.parts.log.info("account.refused", {{"request_id", request.id()},
                                          {"path", request.path()},
                                          {"account", account.str()},
                                          {"code", to_string(error.code)},
                                          {"reason", error.message},
                                          {"cause", error.cause}});
}

// Nothing: the handler may run. `wanted` is the age of login that the route asks for.
std::optional<net::Response> turn_away(const Desk& desk, const Row& row, const Visit& visit) {
  if (row.needs == Needs::person) return {};
  if (row.needs == Needs::resident) {
    if (accounts::may_sign_in(visit.account().state)) return {};
    return net::Response::redirect("/pending");
  }
  if (!visit.is_member()) return net::Response::redirect("/pending");
  const bool is_post = row.method == net::Method::post;
  if (is_post && visit.standing.step == journey::Step::become_active)
    return net::Response::redirect("/pending");
  if (is_for_administrators(row.needs) && !visit.caller->may_administrate()) {
    return refuse(desk, visit,
                  make_error(Code::forbidden, "This page is for administrators.",
                             "If you need it for your work, ask the people who run this service."));
  }
  if (visit.standing.step == journey::Step::sign_in_again) {
    desk.parts.log.info("account.fresh_login_wanted",
                        {{"request_id", visit.request.id()}, {"account", visit.account().id.str()}});
    return to_login(visit.request, Login::again);
  }
  return {};
}

std::string_view title_of(Code code) {
  switch (code) {
    case Code::invalid:
      return "This was not accepted";
    case Code::unauthenticated:
      return "You are not signed in";
    case Code::forbidden:
      return "You may not do this";
    case Code::not_found:
      return "There is no such thing";
    case Code::conflict:
      return "Nothing was changed";
    default:
      return {};
  }
}

std::string_view fault_of(Code code) {
  switch (code) {
    case Code::invalid:
      return "What was sent can not be used; the service itself works.";
    case Code::not_found:
      return "The address may be old or mistyped, or what it named is gone.";
    default:
      return "Nobody made a mistake.";
  }
}

}  // namespace

net::Response serve(const Desk& desk, const Row& row, const net::Request& request) {
  Visit visit{.request = request, .actor = callers::nobody(request)};
  auto caller = find_caller(desk, request);
  if (!caller) {
    if (caller.error().code == Code::unauthenticated) return to_login(request, Login::first);
    return refuse(desk, visit, caller.error());
  }
  visit.caller = *caller;
  visit.actor = callers::to_actor(*visit.caller, request);
  std::optional<Duration> wanted;
  if (is_fresh(row.needs)) wanted = desk.settings.fresh_for;
  visit.standing = callers::standing(*visit.caller, desk.parts.clock.now(), wanted);

  const std::string_view handle =
      visit.is_open_service() ? kOpenHandle : std::string_view(visit.caller->session.str());
  visit.csrf = desk.parts.guard.value_for(handle);
  if (row.method == net::Method::post) {
    auto form = request.form();
    if (!form) return refuse(desk, visit, form.error());
    visit.form = *std::move(form);
    const Status ours = desk.parts.guard.check(request, visit.form, handle);
    if (!ours) return refuse(desk, visit, ours.error());
  }
  auto query = request.query_form();
  if (!query) return refuse(desk, visit, query.error());
  visit.query = *std::move(query);

  // While authentication is off nobody has an account of their own; the front of these pages says so.
  if (visit.is_open_service() && !is_for_administrators(row.needs) && row.pattern != "/account")
    return net::Response::redirect("/account");
  if (auto response = turn_away(desk, row, visit)) return *std::move(response);
  return row.handler(desk, visit);
}

view::Page page_for(const Visit& visit, std::string title) {
  view::Page page;
  page.title = std::move(title);
  page.request_id = visit.request.id();
  if (visit.caller == nullptr) return page;
  const accounts::Account& account = visit.account();
  const std::string name = !account.name.empty() ? account.name : account.username.value_or("Your account");
  page.person = view::SignedIn{name, "/account", visit.is_open_service() ? "" : "/logout", visit.csrf};
  return page;
}

view::Page account_page(const Visit& visit, std::string title) {
  view::Page page = page_for(visit, std::move(title));
  page.body.add(view::el("p", view::text_link("← Your account", "/account")));
  return page;
}

net::Response show(const Desk& desk, const view::Page& page, int status) {
  return view::render(desk.parts.site, page, status);
}

net::Response refuse(const Desk& desk, const Visit& visit, const Error& error) {
  const AccountId account = visit.caller != nullptr ? visit.account().id : AccountId();
  log_refusal(desk, visit.request, account, error);
  const std::string_view title = title_of(error.code);
  if (title.empty()) return view::render_error(desk.parts.site, error.code, visit.request.id());
  view::Page page = page_for(visit, std::string(title));
  page.body.add(view::el("p", error.message)).add(view::el("p", fault_of(error.code)));
  if (!error.hint.empty()) page.body.add(view::el("p", view::el("strong", "What to do: "), error.hint));
  page.body.add(view::el("p", view::text_link("Your account", "/account")));
  return show(desk, page, view::status_of(error.code));
}

// The way back is a page that shows something, not the address of a form: its first two steps.
net::Response to_login(const net::Request& request, Login login) {
  const std::string_view path = request.path();
  const std::size_t second = path.find('/', 1);
  const std::size_t third = second == std::string_view::npos ? second : path.find('/', second + 1);
  const std::string_view page = path.substr(0, third);
  if (login == Login::again) return net::Response::redirect(sign_in_again_path(page));
  if (page == "/") return net::Response::redirect("/login");
  return net::Response::redirect(with_query("/login", Form{{"to", std::string(page)}}));
}

std::string sign_in_again_path(std::string_view page) {
  return with_query("/login", Form{{"again", "1"}, {"to", std::string(page)}});
}

Status require_only(const Form& form, std::span<const std::string_view> fields) {
  for (const auto& [name, value] : form.pairs()) {
    if (name == view::Guard::kField || std::ranges::find(fields, name) != fields.end()) continue;
    return make_error(Code::invalid, "The form holds a field that can not be set here.",
                      "Open the page again and use the form there.");
  }
  return {};
}

}  // namespace lanyard::doors::account
