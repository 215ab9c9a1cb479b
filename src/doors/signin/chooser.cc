// The pages on which one chooses a provider, and the pages that only explain.
#include <algorithm>

#include "base/json.h"
#include "base/text.h"
#include "doors/signin/handlers.h"
#include "platform/view/pieces.h"

namespace lanyard::doors::signin {
namespace {

struct Choice {
  const Provider* provider;
  bool was_last;
};

// The one that was used last comes first; otherwise the configured order stands.
std::vector<Choice> choices(const Desk& desk, const net::Request& request) {
  const auto last = request.cookie(desk.parts.cookies.last_provider_name());
  std::vector<Choice> all;
  for (const Provider* provider : desk.list_open())
    all.push_back({provider, last && *last && **last == provider->id});
  std::stable_partition(all.begin(), all.end(), [](const Choice& choice) { return choice.was_last; });
  return all;
}

view::Html provider_forms(const Desk& desk, const std::vector<Choice>& all, std::string_view login_cookie,
                          const Form& hidden) {
  view::Html html;
  bool is_first = true;
  for (const Choice& choice : all) {
    view::PostForm form;
    form.action = cat("/login/", choice.provider->id);
    form.csrf = desk.parts.guard.value_for(login_cookie);
    form.hidden = hidden.pairs();
    const auto emphasis = is_first ? view::Emphasis::primary : view::Emphasis::secondary;
    html.add(view::post_form(
        form, view::button({.label = cat("Sign in with ", choice.provider->label), .emphasis = emphasis})));
    is_first = false;
  }
  return html;
}

net::Response choose(const Desk& desk, const net::Request& request, view::Page page, const Form& hidden) {
  const std::vector<Choice> all = choices(desk, request);
  if (all.empty()) {
    page.title = "Nobody can sign in at the moment";
    page.body = view::group(
        view::el("p", "No way to sign in is set up here, or all of them are switched off."),
        view::el("p", "The fault is on our side, not yours."),
        view::el("p", view::el("strong", "What to do: "), "Tell the people who run this service."));
    return desk.show(request, std::move(page), 503);
  }
  const auto found = find_login_cookie(desk, request);
  if (!found) return desk.show_error(request, found.error());
  const std::string cookie = found->value_or(desk.parts.random.token());
  page.body.add(provider_forms(desk, all, cookie, hidden));
  page.body.add(view::hint("You type your password there and never here."));
  net::Response response = desk.show(request, std::move(page));
  response.cookie(desk.parts.cookies.login(cookie));
  return response;
}

// What for: the door that kept the wish says it in words.
std::string title_of(Desk& desk, const ReturnTo& back) {
  if (const clients::Client* client = desk.parts.clients.find(back.client))
    return cat("Sign in to continue to ", client->name);
  if (back.request.empty()) return "Sign in";
  const auto kept = desk.parts.artefacts.peek(sessions::ArtefactKind::interaction, "", back.request);
  if (!kept) return "Sign in";
  const auto wish = json::get_string(kept->data, "wish");
  return wish ? cat("Sign in to ", *wish) : "Sign in";
}

}  // namespace

std::optional<net::Response> when_closed(const Desk& desk, const net::Request& request) {
  const callers::Switches& switches = desk.parts.callers.switches();
  view::Page page;
  if (!switches.enabled) {
    page.title = "Authentication is off";
    page.body = view::group(
        view::el("p", "Nobody signs in here: everyone is the anonymous operator, with all rights."),
        view::el("p", view::el("strong", "What to do: "), "Just go on."),
        view::button_row({view::button_link("Go on", "/account", view::Emphasis::primary)}));
    return desk.show(request, std::move(page));
  }
  if (desk.settings.browser_login) return std::nullopt;
  page.title = "Signing in is switched off here";
  page.body = view::group(view::el("p",
                                   "This service takes tokens of programs only; people can not sign in in a "
                                   "browser."),
                          view::el("p", "Nobody made a mistake: the people who run this service set it so."),
                          view::el("p", view::el("strong", "What to do: "), "Use the service with a token."));
  return desk.show(request, std::move(page), 403);
}

net::Response show_chooser(Desk& desk, const net::Request& request) {
  if (auto closed = when_closed(desk, request)) return std::move(*closed);
  const auto query = request.query_form();
  if (!query) return desk.show_error(request, query.error());
  const auto back = read_return(*query, desk.parts.clients);
  if (!back) return desk.show_error(request, back.error());
  // Whoever comes from an application and is signed in goes back at once. For a page of ours the way here was
  // a wish to sign in again, as with a login that is too old for what was wanted.
  const bool comes_from_somewhere = !back->client.empty() || !back->request.empty();
  const bool wants_choice = !comes_from_somewhere || !query->value_or("again", "").empty();
  const callers::CallerPtr person = find_person(desk, request);
  if (person && !wants_choice)
    return net::Response::redirect(next_page(*person, desk.parts.clock.now(), *back));
  view::Page page;
  page.title = title_of(desk, *back);
  if (person) {
    const std::string next = next_page(*person, desk.parts.clock.now(), *back);
    page.body.add(view::notice(
        view::NoticeKind::info, "You are signed in already",
        view::group("Sign in again below, or ", view::text_link("go on as you are", next), ".")));
  }
  page.body.add(view::el("p", "Choose where you have a login. You will be taken there and come back."));
  return choose(desk, request, std::move(page), to_fields(*back));
}

net::Response show_bootstrap(Desk& desk, const net::Request& request) {
  if (auto closed = when_closed(desk, request)) return std::move(*closed);
  const auto query = request.query_form();
  const std::string token = query.ok() ? query->value_or("token", "") : "";
  const auto closed = desk.parts.directory.bootstrap_is_closed();
  if (!closed) return desk.show_error(request, closed.error());
  if (*closed) return desk.explain(request, Problem::bootstrap_over, {});
  const auto link = desk.parts.artefacts.peek(sessions::ArtefactKind::bootstrap, "", token);
  if (!link) {
    const bool is_over = link.error().code == Code::unauthenticated || link.error().code == Code::expired;
    return is_over ? desk.explain(request, Problem::bootstrap_over, {})
                   : desk.show_error(request, link.error());
  }
  view::Page page;
  page.title = "Become the first administrator";
  page.body =
      view::group(view::el("p", "The login that you sign in with now becomes the first administrator of ",
                           view::el("strong", desk.parts.site.site_name), ". This works once."),
                  view::notice(view::NoticeKind::warning, "Use your own login",
                               "Whoever can sign in with it will decide who is let in here."));
  return choose(desk, request, std::move(page), Form{{"bootstrap", token}});
}

net::Response show_problem(Desk& desk, const net::Request& request) {
  const auto problem = find_problem(request.path_part("kind"));
  if (!problem) return desk.show_error(request, make_error(Code::not_found, "There is no such problem."));
  const auto query = request.query_form();
  if (!query) return desk.show_error(request, query.error());
  const auto back = read_return(*query, desk.parts.clients);
  const std::string reference = query->value_or("ref", "");
  const bool is_reference =
      reference.size() == 16 && reference.find_first_not_of("0123456789abcdef") == std::string::npos;
  return desk.show(
      request, problem_page(*problem, back ? *back : ReturnTo(), is_reference ? reference : "", request.id()),
      status_of(*problem));
}

net::Response show_link_advice(Desk& desk, const net::Request& request) {
  const auto query = request.query_form();
  if (!query) return desk.show_error(request, query.error());
  const auto back = read_return(*query, desk.parts.clients);
  if (!back) return desk.show_error(request, back.error());
  Form again = to_fields(*back);
  again.add("again", "1");
  view::Page page;
  page.title = "You may already have an account";
  page.body = view::group(
      view::el("p",
               "The mail address of this login is confirmed for another account here. If that account is "
               "yours, sign in with your other login instead."),
      view::el("p",
               "Then tell the people who run this site that both are yours: this login has an account of "
               "its own now, which they have to join with the other. Accounts are never joined by "
               "themselves, because an address alone proves nothing."),
      view::button_row(
          {view::button_link("Use my other login", with_query("/login", again), view::Emphasis::primary),
           view::button_link("Go on as a new person", with_return("/pending", *back))}));
  return desk.show(request, std::move(page));
}

}  // namespace lanyard::doors::signin
