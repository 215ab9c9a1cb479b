// The people who wait, oldest first, and the decision about each. A decision carries the request and its
// version as they were seen, so that of two deciders exactly one wins and the other is told who was first.
#include <array>

#include "base/text.h"
#include "doors/account/pages.h"
#include "doors/account/words.h"
#include "platform/view/pieces.h"

namespace lanyard::doors::account {
namespace {

using accounts::Pending;
using view::el;
using view::group;

constexpr std::int64_t kOnePage = 20;

std::string reason_field(const RequestId& request) {
  return cat("reason-", request.str());
}

view::Html decision_forms(const Visit& visit, const Pending& pending) {
  const std::string& id = pending.request.id.str();
  const auto form = [&](const char* answer) {
    return view::PostForm{.action = cat("/admin/queue/", id),
                          .csrf = visit.csrf,
                          .hidden = {{"answer", answer},
                                     {"account", pending.account.id.str()},
                                     {"version", cat(pending.request.version)}}};
  };
  const view::Html approve = view::post_form(form("approve"), view::button({.label = "Approve"}));
  const view::Html reject = view::post_form(
      form("reject"), group(view::text_field({.name = reason_field(pending.request.id),
                                              .label = "Reason",
                                              .help = "Shown to the person. At most 200 characters.",
                                              .longest = 200}),
                            view::button({.label = "Reject", .emphasis = view::Emphasis::danger})));
  return group(approve, view::more("Reject …", reject));
}

view::Html look_alikes(const Desk& desk, const Pending& pending) {
  view::Html html;
  for (const AccountId& id : pending.look_alikes) {
    const auto other = desk.parts.directory.get_account(id);
    if (!other) continue;
    html.add(html.empty() ? "" : ", ")
        .add(view::text_link(display_name(*other), cat("/admin/accounts/", id.str())))
        .add(cat(" (", to_string(other->state), ")"));
  }
  return html;
}

view::Html card(const Desk& desk, const Visit& visit, const Pending& pending) {
  const accounts::Account& account = pending.account;
  std::vector<std::pair<std::string, view::Html>> items;
  items.emplace_back("E-mail", email_words(account));
  if (!account.institution.empty()) items.emplace_back("Institution", account.institution);
  if (!account.experiment.empty()) items.emplace_back("Experiment", account.experiment);
  for (const accounts::Identity& identity : pending.identities) {
    items.emplace_back("Login", group(login_words(desk.settings.providers, identity.source, identity.issuer),
                                      " as ", view::code(identity.subject)));
  }
  items.emplace_back("Asked", view::time_text(pending.request.opened_at));
  items.emplace_back("Note",
                     pending.request.note.empty() ? view::Html("none") : view::Html(pending.request.note));
  const view::Html alike = look_alikes(desk, pending);
  return el("section",
            el("h2", view::text_link(display_name(account), cat("/admin/accounts/", account.id.str()))),
            view::definitions(items),
            alike.empty() ? view::Html()
                          : view::notice(view::NoticeKind::warning,
                                         "Somebody with the same name or address:", el("p", alike)),
            decision_forms(visit, pending));
}

std::string_view done_words(std::string_view done) {
  if (done == "approved") return "Approved. The person can use the services from now on.";
  if (done == "rejected") return "Rejected. The person sees the reason at the next visit.";
  return {};
}

// The same words whether the account or the request had moved: who was first, and when.
net::Response show_conflict(const Desk& desk, const Visit& visit, const Error& error,
                            const AccountId& account) {
  desk.parts.log.info("account.decision_conflict", {{"request_id", visit.request.id()},
                                                    {"account", account.str()},
                                                    {"by", visit.account().id.str()},
                                                    {"reason", error.message}});
  view::Page page = page_for(visit, "Somebody was faster");
  page.body.add(el("p", error.message))
      .add(el("p", "Your decision was not carried out; nobody made a mistake."));
  if (!error.hint.empty()) page.body.add(el("p", el("strong", "What to do: "), error.hint));
  page.body.add(
      view::button_row({view::button_link("Look at the account", cat("/admin/accounts/", account.str()),
                                          view::Emphasis::primary),
                        view::button_link("Back to the requests", "/admin/queue")}));
  return show(desk, page, 409);
}

struct Read {
  AccountId account;
  RequestId request;
  accounts::Decision decision;
};

Result<Read> read(const Visit& visit) {
  Read read;
  LANYARD_TRY(read.request, parse_id<RequestTag>(visit.request.path_part("id")));
  const std::string reason = reason_field(read.request);
  const std::array<std::string_view, 4> fields{"answer", "account", "version", reason};
  LANYARD_CHECK(require_only(visit.form, fields));
  LANYARD_TRY(read.account, parse_id<AccountTag>(visit.form.value_or("account", "")));
  LANYARD_TRY(read.decision.seen_version, parse_integer(visit.form.value_or("version", "")));
  const std::string answer = visit.form.value_or("answer", "");
  if (answer != "approve" && answer != "reject") {
    return make_error(Code::invalid, "The form holds no decision.", "Press \"Approve\" or \"Reject\".");
  }
  using Answer = accounts::Decision::Answer;
  read.decision.answer = answer == "approve" ? Answer::approve : Answer::reject;
  read.decision.reason = visit.form.value_or(reason, "");
  read.decision.door = "page";
  return read;
}

Error moved(const std::optional<accounts::Request>& latest) {
  if (latest && latest->decided_at) {
    return make_error(Code::conflict,
                      cat("A newer request of this account was ", latest->decision, " by ",
                          latest->decided_by, " at ", format_rfc3339(*latest->decided_at), "."));
  }
  return make_error(Code::conflict, "There is a newer request of this account.", "Look at it, then decide.");
}

}  // namespace

net::Response show_queue(const Desk& desk, const Visit& visit) {
  const auto after = parse_id<RequestTag>(visit.query.value_or("after", ""));
  const RequestId start = after ? *after : RequestId();
  auto pending = desk.parts.approvals.list_pending(start, kOnePage + 1);
  // The one that the page begins after is gone: begin anew.
  if (!pending && pending.error().code == Code::not_found) return net::Response::redirect("/admin/queue");
  if (!pending) return refuse(desk, visit, pending.error());
  const bool has_more = pending->size() > static_cast<std::size_t>(kOnePage);
  if (has_more) pending->pop_back();

  view::Page page = page_for(visit, "Requests for access");
  page.body.add(el("p", view::text_link("All accounts", "/admin/accounts"), " · ",
                   view::text_link("Your account", "/account")));
  const std::string_view words = done_words(visit.query.value_or("done", ""));
  if (!words.empty()) page.body.add(view::notice(view::NoticeKind::info, words));
  std::vector<view::Html> cards;
  for (const Pending& one : *pending) cards.push_back(card(desk, visit, one));
  if (cards.empty()) {
    page.body.add(
        view::hint(start.empty() ? "Nobody waits for a decision." : "Nobody else waits for a decision."));
  } else {
    page.body.add(view::hint("Oldest first.")).add(view::plain_list(cards));
  }
  view::Pagination pages;
  if (!start.empty()) pages.previous = "/admin/queue";
  if (has_more) pages.next = with_query("/admin/queue", Form{{"after", pending->back().request.id.str()}});
  page.body.add(view::pagination(pages));
  return show(desk, page);
}

net::Response decide(const Desk& desk, const Visit& visit) {
  const auto read_form = read(visit);
  if (!read_form) return refuse(desk, visit, read_form.error());
  const auto latest = desk.parts.approvals.find_latest(read_form->account);
  if (!latest) return refuse(desk, visit, latest.error());
  if (!*latest) return refuse(desk, visit, make_error(Code::not_found, "There is no such request."));
  // Versions count within one request; a later request of the same account is another one.
  if ((*latest)->id != read_form->request)
    return show_conflict(desk, visit, moved(*latest), read_form->account);
  const auto decided = desk.parts.approvals.decide(read_form->account, read_form->decision, visit.actor);
  if (!decided && decided.error().code == Code::conflict)
    return show_conflict(desk, visit, decided.error(), read_form->account);
  if (!decided) return refuse(desk, visit, decided.error());
  const bool approved = read_form->decision.answer == accounts::Decision::Answer::approve;
  desk.parts.log.info("account.decided", {{"request_id", visit.request.id()},
                                          {"account", read_form->account.str()},
                                          {"by", visit.account().id.str()},
                                          {"answer", approved ? "approved" : "rejected"}});
  return net::Response::redirect(approved ? "/admin/queue?done=approved" : "/admin/queue?done=rejected");
}

}  // namespace lanyard::doors::account
