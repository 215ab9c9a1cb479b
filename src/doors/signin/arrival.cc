// After the proof: admission, the account, the session.
#include "base/text.h"
#include "doors/signin/handlers.h"
#include "doors/signin/returning.h"
#include "platform/view/error_page.h"
#include "platform/view/pieces.h"

namespace lanyard::doors::signin {
namespace {

accounts::Arrival arrival_of(const Returning& r, const admission::Rules& rules,
                             const admission::Verdict& verdict) {
  accounts::Arrival arrival;
  arrival.issuer = r.provider->issuer;
  arrival.subject = r.claims.subject;
  arrival.source = source_of(*r.provider);
  arrival.username = verdict.username;
  arrival.groups = r.claims.groups;
  arrival.name = r.claims.name;
  arrival.given_name = r.claims.given_name;
  arrival.family_name = r.claims.family_name;
  arrival.institution = r.claims.institution;
  arrival.email = r.claims.email;
  arrival.email_verified = r.claims.email_verified;
  arrival.trusted_for_addresses = rules.trusted_for_addresses;
  arrival.newcomer = rules.newcomers;
  arrival.make_admin = verdict.is_admin;
  arrival.admin_email = r.desk.settings.admin_email;
  return arrival;
}

// Turned away by name: the words are the rules' own, and the journal keeps why, so that it survives a
// restart.
net::Response turn_away(const Returning& r, const Error& words, const admission::Verdict& verdict) {
  const Parts& parts = r.desk.parts;
  parts.log.info("signin.refused", {{"provider", r.provider->id},
                                    {"rule", verdict.trace.empty() ? "accounts" : verdict.trace.back().rule},
                                    {"reason", words.cause.empty() ? words.message : words.cause},
                                    {"subject", r.claims.subject},
                                    {"address", r.request.client_address()},
                                    {"request", r.request.id()}});
  trace(r, false, words.message, verdict.username, {}, verdict.trace);
  const Status kept = parts.ledger.change(
      callers::nobody(r.request), [&](store::Connection&, journal::Notes& notes) -> Status {
        journal::Note note;
        note.event = "login.refused";
        note.subject = {"issuer", r.provider->issuer};
        note.data = json::Object{{"source", source_of(*r.provider)},
                                 {"subject", r.claims.subject},
                                 {"username", verdict.username},
                                 {"trace", admission::to_json(verdict.trace)}};
        notes.add(std::move(note));
        return {};
      });
  if (!kept) parts.log.error("signin.refusal_not_recorded", {{"cause", kept.error().cause}});

  Form again = to_fields(r.begun.back);
  again.add("again", "1");
  view::Page page;
  page.title = "You can not sign in here";
  page.body = view::group(
      view::el("p", "You signed in well at ", view::el("strong", r.provider->label), ". ", words.message),
      view::el("p", "Nobody made a mistake: the rules of this site say so."),
      view::el("p", view::el("strong", "What to do: "),
               words.hint.empty() ? "Ask the people who run this site." : words.hint),
      view::button_row({view::button_link("Use another login", with_query("/login", again))}),
      view::hint(view::group("Request number: ", view::code(r.request.id()))));
  return r.desk.show(r.request, std::move(page), 403);
}

// Attack row 108: no session for an account that may not sign in, whatever leads to it.
net::Response suspended(const Returning& r, const accounts::Account& account,
                        const admission::Verdict& verdict) {
  trace(r, false, cat("The account is ", accounts::to_string(account.state), "."), verdict.username,
        account.id, verdict.trace);
  r.desk.parts.log.info("signin.refused", {{"provider", r.provider->id},
                                           {"rule", "state"},
                                           {"reason", accounts::to_string(account.state)},
                                           {"account", account.id.str()},
                                           {"request", r.request.id()}});
  view::Page page = problem_page(Problem::suspended, r.begun.back, r.request.id(), r.request.id());
  if (!account.state_reason.empty())
    page.body = view::group(view::notice(view::NoticeKind::warning, "The reason given", account.state_reason),
                            page.body);
  return r.desk.show(r.request, std::move(page), status_of(Problem::suspended));
}

net::Response start_session(Returning& r, const accounts::Arrived& arrived, const accounts::Account& account,
                            const admission::Verdict& verdict) {
  const Parts& parts = r.desk.parts;
  sessions::Login login;
  login.account = account.id;
  login.issuer = r.provider->issuer;
  login.subject = r.claims.subject;
  login.source = source_of(*r.provider);
  login.upstream_sid = r.claims.upstream_sid;
  login.user_agent = r.request.header_or("User-Agent", "");
  login.address = r.request.client_address();
  access::Actor actor = callers::nobody(r.request);
  actor.kind = access::ActorKind::account;
  actor.account = account.id;
  actor.label = account.name;
  // Attack row 67: a new cookie whatever the browser had before, whose session ends.
  const auto started = parts.sessions.start(login, r.session_cookie, actor);
  if (!started) return r.desk.show_error(r.request, started.error());
  const auto caller = parts.callers.recognise(
      {callers::Proof::Kind::session, started->cookie.reveal(), std::string_view()}, r.request);
  if (!caller) return r.desk.show_error(r.request, caller.error());

  trace(r, true, cat("Signed in: ", accounts::to_string(arrived.how), "."), verdict.username, account.id,
        verdict.trace);
  parts.log.info("signin.done", {{"provider", r.provider->id},
                                 {"account", account.id.str()},
                                 {"how", accounts::to_string(arrived.how)},
                                 {"request", r.request.id()}});
  const bool may_have_another = arrived.how == accounts::Arrived::How::created_linkable || arrived.may_link;
  std::string next = next_page(**caller, parts.clock.now(), r.begun.back);
  if (may_have_another && next.starts_with("/pending")) next = with_return("/login/link", r.begun.back);
  net::Response response = net::Response::redirect(next);
  response.cookie(
      parts.cookies.session(started->cookie.reveal(),
                            std::chrono::duration_cast<std::chrono::seconds>(parts.sessions.lives().life)));
  response.cookie(parts.cookies.removed(parts.cookies.login_name()));
  response.cookie(parts.cookies.last_provider(r.provider->id));
  return response;
}

// Attack rows 97-99: the identity was proven a moment ago in this browser, and the session that asked for it
// is still there in this browser, of the same account, in order and fresh.
Checked check_linker(const Returning& r, const callers::CallerPtr& person) {
  if (!person || person->session.str() != r.begun.session ||
      r.linking != std::optional(person->person->account.id)) {
    return Fault{Problem::too_old_login, "link: the session that began it is not here any more"};
  }
  switch (callers::standing(*person, r.desk.parts.clock.now(), r.desk.settings.fresh_for).step) {
    case journey::Step::go_on:
      return {};
    case journey::Step::sign_in_again:
      return Fault{Problem::too_old_login, "link: the login is not fresh any more"};
    default:
      return Fault{Problem::not_allowed, "link: the account is not active"};
  }
}

net::Response link(Returning& r, const accounts::Arrival& arrival, const admission::Verdict& verdict) {
  const Parts& parts = r.desk.parts;
  const auto person = find_person(r.desk, r.request);
  if (const Checked fault = check_linker(r, person)) return refuse(r, "link", *fault);
  const accounts::Account& account = person->person->account;
  const access::Actor actor = callers::to_actor(*person, r.request);
  if (const Status linked = parts.directory.link_identity(account.id, arrival, actor); !linked) {
    if (linked.error().code == Code::conflict)
      return refuse(r, "link", {Problem::linked_elsewhere, linked.error().message});
    return r.desk.show_error(r.request, linked.error());
  }
  if (const Status groups = parts.groups.assert_groups(account.id, arrival.source, r.claims.groups, actor);
      !groups) {
    return r.desk.show_error(r.request, groups.error());
  }
  trace(r, true, "The login was added to the account.", verdict.username, account.id, verdict.trace);
  parts.log.info("signin.linked",
                 {{"provider", r.provider->id}, {"account", account.id.str()}, {"request", r.request.id()}});
  net::Response response = net::Response::redirect(destination(r.begun.back));
  response.cookie(parts.cookies.removed(parts.cookies.login_name()));
  return response;
}

// Attack row 116: the link is used up before anything is made of it, so that two browsers can not both win.
Checked use_bootstrap_link(const Returning& r) {
  const auto closed = r.desk.parts.directory.bootstrap_is_closed();
  if (!closed || *closed) return Fault{Problem::bootstrap_over, "bootstrap: closed"};
  if (!r.desk.parts.artefacts.consume(sessions::ArtefactKind::bootstrap, "", r.begun.bootstrap))
    return Fault{Problem::bootstrap_over, "bootstrap: the link is used, unknown or too old"};
  return {};
}

net::Response arrive(Returning& r, accounts::Arrival arrival, const admission::Verdict& verdict) {
  const Parts& parts = r.desk.parts;
  const bool is_bootstrap = r.begun.purpose == Purpose::bootstrap;
  if (is_bootstrap) {
    if (const Checked fault = use_bootstrap_link(r)) return refuse(r, "bootstrap", *fault);
    // The link is the permission that an unknown person otherwise has to wait for.
    arrival.newcomer = accounts::Newcomer::pending;
  }
  const access::Actor actor = callers::nobody(r.request);
  const auto arrived = parts.directory.arrive(arrival, actor);
  if (!arrived) {
    if (arrived.error().code == Code::forbidden) return turn_away(r, arrived.error(), verdict);
    return r.desk.show_error(r.request, arrived.error());
  }
  accounts::Account account = arrived->account;
  if (is_bootstrap) {
    auto made = parts.directory.complete_bootstrap(account.id, actor);
    if (!made) {
      if (made.error().code == Code::conflict)
        return refuse(r, "bootstrap", {Problem::bootstrap_over, made.error().message});
      return r.desk.show_error(r.request, made.error());
    }
    account = std::move(*made);
  }
  if (!accounts::may_sign_in(account.state)) return suspended(r, account, verdict);
  if (const Status groups = parts.groups.assert_groups(account.id, arrival.source, r.claims.groups, actor);
      !groups) {
    return r.desk.show_error(r.request, groups.error());
  }
  return start_session(r, *arrived, account, verdict);
}

}  // namespace

net::Response let_in(Returning& r) {
  const auto book = r.desk.parts.rules.get();
  const admission::Rules* rules = book->find(source_of(*r.provider));
  if (rules == nullptr) return refuse(r, "provider", {Problem::switched_off, "no rules for this provider"});
  const admission::Verdict verdict = admission::admit(
      *rules,
      {r.provider->issuer, r.claims.subject, r.claims.username, r.claims.identity_provider, r.claims.groups});
  if (!verdict.admitted) return turn_away(r, *verdict.refusal, verdict);
  const accounts::Arrival arrival = arrival_of(r, *rules, verdict);
  return r.begun.purpose == Purpose::link ? link(r, arrival, verdict) : arrive(r, arrival, verdict);
}

}  // namespace lanyard::doors::signin
