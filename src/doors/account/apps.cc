// Which applications and programs act for somebody, and the end of that.
#include <algorithm>
#include <map>
#include <set>

#include "base/text.h"
#include "domain/tokens/scopes.h"
#include "doors/account/pages.h"
#include "doors/account/words.h"
#include "platform/view/pieces.h"

namespace lanyard::doors::account {
namespace {

using view::el;
using view::group;

// Everything that one client holds, put together from its grants and what was allowed to it.
struct App {
  ClientId client;
  std::string name;
  std::size_t grants = 0;  // none: nothing now, but it may come back without a question
  Time since{}, last_used{};
  std::string address, user_agent;  // of the last use
  std::set<std::string> scopes;
  bool is_offline = false;
};

void add(App& app, const tokens::TokenGrant& grant) {
  const bool is_first = app.grants++ == 0;
  app.since = is_first ? grant.created_at : std::min(app.since, grant.created_at);
  if (is_first || grant.rotated_at > app.last_used) {
    app.last_used = grant.rotated_at;
    app.address = grant.address;
    app.user_agent = grant.user_agent;
  }
  app.scopes.insert(grant.scopes.begin(), grant.scopes.end());
  app.is_offline = app.is_offline || tokens::is_offline(grant);
}

Result<std::vector<App>> list_apps(const Desk& desk, const AccountId& account) {
  LANYARD_TRY(const auto grants, desk.parts.grants.list(account));
  LANYARD_TRY(const auto consents, desk.parts.consents.list(account));
  std::map<std::string, App> by_client;
  for (const tokens::TokenGrant& grant : grants) add(by_client[grant.client.str()], grant);
  for (const tokens::Consent& consent : consents) {
    App& app = by_client[consent.client.str()];
    if (app.grants > 0) continue;
    app.since = consent.given_at;
    app.scopes.insert(consent.scopes.begin(), consent.scopes.end());
  }
  std::vector<App> apps;
  for (auto& [id, app] : by_client) {
    app.client = ClientId(id);
    app.name = id;
    const auto client = desk.parts.registry.find(id);
    if (client && !(*client)->name.empty()) app.name = (*client)->name;
    if (!client && client.error().code != Code::not_found) return client.error();
    apps.push_back(std::move(app));
  }
  // What acts now comes first, the last used on top.
  std::ranges::stable_sort(apps, [](const App& a, const App& b) {
    return std::pair(a.grants > 0, a.last_used) > std::pair(b.grants > 0, b.last_used);
  });
  return apps;
}

view::Html scopes_of(const App& app) {
  std::vector<view::Html> lines;
  for (const std::string& scope : app.scopes) lines.emplace_back(tokens::describe(scope));
  return view::plain_list(lines);
}

std::string from_words(const App& app) {
  // Programs call themselves "curl/8.5.0"; browsers are said in words.
  std::string device = device_words(app.user_agent);
  if (device.starts_with("Another ")) device = app.user_agent.substr(0, app.user_agent.find(' '));
  if (app.address.empty()) return device;
  return app.user_agent.empty() ? app.address : cat(app.address, ", ", device);
}

view::Html stop_form(const Visit& visit, std::string action, const App& app) {
  return view::post_form({.action = std::move(action), .csrf = visit.csrf, .hidden = {}},
                         view::button({.label = cat("Stop ", app.name), .emphasis = view::Emphasis::danger}));
}

view::Html card_of(const Visit& visit, const App& app) {
  std::vector<std::pair<std::string, view::Html>> items;
  if (app.grants > 0) {
    items.emplace_back("Since", view::time_text(app.since));
    items.emplace_back("Last used", view::time_text(app.last_used));
    items.emplace_back("From", from_words(app));
    if (app.grants > 1) items.emplace_back("Connected", cat(app.grants, " times"));
    items.emplace_back(
        "Ends", app.is_offline ? "when you stop it, or when it is not used for long" : "with your session");
  } else {
    items.emplace_back("Allowed", view::time_text(app.since));
    items.emplace_back("Now", "holds nothing, but would not ask you again");
  }
  return group(el("h2", app.name), view::definitions(items), view::more("What it may do", scopes_of(app)),
               stop_form(visit, cat("/account/apps/", app.client.str(), "/stop"), app));
}

// Grants first: what acts must stop even if the rest fails.
Status stop(const Desk& desk, const Visit& visit, const AccountId& account, const std::string& client,
            const std::string& reason) {
  const ClientId id(client);
  LANYARD_TRY(const auto ended, desk.parts.grants.end_of_client(account, id, reason, visit.actor));
  LANYARD_CHECK(desk.parts.consents.withdraw(account, id, visit.actor));
  desk.parts.log.info("account.app_stopped", {{"request_id", visit.request.id()},
                                              {"account", account.str()},
                                              {"client", client},
                                              {"grants", ended}});
  return {};
}

}  // namespace

Result<std::size_t> count_apps(const Desk& desk, const AccountId& account) {
  LANYARD_TRY(const auto grants, desk.parts.grants.list(account));
  std::set<std::string> clients;
  for (const tokens::TokenGrant& grant : grants) clients.insert(grant.client.str());
  return clients.size();
}

net::Response show_apps(const Desk& desk, const Visit& visit) {
  const auto apps = list_apps(desk, visit.account().id);
  if (!apps) return refuse(desk, visit, apps.error());
  view::Page page = account_page(visit, "What acts for you");
  if (visit.query.value_or("done", "") == "stopped") {
    page.body.add(view::notice(view::NoticeKind::info, "It does not act for you any more.",
                               el("p", "If it wants to again, you are asked first.")));
  }
  page.body.add(
      el("p",
         "Applications and programs that you allowed to use your account. Stop what you do not know "
         "or do not need: it gets nothing new from that moment on. What it was given before may be "
         "good for a while, mostly an hour at the longest."));
  page.body.add(view::button_row({view::button_link("Connect a program", "/device")}));
  if (apps->empty()) page.body.add(view::hint("Nothing acts for you."));
  for (const App& app : *apps) page.body.add(card_of(visit, app));
  return show(desk, page);
}

net::Response stop_app(const Desk& desk, const Visit& visit) {
  if (const Status only = require_only(visit.form, {}); !only) return refuse(desk, visit, only.error());
  const Status stopped = stop(desk, visit, visit.account().id, std::string(visit.request.path_part("client")),
                              "stopped by the person");
  if (!stopped) return refuse(desk, visit, stopped.error());
  return net::Response::redirect("/account/apps?done=stopped");
}

Result<view::Html> apps_of(const Desk& desk, const Visit& visit, const AccountId& account) {
  LANYARD_TRY(const auto apps, list_apps(desk, account));
  view::Table table{.columns = {"Application", "Since", "Last used", "From", "May", ""},
                    .when_empty = "Nothing acts for this person."};
  for (const App& app : apps) {
    std::vector<std::string> words;
    for (const std::string& scope : app.scopes) words.push_back(tokens::describe(scope));
    table.rows.push_back(
        {app.name, view::time_text(app.since),
         app.grants > 0 ? view::time_text(app.last_used) : "holds nothing",
         app.grants > 0 ? from_words(app) : "–", join(words, ", "),
         stop_form(visit, cat("/admin/accounts/", account.str(), "/apps/", app.client.str(), "/stop"), app)});
  }
  return group(el("h2", "Applications"), view::table(table));
}

net::Response stop_app_of(const Desk& desk, const Visit& visit) {
  if (const Status only = require_only(visit.form, {}); !only) return refuse(desk, visit, only.error());
  const auto id = parse_id<AccountTag>(visit.request.path_part("id"));
  if (!id) return refuse(desk, visit, make_error(Code::not_found, "There is no such account."));
  const auto account = desk.parts.directory.get_account(*id);
  if (!account) return refuse(desk, visit, account.error());
  const Status stopped =
      stop(desk, visit, *id, std::string(visit.request.path_part("client")), "stopped by an administrator");
  if (!stopped) return refuse(desk, visit, stopped.error());
  return net::Response::redirect(cat("/admin/accounts/", id->str(), "?done=stopped"));
}

}  // namespace lanyard::doors::account
