// The page that asks, and the answer to it.
#include <algorithm>

#include "base/text.h"
#include "domain/tokens/scopes.h"
#include "doors/oauth/handlers.h"
#include "doors/oauth/pages.h"
#include "platform/view/pieces.h"

namespace lanyard::doors::oauth {
namespace {

using view::el;
using view::group;

// What the scope gives away of this person; empty where there is nothing to show.
std::string value_of(std::string_view scope, const callers::Person& person) {
  const accounts::Account& account = person.account;
  if (scope == "profile") {
    std::string text = account.name;
    if (account.username) text = cat(text, text.empty() ? "" : ", ", *account.username);
    if (!account.institution.empty()) text = cat(text, ", ", account.institution);
    return text;
  }
  if (scope == "openid") return account.id.str();
  if (scope == "email") return account.email;
  if (scope == "groups" || scope.starts_with("wlcg.groups") || scope == "entitlements")
    return person.groups.empty() ? "you are in no group" : join(person.groups, ", ");
  return {};
}

// The host that a redirect leads to, as people may know it.
std::string host_of(const std::string& redirect_uri) {
  const auto url = parse_url(redirect_uri);
  if (!url) return redirect_uri.substr(0, redirect_uri.find(':'));
  return url->is_loopback() ? "a program on this computer" : url->host;
}

}  // namespace

view::Html list_scopes(const std::vector<std::string>& scopes, const callers::Person& person) {
  std::vector<view::Html> items;
  for (const std::string& scope : scopes) {
    const std::string value = value_of(scope, person);
    items.push_back(value.empty() ? view::Html(tokens::describe(scope))
                                  : group(tokens::describe(scope), ": ", el("strong", value)));
  }
  return view::plain_list(items);
}

view::Page consent_page(const Desk& desk, const Interaction& interaction, const callers::Caller& caller) {
  const AuthRequest& wanted = interaction.request;
  const clients::Client& client = *wanted.client;
  const std::string name = client.name.empty() ? client.id.str() : client.name;
  view::Page page;
  page.title = cat("Let ", name, " know who you are?");
  page.body.add(el("p", el("strong", name), " wants to use your account at ",
                   el("strong", desk.parts.site.site_name), ". You are signed in as ",
                   el("strong", caller.person->account.name), "."));
  std::vector<std::pair<std::string, view::Html>> about;
  if (!client.uri.empty()) about.emplace_back("Its page", view::text_link(client.uri, client.uri));
  if (!client.contacts.empty()) about.emplace_back("Run by", join(client.contacts, ", "));
  about.emplace_back("You return to", el("strong", host_of(wanted.redirect_uri)));
  page.body.add(view::definitions(about));
  if (client.source == "registration") {
    page.body.add(view::notice(view::NoticeKind::warning, "Nobody at this site has checked this application",
                               "It registered itself. Go on only if you know it and started this yourself."));
  } else if (client.is_public()) {
    page.body.add(
        view::hint("A program on somebody's own computer can not prove which one it is, so you are "
                   "asked each time."));
  }
  page.body.add(el("h2", "It will get"));
  page.body.add(list_scopes(wanted.scopes, *caller.person));
  if (!wanted.audience.empty())
    page.body.add(view::hint(cat("To be used at: ", join(wanted.audience, ", "))));
  std::vector<view::Html> links;
  if (!client.policy_uri.empty())
    links.push_back(view::text_link("What it does with your data", client.policy_uri));
  if (!client.tos_uri.empty()) links.push_back(view::text_link("Its terms", client.tos_uri));
  for (const view::Html& link : links) page.body.add(el("p", link));
  page.body.add(view::post_form({.action = "/consent",
                                 .csrf = desk.parts.guard.value_for(caller.session.str()),
                                 .hidden = {{"request", interaction.id}}},
                                view::button_row({view::button({.label = "Refuse",
                                                                .emphasis = view::Emphasis::secondary,
                                                                .name = "decision",
                                                                .value = "refuse"}),
                                                  view::button({.label = "Allow",
                                                                .emphasis = view::Emphasis::primary,
                                                                .name = "decision",
                                                                .value = "allow"})})));
  page.body.add(view::hint(group("You can take this back at any time on ",
                                 view::text_link("the page of what acts for you", "/account/apps"), ".")));
  page.person = signed_in(desk, caller);
  return page;
}

net::Response decide_consent(const Desk& shared, const net::Request& request) {
  const auto form = request.form();
  if (!form) return show_error(shared, request, form.error());
  const callers::CallerPtr caller = find_person(shared, request);
  if (!caller) {
    return show_error(shared, request,
                      make_error(Code::unauthenticated, "You are not signed in any more.",
                                 "Start again from the application."));
  }
  if (const Status genuine = shared.parts.guard.check(request, *form, caller->session.str()); !genuine)
    return show_error(shared, request, genuine.error());
  const auto id = form->get("request");
  if (!id) return show_error(shared, request, id.error());
  const std::string decision = form->value_or("decision", "");
  if (decision != "allow" && decision != "refuse")
    return show_error(shared, request, make_error(Code::invalid, "The form was not complete."));
  auto found = find_interaction(shared, request, *id);
  if (!found) return show_error(shared, request, found.error());
  if (!found->interaction) {
    return show_fault(
        shared, request,
        found->rejected ? found->rejected->error : invalid_request("This is no request of an application."));
  }
  const Desk& desk = *found->desk;
  const Interaction& interaction = *found->interaction;
  const AuthRequest& wanted = interaction.request;
  const std::string name = wanted.client->name.empty() ? wanted.client->id.str() : wanted.client->name;
  // The account may have changed while the page was open.
  if (callers::standing(*caller, desk.parts.clock.now()).step != journey::Step::go_on)
    return net::Response::redirect("/pending");
  if (const auto fault = check_groups(wanted.scopes, *caller->person))
    return lead_back(desk, request, name, error_url(desk, wanted, *fault));
  if (const Status used = use_up(desk, interaction); !used) return show_error(desk, request, used.error());
  if (decision == "refuse") {
    desk.parts.log.info("oauth.consent_refused", {{"client", wanted.client->id.str()},
                                                  {"account", caller->person->account.id.str()},
                                                  {"request", request.id()}});
    return lead_back(desk, request, name, error_url(desk, wanted, access_denied("The person refused.")));
  }
  const Status given =
      desk.parts.consents.give({.account = caller->person->account.id,
                                .client = wanted.client->id,
                                .scopes = wanted.scopes,
                                .audience = wanted.audience},
                               callers::to_actor(*caller, request), wanted.client->created_at);
  if (!given) return show_error(desk, request, given.error());
  const auto code = issue_code(desk, *caller, wanted);
  if (!code) return show_error(desk, request, code.error());
  return lead_back(desk, request, name, code_url(desk, wanted, *code));
}

}  // namespace lanyard::doors::oauth
