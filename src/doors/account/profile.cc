// Name, institution and experiment, which a person may write themselves (SX8). The e-mail address is what an
// upstream verified and is shown only; state, rights and groups are nobody's own to set (attack row 111).
#include <array>

#include "base/text.h"
#include "doors/account/pages.h"
#include "doors/account/words.h"
#include "platform/view/pieces.h"

namespace lanyard::doors::account {
namespace {

using view::el;
using view::group;

constexpr std::size_t kLongest = 200;

struct Written {
  std::string name, institution, experiment;
  std::string name_error;
};

Written of_account(const accounts::Account& account) {
  return {account.name, account.institution, account.experiment, ""};
}

view::Html form_of(const Visit& visit, const Written& written, std::int64_t version, std::string label) {
  return view::post_form(
      {.action = "/account/profile", .csrf = visit.csrf, .hidden = {{"version", cat(version)}}},
      group(view::text_field({.name = "name",
                              .label = "Name",
                              .value = written.name,
                              .help = "As your colleagues know you.",
                              .error = written.name_error,
                              .autocomplete = "name",
                              .longest = kLongest,
                              .is_required = true}),
            view::text_field({.name = "institution",
                              .label = "Institution",
                              .value = written.institution,
                              .autocomplete = "organization",
                              .longest = kLongest}),
            view::text_field({.name = "experiment",
                              .label = "Experiment",
                              .value = written.experiment,
                              .help = "The collaboration or project that you work for.",
                              .longest = kLongest}),
            view::button({.label = std::move(label)})));
}

view::Html email_part(const accounts::Account& account) {
  return group(view::definitions({{"E-mail", email_words(account)}}),
               view::hint("The address comes from the login that you use and can only be changed there."));
}

view::Page profile_page(const Visit& visit, std::string title) {
  if (visit.is_member()) return account_page(visit, std::move(title));
  view::Page page = page_for(visit, std::move(title));
  page.body.add(el("p", view::text_link("← Your request", "/pending")));
  return page;
}

// Both versions side by side; saving again is a choice that is made knowingly.
net::Response show_conflict(const Desk& desk, const Visit& visit, const accounts::Account& now,
                            const Written& written) {
  desk.parts.log.info("account.profile_conflict",
                      {{"request_id", visit.request.id()}, {"account", now.id.str()}});
  view::Page page = profile_page(visit, "Your profile was changed meanwhile");
  page.body.add(el("p",
                   "Somebody, perhaps you in another window, saved it while you were writing. Nothing "
                   "of yours was saved yet."));
  page.body.add(
      view::table({.caption = "What is stored, and what you wrote",
                   .columns = {"Field", "Stored now", "Yours"},
                   .rows = {{"Name", or_dash(now.name), or_dash(written.name)},
                            {"Institution", or_dash(now.institution), or_dash(written.institution)},
                            {"Experiment", or_dash(now.experiment), or_dash(written.experiment)}}}));
  page.body.add(form_of(visit, written, now.version, "Save mine"));
  page.body.add(view::button_row({view::button_link("Keep what is stored", "/account/profile")}));
  return show(desk, page, 409);
}

}  // namespace

net::Response show_profile(const Desk& desk, const Visit& visit) {
  const auto account = desk.parts.directory.get_account(visit.account().id);
  if (!account) return refuse(desk, visit, account.error());
  view::Page page = profile_page(visit, "Your profile");
  if (visit.query.value_or("done", "") == "saved")
    page.body.add(view::notice(view::NoticeKind::info, "Your profile was saved."));
  page.body.add(email_part(*account));
  page.body.add(form_of(visit, of_account(*account), account->version, "Save"));
  return show(desk, page);
}

net::Response change_profile(const Desk& desk, const Visit& visit) {
  static constexpr std::array<std::string_view, 4> kFields{"name", "institution", "experiment", "version"};
  const Status only = require_only(visit.form, kFields);
  if (!only) return refuse(desk, visit, only.error());
  const auto version = parse_integer(visit.form.value_or("version", ""));
  if (!version) {
    return refuse(desk, visit,
                  make_error(Code::invalid, "The form does not say which version of the profile it changes.",
                             "Open the page again and save from there."));
  }
  Written written{visit.form.value_or("name", ""), visit.form.value_or("institution", ""),
                  visit.form.value_or("experiment", ""), ""};
  if (trim(written.name).empty()) {
    written.name_error = "A name is needed.";
    view::Page page = profile_page(visit, "Your profile");
    page.body.add(form_of(visit, written, *version, "Save"));
    return show(desk, page, 400);
  }
  accounts::ProfileChange change;
  change.name = written.name;
  change.institution = written.institution;
  change.experiment = written.experiment;
  change.version = *version;
  const AccountId& id = visit.account().id;
  const auto changed = desk.parts.directory.change_profile(id, change, visit.actor);
  if (changed) return net::Response::redirect("/account/profile?done=saved");
  if (changed.error().code != Code::conflict) return refuse(desk, visit, changed.error());
  const auto now = desk.parts.directory.get_account(id);
  return now ? show_conflict(desk, visit, *now, written) : refuse(desk, visit, now.error());
}

}  // namespace lanyard::doors::account
