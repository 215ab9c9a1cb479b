// Where the front door leads, the home of somebody's own pages, and the groups.
#include <algorithm>

#include "base/text.h"
#include "doors/account/pages.h"
#include "doors/account/words.h"
#include "platform/view/pieces.h"

namespace lanyard::doors::account {
namespace {

using view::el;
using view::group;

bool is_live(const credentials::Credential& credential, Time now) {
  return !credential.revoked_at && (!credential.expires_at || *credential.expires_at > now);
}

view::Html administration() {
  return group(el("h2", "Administration"),
               view::cards({{"/admin/queue", "Requests", "People who wait for a decision"},
                            {"/admin/accounts", "Accounts", "Find somebody, suspend, restore, close"}}));
}

net::Response show_open_service(const Desk& desk, const Visit& visit) {
  view::Page page = page_for(visit, "Anonymous operator");
  page.body.add(view::notice(
      view::NoticeKind::warning, "Authentication is switched off.",
      el("p",
         "Everybody who can reach this service is the anonymous operator and may do everything. Nobody has "
         "an account of their own until authentication is switched on in the configuration.")));
  page.body.add(administration());
  return show(desk, page);
}

// A profile page must not be needed to see who one is here.
view::Html about(const accounts::Account& account, const callers::Person& person,
                 const Providers& providers) {
  std::vector<std::pair<std::string, view::Html>> items;
  items.emplace_back(
      "State",
      group(state_badge(account.state),
            account.is_admin ? group(" ", view::badge(view::Tone::neutral, "administrator")) : view::Html()));
  items.emplace_back("E-mail", email_words(account));
  if (!account.institution.empty()) items.emplace_back("Institution", account.institution);
  if (!account.experiment.empty()) items.emplace_back("Experiment", account.experiment);
  if (account.username) items.emplace_back("User name", view::code(*account.username));
  items.emplace_back("Signed in by", login_words(providers, person.source, person.issuer));
  return view::definitions(items);
}

}  // namespace

net::Response show_front(const Desk&, const Visit& visit) {
  return net::Response::redirect(visit.is_member() ? "/account" : "/pending");
}

net::Response show_home(const Desk& desk, const Visit& visit) {
  if (visit.is_open_service()) return show_open_service(desk, visit);
  const accounts::Account& account = visit.account();
  const auto identities = desk.parts.directory.list_identities(account.id);
  if (!identities) return refuse(desk, visit, identities.error());
  const auto sessions = desk.parts.sessions.list(account.id);
  if (!sessions) return refuse(desk, visit, sessions.error());
  const auto tokens = desk.parts.credentials.list(account.id);
  if (!tokens) return refuse(desk, visit, tokens.error());
  const auto apps = count_apps(desk, account.id);
  if (!apps) return refuse(desk, visit, apps.error());
  const Time now = desk.parts.clock.now();
  const auto live = static_cast<std::size_t>(
      std::ranges::count_if(*tokens, [&](const auto& token) { return is_live(token, now); }));

  view::Page page = page_for(visit, "Your account");
  page.heading = display_name(account);
  page.body.add(about(account, *visit.caller->person, desk.settings.providers));
  page.body.add(view::cards(
      {{"/account/profile", "Profile", "Name, institution, experiment"},
       {"/account/identities", "Logins", count_words(identities->size(), "login", "logins")},
       {"/account/sessions", "Sessions", count_words(sessions->size(), "browser", "browsers")},
       {"/account/apps", "Applications",
        cat(count_words(*apps, "application acts", "applications act"), " for you")},
       {"/device", "Connect a program", "Type the code that it shows"},
       {"/account/tokens", "Tokens",
        desk.settings.api_tokens ? count_words(live, "token", "tokens") : std::string("switched off here")},
       {"/account/groups", "Groups", count_words(visit.caller->person->groups.size(), "group", "groups")},
       {"/account/data", "Your data", "Download what is stored about you"}}));
  if (visit.caller->may_administrate()) page.body.add(administration());
  return show(desk, page);
}

net::Response show_groups(const Desk& desk, const Visit& visit) {
  view::Page page = account_page(visit, "Your groups");
  page.body.add(el("p",
                   "Groups decide what you may use in the services of this facility. Their managers "
                   "and your institution say who belongs to them."));
  const auto paths = desk.parts.groups.paths_of(visit.account().id);
  if (!paths) return refuse(desk, visit, paths.error());
  std::vector<view::Html> lines;
  for (const std::string& path : *paths) lines.emplace_back(el("bdi", path));
  page.body.add(lines.empty() ? view::hint("You belong to no group yet.") : view::plain_list(lines));
  return show(desk, page);
}

}  // namespace lanyard::doors::account
