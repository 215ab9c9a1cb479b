// API tokens: made for one purpose and a limited time, shown once, renewed and revoked by their owner (SX8).
#include <algorithm>
#include <array>

#include "base/text.h"
#include "doors/account/pages.h"
#include "doors/account/words.h"
#include "platform/view/pieces.h"

namespace lanyard::doors::account {
namespace {

using credentials::Credential;
using view::el;
using view::group;

constexpr std::int64_t kUsualDays = 30;
constexpr Duration kDay = std::chrono::hours(24);

std::int64_t most_days(const Desk& desk) {
  return std::max<std::int64_t>(1, desk.settings.longest_token_life / kDay);
}

struct Wanted {
  std::string label, services, days;
  bool account = false, admin = false;
  std::string label_error, scope_error, days_error;
  bool has_error() const { return !label_error.empty() || !scope_error.empty() || !days_error.empty(); }
};

std::vector<std::string> scopes_of(const Wanted& wanted) {
  std::vector<std::string> scopes;
  if (wanted.account) scopes.emplace_back("account");
  if (wanted.admin) scopes.emplace_back("admin");
  for (const std::string_view word : split_words(wanted.services)) {
    if (std::ranges::find(scopes, word) == scopes.end()) scopes.emplace_back(word);
  }
  return scopes;
}

// A token never carries a right that its owner does not have while making it.
bool may_have(const Visit& visit, const std::vector<std::string>& scopes) {
  return visit.caller->may_administrate() || std::ranges::find(scopes, "admin") == scopes.end();
}

Wanted read(const Form& form) {
  Wanted wanted;
  wanted.label = form.value_or("label", "");
  wanted.services = form.value_or("services", "");
  wanted.days = form.value_or("days", "");
  wanted.account = !form.value_or("account", "").empty();
  wanted.admin = !form.value_or("admin", "").empty();
  return wanted;
}

std::int64_t check(const Desk& desk, const Visit& visit, Wanted& wanted) {
  if (trim(wanted.label).empty()) wanted.label_error = "Say what the token is for.";
  const std::vector<std::string> scopes = scopes_of(wanted);
  if (scopes.empty()) wanted.scope_error = "Choose what the token may be used for.";
  if (!may_have(visit, scopes))
    wanted.scope_error = "Only administrators can make a token with the scope \"admin\".";
  const auto days = parse_integer(trim(wanted.days));
  if (!days || *days < 1 || *days > most_days(desk)) {
    wanted.days_error = cat("A number of days between 1 and ", most_days(desk), " is needed.");
    return 0;
  }
  return *days;
}

view::Html make_form(const Desk& desk, const Visit& visit, const Wanted& wanted) {
  view::Html scopes = el("legend", "What may it be used for?");
  if (!wanted.scope_error.empty()) scopes.add(el("p", view::Attrs{{"class", "fault"}}, wanted.scope_error));
  scopes.add(view::check_box("account", "1", "account: read your own account", {}, wanted.account));
  if (visit.caller->may_administrate()) {
    scopes.add(view::check_box("admin", "1", "admin: everything that you may do as an administrator", {},
                               wanted.admin));
  }
  scopes.add(view::text_field({.name = "services",
                               .label = "Words for services",
                               .value = wanted.services,
                               .help = "What the documentation of a service asks for, separated by spaces, "
                                       "for example: servicex",
                               .longest = 500}));
  return view::post_form({.action = "/account/tokens", .csrf = visit.csrf},
                         group(view::text_field({.name = "label",
                                                 .label = "What is it for?",
                                                 .value = wanted.label,
                                                 .help = "For example: analysis on the cluster",
                                                 .error = wanted.label_error,
                                                 .longest = 200,
                                                 .is_required = true}),
                               el("fieldset", scopes),
                               view::text_field({.name = "days",
                                                 .label = "For how many days?",
                                                 .value = wanted.days,
                                                 .help = cat("At most ", most_days(desk), "."),
                                                 .error = wanted.days_error,
                                                 .type = view::TextField::Type::number,
                                                 .is_required = true}),
                               view::button({.label = "Make the token"})));
}

bool is_expired(const Credential& token, Time now) {
  return token.expires_at && *token.expires_at <= now;
}

view::Html table_of(const std::vector<Credential>& tokens, Time now) {
  view::Table table{.columns = {"For", "Scope", "Made", "Last used", "Expires", ""},
                    .when_empty = "You have no tokens."};
  for (const Credential& token : tokens) {
    if (token.revoked_at) continue;
    const view::Html expires = token.expires_at ? view::time_text(*token.expires_at) : view::Html("never");
    table.rows.push_back(
        {group(token.label), view::code(token.scopes.empty() ? "refresh" : join(token.scopes, " ")),
         view::time_text(token.created_at),
         token.last_used_at ? view::time_text(*token.last_used_at) : view::Html("never"),
         group(expires,
               is_expired(token, now) ? group(" ", view::badge(view::Tone::bad, "expired")) : view::Html()),
         view::text_link("Renew or revoke", cat("/account/tokens/", token.id.str()))});
  }
  return view::table(table);
}

net::Response show_list(const Desk& desk, const Visit& visit, const Wanted& wanted, int status) {
  const auto tokens = desk.parts.credentials.list(visit.account().id);
  if (!tokens) return refuse(desk, visit, tokens.error());
  const Time now = desk.parts.clock.now();
  view::Page page = account_page(visit, "Your tokens");
  page.width = view::Page::Width::wide;
  if (visit.query.value_or("done", "") == "revoked")
    page.body.add(view::notice(view::NoticeKind::info, "The token was revoked. It does not work any more."));
  page.body.add(el("p",
                   "A token lets a program act for you without a browser. Whoever holds it can use it: "
                   "make one for each purpose and give it to nobody."));
  page.body.add(table_of(*tokens, now));
  page.body.add(el("h2", "Make a token"));
  const auto fresh = callers::standing(*visit.caller, now, desk.settings.fresh_for);
  if (fresh.step == journey::Step::sign_in_again) {
    page.body.add(el("p", "For this you must have signed in a moment ago."));
    page.body.add(view::button_link("Sign in again", sign_in_again_path("/account/tokens")));
  } else {
    page.body.add(make_form(desk, visit, wanted));
  }
  return show(desk, page, status);
}

// The only page that ever shows a token: made for this answer, stored nowhere but as a keyed hash.
net::Response show_once(const Desk& desk, const Visit& visit, const credentials::Credentials::Made& made,
                        std::string_view also) {
  view::Page page = account_page(visit, "Your new token");
  page.body.add(view::notice(view::NoticeKind::warning, "Copy it now.",
                             el("p", "It is shown this one time and can not be looked up later.")));
  page.body.add(view::copyable(made.token.reveal()));
  std::vector<std::pair<std::string, view::Html>> items{
      {"For", made.credential.label}, {"Scope", view::code(join(made.credential.scopes, " "))}};
  if (made.credential.expires_at) items.emplace_back("Expires", view::time_text(*made.credential.expires_at));
  page.body.add(view::definitions(items));
  page.body.add(
      view::hint("Programs send it as \"Authorization: Bearer\" followed by the token. Keep it in a file "
                 "that only you can "
                 "read, never in a command line or in a program's source."));
  if (!also.empty()) page.body.add(el("p", also));
  page.body.add(view::button_link("Done", "/account/tokens"));
  return show(desk, page);
}

net::Response switched_off(const Desk& desk, const Visit& visit) {
  view::Page page = account_page(visit, "Your tokens");
  page.body.add(view::notice(view::NoticeKind::info, "API tokens are switched off here.",
                             el("p",
                                "The people who run this service decided that programs sign in another "
                                "way. Tokens that were made earlier do not work.")));
  return show(desk, page);
}

Error no_such_token() {
  return make_error(Code::not_found, "There is no such token.", "It may have been revoked already.");
}

// One of the caller's own, and not revoked (attack row 112).
Result<Credential> find_own(const Desk& desk, const Visit& visit) {
  const auto id = parse_id<CredentialTag>(visit.request.path_part("id"));
  if (!id) return no_such_token();
  LANYARD_TRY(const auto tokens, desk.parts.credentials.list(visit.account().id));
  const auto found = std::ranges::find(tokens, *id, &Credential::id);
  if (found == tokens.end() || found->revoked_at) return no_such_token();
  return *found;
}

}  // namespace

net::Response show_tokens(const Desk& desk, const Visit& visit) {
  if (!desk.settings.api_tokens) return switched_off(desk, visit);
  Wanted wanted;
  wanted.days = cat(std::min(kUsualDays, most_days(desk)));
  return show_list(desk, visit, wanted, 200);
}

net::Response make_token(const Desk& desk, const Visit& visit) {
  if (!desk.settings.api_tokens) return switched_off(desk, visit);
  static constexpr std::array<std::string_view, 5> kFields{"label", "account", "admin", "services", "days"};
  const Status only = require_only(visit.form, kFields);
  if (!only) return refuse(desk, visit, only.error());
  Wanted wanted = read(visit.form);
  const std::int64_t days = check(desk, visit, wanted);
  if (wanted.has_error()) return show_list(desk, visit, wanted, 400);
  credentials::NewToken token;
  token.account = visit.account().id;
  token.label = wanted.label;
  token.scopes = scopes_of(wanted);
  token.life = kDay * days;
  const auto made = desk.parts.credentials.make_token(token, visit.actor);
  if (made) return show_once(desk, visit, *made, "");
  if (made.error().code != Code::invalid) return refuse(desk, visit, made.error());
  wanted.scope_error = made.error().message;
  return show_list(desk, visit, wanted, 400);
}

net::Response ask_about_token(const Desk& desk, const Visit& visit) {
  if (!desk.settings.api_tokens) return switched_off(desk, visit);
  const auto token = find_own(desk, visit);
  if (!token) return refuse(desk, visit, token.error());
  const std::string path = cat("/account/tokens/", token->id.str());
  view::Page page = page_for(visit, "Renew or revoke this token?");
  page.body.add(el("p", view::text_link("← Your tokens", "/account/tokens")));
  page.body.add(view::definitions(
      {{"For", token->label},
       {"Scope", view::code(join(token->scopes, " "))},
       {"Made", view::time_text(token->created_at)},
       {"Last used", token->last_used_at ? view::time_text(*token->last_used_at) : view::Html("never")}}));
  if (token->kind == "api_token") {
    page.body.add(el("h2", "Renew"))
        .add(el("p",
                "You get a new token with the same purpose, scope and length of life. This one stops "
                "working at once."))
        .add(view::post_form(
            {.action = cat(path, "/renew"), .csrf = visit.csrf},
            view::button({.label = "Renew the token", .emphasis = view::Emphasis::secondary})));
  }
  page.body.add(el("h2", "Revoke"))
      .add(el("p", "Programs that use it stop working at once. This can not be undone."))
      .add(view::post_form({.action = cat(path, "/revoke"), .csrf = visit.csrf},
                           view::button({.label = "Revoke the token", .emphasis = view::Emphasis::danger})))
      .add(view::button_row({view::button_link("Keep it", "/account/tokens")}));
  return show(desk, page);
}

net::Response revoke_token(const Desk& desk, const Visit& visit) {
  const auto token = find_own(desk, visit);
  if (!token) return refuse(desk, visit, token.error());
  const Status revoked = desk.parts.credentials.revoke(visit.account().id, token->id, visit.actor);
  if (!revoked) return refuse(desk, visit, revoked.error());
  return net::Response::redirect("/account/tokens?done=revoked");
}

// The new one is made first: a failure in between leaves a person with two tokens, not with none.
net::Response renew_token(const Desk& desk, const Visit& visit) {
  if (!desk.settings.api_tokens) return switched_off(desk, visit);
  const auto old = find_own(desk, visit);
  if (!old) return refuse(desk, visit, old.error());
  if (old->kind != "api_token" || !may_have(visit, old->scopes)) {
    return refuse(desk, visit,
                  make_error(Code::conflict, "This token can not be renewed by you any more.",
                             "Revoke it and make another one."));
  }
  credentials::NewToken token;
  token.account = visit.account().id;
  token.label = old->label;
  token.scopes = old->scopes;
  token.life = old->expires_at ? *old->expires_at - old->created_at : kDay * kUsualDays;
  token.life = std::min(token.life, desk.settings.longest_token_life);
  const auto made = desk.parts.credentials.make_token(token, visit.actor);
  if (!made) return refuse(desk, visit, made.error());
  const Status revoked = desk.parts.credentials.revoke(visit.account().id, old->id, visit.actor);
  return show_once(desk, visit, *made,
                   revoked ? "The token that it replaces does not work any more."
                           : "The old token could not be revoked. Revoke it from the list.");
}

}  // namespace lanyard::doors::account
