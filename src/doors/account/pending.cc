// The page of everybody who may not go on yet, or not any more (SX6): where they stand, why, and what can be
// done. Loading it again is enough to see a decision.
#include <array>

#include "base/text.h"
#include "domain/sessions/artefacts.h"
#include "doors/account/pages.h"
#include "doors/account/words.h"
#include "platform/view/pieces.h"

namespace lanyard::doors::account {
namespace {

using view::el;
using view::group;

constexpr std::size_t kLongestNote = 200;

// Where somebody goes who need not wait. The application is one of ours, the path one of its own (attack row
// 140).
std::string way_on(const Desk& desk, const Form& query) {
  if (const std::string asked = query.value_or("request", ""); sessions::is_token_text(asked))
    return with_query("/authorize/continue", Form{{"request", asked}});
  const std::string client = query.value_or("client", "");
  if (client.empty() || desk.parts.clients.find(client) == nullptr) return "/account";
  const auto path = clients::parse_return_path(query.value_or("to", "/"));
  if (!path) return "/account";
  return with_query(cat("/gate/start/", client), Form{{"to", *path}});
}

// The same page with the place to go on to, so that it survives the note and a reload.
std::string here(const Desk& desk, const Form& fields) {
  if (const std::string asked = fields.value_or("request", ""); sessions::is_token_text(asked))
    return with_query("/pending", Form{{"request", asked}});
  const std::string client = fields.value_or("client", "");
  if (client.empty() || desk.parts.clients.find(client) == nullptr) return "/pending";
  Form query{{"client", client}};
  if (const std::string to = fields.value_or("to", ""); !to.empty()) query.add("to", to);
  return with_query("/pending", query);
}

view::Html steps_of(const Desk& desk, const Visit& visit, const std::optional<accounts::Request>& request) {
  const callers::Person& person = *visit.caller->person;
  const std::string login = login_words(desk.settings.providers, person.source, person.issuer);
  using State = view::Step::State;
  return view::steps(
      {{State::done, "You signed in", group("with ", login)},
       {State::done, "You asked for access", request ? view::time_text(request->opened_at) : view::Html()},
       {State::current, "Somebody decides",
        group("The people who run ", desk.parts.site.site_name,
              " look at every request themselves. Most decisions take a few working days.")},
       {State::ahead, "You use the services", "Nothing more is needed from you then."}});
}

view::Html note_form(const Desk& desk, const Visit& visit, const accounts::Request& request) {
  view::PostForm form{.action = "/pending", .csrf = visit.csrf};
  for (const char* name : {"client", "to", "request"}) {
    if (const std::string value = visit.query.value_or(name, ""); !value.empty())
      form.hidden.emplace_back(name, value);
  }
  return view::post_form(
      form,
      group(view::text_field({.name = "note",
                              .label = "Note to the people who decide",
                              .value = request.note,
                              .help = cat("For example who you work with at ", desk.parts.site.site_name,
                                          ", and on what. At most 200 characters."),
                              .longest = kLongestNote}),
            view::button({.label = "Save the note", .emphasis = view::Emphasis::secondary})));
}

view::Html other_ways() {
  return group(
      view::more(
          "I have an account already",
          group(el("p",
                   "Sign in with the login that you used before. On the page of your logins you "
                   "can then link further ones to the same account."),
                view::button_link("Sign in with another login", sign_in_again_path("/account/identities")))),
      el("p", view::text_link("Correct your profile", "/account/profile"), " · ",
         view::text_link("Sign out", "/logout")));
}

view::Html after_support(const Desk& desk, std::string_view before) {
  const std::string& support = desk.parts.site.support;
  return el("p", before,
            support.empty() ? "ask the people who run this service." : "write to support: ", support,
            support.empty() ? "" : ".");
}

view::Page waiting(const Desk& desk, const Visit& visit, const std::optional<accounts::Request>& request) {
  view::Page page = page_for(visit, "Your request waits for a decision");
  if (visit.query.value_or("done", "") == "note")
    page.body.add(view::notice(view::NoticeKind::info, "Your note was saved."));
  page.body.add(steps_of(desk, visit, request));
  std::vector<std::pair<std::string, view::Html>> items{{"Name", display_name(visit.account())},
                                                        {"E-mail", email_words(visit.account())}};
  if (request) items.emplace_back("Request number", view::code(request->id.str()));
  page.body.add(view::definitions(items));
  if (request) page.body.add(note_form(desk, visit, *request));
  page.body.add(
      view::hint("You can close this page and come back: sign in again, or load it again, to see "
                 "where your request stands."));
  page.body.add(other_ways());
  page.body.add(after_support(desk, "If it takes long or something is wrong, "));
  return page;
}

// One page for each way in which an account ended up shut, in the account's own words.
struct Ending {
  journey::Step step;
  std::string_view title, what, next;
};
constexpr auto kEndings = std::to_array<Ending>({
    {journey::Step::was_rejected, "Your request was not accepted",
     "The people who run this service decided against it.",
     "If you think that this is a mistake, or something has changed since, "},
    {journey::Step::is_suspended, "This account is suspended",
     "You are known here, but the account may not be used at the moment. Nothing was deleted.",
     "To have it opened again, "},
    {journey::Step::is_closed, "This account is closed", "It can not be used any more.",
     "If you need access again, "},
    {journey::Step::not_admitted, "This login may not be used here any more",
     "The rules for who may sign in have changed, and this login does not fit them.",
     "If you have another login, sign out and use that one. Otherwise "},
});

const Ending& ending_of(journey::Step step) {
  for (const Ending& ending : kEndings) {
    if (ending.step == step) return ending;
  }
  return kEndings[1];
}

view::Page ended(const Desk& desk, const Visit& visit, const std::optional<accounts::Request>& request) {
  const Ending& ending = ending_of(visit.standing.step);
  const accounts::Account& account = visit.account();
  const bool is_refused_login = ending.step == journey::Step::not_admitted;
  const bool is_expired =
      ending.step == journey::Step::is_suspended && account.state != accounts::State::suspended;
  view::Page page = page_for(visit, is_expired ? "This account has expired" : std::string(ending.title));
  page.body.add(el("p", is_expired ? "It was given for a limited time, which is over. Nothing was deleted."
                                   : ending.what));
  const std::string& reason = is_refused_login ? visit.caller->person->refused_because : account.state_reason;
  if (!reason.empty()) page.body.add(view::notice(view::NoticeKind::warning, "The reason", el("p", reason)));
  std::vector<std::pair<std::string, view::Html>> items{{"Name", display_name(account)},
                                                        {"E-mail", email_words(account)},
                                                        {"State", state_badge(account.state)}};
  if (request) {
    if (ending.step == journey::Step::was_rejected && request->decided_at)
      items.emplace_back("Decided", view::time_text(*request->decided_at));
    items.emplace_back("Request number", view::code(request->id.str()));
  }
  page.body.add(view::definitions(items));
  page.body.add(after_support(desk, ending.next));
  page.body.add(el("p", view::text_link("Sign out", "/logout")));
  return page;
}

}  // namespace

net::Response show_pending(const Desk& desk, const Visit& visit) {
  if (visit.is_member()) return net::Response::redirect(way_on(desk, visit.query));
  const auto request = desk.parts.approvals.find_latest(visit.account().id);
  if (!request) return refuse(desk, visit, request.error());
  const bool waits = visit.standing.step == journey::Step::wait_for_decision;
  return show(desk, waits ? waiting(desk, visit, *request) : ended(desk, visit, *request));
}

net::Response change_note(const Desk& desk, const Visit& visit) {
  if (visit.is_member()) return net::Response::redirect(way_on(desk, visit.form));
  static constexpr std::array<std::string_view, 4> kFields{"note", "client", "to", "request"};
  const Status only = require_only(visit.form, kFields);
  if (!only) return refuse(desk, visit, only.error());
  accounts::ProfileChange change;
  change.note = visit.form.value_or("note", "");
  const auto changed = desk.parts.directory.change_profile(visit.account().id, change, visit.actor);
  if (!changed) return refuse(desk, visit, changed.error());
  const std::string page = here(desk, visit.form);
  return net::Response::redirect(cat(page, page.find('?') == std::string::npos ? "?" : "&", "done=note"));
}

}  // namespace lanyard::doors::account
