#include "doors/gate/refusal.h"

#include "base/text.h"
#include "base/url.h"
#include "doors/gate/question.h"
#include "platform/view/pieces.h"

namespace lanyard::doors::gate {
namespace {

constexpr std::string_view kOperators = "The fault is in how this site is set up, not with you.";
constexpr std::string_view kSenders = "The request was wrong; the site is working.";
constexpr std::string_view kNobodys = "Nobody made a mistake.";

Refusal setup_fault(std::string_view rule, std::string reason, std::string next) {
  Refusal refusal;
  refusal.rule = rule;
  refusal.title = "This site is not set up completely";
  refusal.reason = std::move(reason);
  refusal.fault = kOperators;
  refusal.next = std::move(next);
  return refusal;
}

Refusal wrong_request(std::string_view rule, std::string reason, std::string next) {
  Refusal refusal;
  refusal.rule = rule;
  refusal.title = "This request is not let through";
  refusal.reason = std::move(reason);
  refusal.fault = kSenders;
  refusal.next = std::move(next);
  return refusal;
}

// RFC 6750 section 3: what may stand between the quotes.
std::string quotable(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c < 0x20 || c > 0x7E || c == '"' || c == '\\') c = '\'';
  }
  return out;
}

std::string challenge(std::string_view error, std::string_view description) {
  return cat("Bearer error=\"", error, "\", error_description=\"", quotable(description), "\"");
}

view::Page page_of(const Refusal& refusal, std::string_view request_id) {
  view::Page page;
  page.title = refusal.title;
  page.body = view::group(view::el("p", refusal.reason), view::el("p", refusal.fault),
                          view::el("p", view::el("strong", "What to do: "), refusal.next));
  if (!refusal.link.empty())
    page.body.add(
        view::button_row({view::button_link(refusal.link_label, refusal.link, view::Emphasis::primary)}));
  page.request_id = request_id;
  return page;
}

std::string text_of(const Refusal& refusal, std::string_view request_id) {
  std::string text =
      cat(refusal.title, "\n\n", refusal.reason, "\n", refusal.fault, "\n", refusal.next, "\n");
  if (!refusal.link.empty()) text += cat(refusal.link, "\n");
  return text += cat("Request ", request_id, "\n");
}

void record(Desk& desk, const Question& question, const Refusal& refusal, const callers::Caller* caller) {
  const net::Request& request = question.request;
  const Parts& parts = desk.parts;
  const std::string_view client =
      question.place == nullptr ? std::string_view("unknown") : question.place->client->id.str();
  explain::Trace trace;
  trace.at = parts.clock.now();
  trace.request_id = request.id();
  trace.door = "gate";
  trace.outcome = cat(refusal.status, " at ", client, ": ", refusal.reason);
  trace.steps.push_back({std::string(refusal.rule), "", refusal.reason, false});
  if (caller != nullptr) {
    const callers::Person& person = *caller->person;
    trace.source = person.source;
    trace.issuer = person.issuer;
    trace.subject = person.subject;
    trace.username = person.account.username.value_or("");
    trace.account = person.account.id;
  }
  parts.book.add(std::move(trace));

  Sparing& sparing = refusal.rule == "untrusted_proxy" ? desk.untrusted : desk.refused;
  const auto kept_out = sparing.ask(parts.clock);
  if (!kept_out) return;
  const Level level = refusal.rule == "untrusted_proxy" ? Level::warning : Level::info;
  parts.log.event(level, "gate.refused",
                  {{"rule", refusal.rule},
                   {"status", refusal.status},
                   {"client", client},
                   {"reason", refusal.reason},
                   {"account", caller == nullptr ? std::string_view() : caller->person->account.id.str()},
                   {"address", request.client_address()},
                   {"request", request.id()},
                   {"not_logged", *kept_out}});
}

}  // namespace

Refusal untrusted_proxy() {
  return setup_fault("untrusted_proxy", "This address is not a trusted proxy.",
                     "Whoever runs this site: name the proxy in server.trusted_proxies.");
}

Refusal unknown_application() {
  return setup_fault(
      "application", "The proxy named an application that is not known here.",
      "Whoever runs this site: compare the name in the proxy's address with the id in clients.");
}

Refusal no_address() {
  return setup_fault("address", "The proxy did not say what was asked for.",
                     "Whoever runs this site: let the proxy send X-Original-URI or X-Forwarded-Uri.");
}

Refusal contradiction() {
  return wrong_request("address", "The request names two different addresses or methods as the original.",
                       "Leave out the headers X-Original-* and X-Forwarded-*.");
}

Refusal bad_address() {
  return wrong_request(
      "address", "The address is written in a way that could be read as another one.",
      "Write it without encoded slashes, dots between slashes, double slashes or backslashes.");
}

Refusal fault_of_ours() {
  Refusal refusal =
      setup_fault("internal", "Something went wrong while this request was checked.",
                  "Try again; if it stays, tell the people who run this site the request's number.");
  refusal.title = "This could not be checked";
  refusal.fault = "The fault is on our side, not with you.";
  return refusal;
}

Refusal nothing_shown(const Question& question) {
  Refusal refusal;
  refusal.status = 401;
  refusal.rule = "proof";
  refusal.title = "Sign in to continue";
  refusal.reason = "You are not signed in.";
  refusal.fault = kNobodys;
  refusal.next = "Sign in; programs send a token in the Authorization header.";
  refusal.link = login_address(question.target);
  refusal.link_label = "Sign in";
  refusal.challenge = "Bearer";
  refusal.signs_in = true;
  return refusal;
}

Refusal not_recognised(const Question& question, callers::Proof::Kind kind, const Error& error) {
  Refusal refusal;
  refusal.reason = error.message;
  refusal.next = error.hint;
  switch (error.code) {
    case Code::forbidden:
      refusal.rule = "admission";
      refusal.title = "You may not use this";
      refusal.fault = kNobodys;
      if (kind == callers::Proof::Kind::bearer)
        refusal.challenge = challenge("insufficient_scope", refusal.reason);
      break;
    case Code::internal:
      return fault_of_ours();
    case Code::unavailable:
    case Code::upstream:
    case Code::too_many:
      refusal.status = 401;
      refusal.rule = "unavailable";
      refusal.title = "This can not be checked at the moment";
      refusal.fault = "The fault is on our side or with the issuer of the token, not with you.";
      refusal.challenge = challenge("invalid_token", refusal.reason);
      refusal.try_later = true;
      break;
    default:
      refusal.status = 401;
      refusal.rule = "proof";
      refusal.title = "Sign in to continue";
      refusal.fault = "What was sent to prove who you are is not valid, or not any more.";
      refusal.challenge = challenge("invalid_token", refusal.reason);
      // A new login replaces a session that ended; it does not help against a cookie that is there twice.
      refusal.signs_in = kind == callers::Proof::Kind::application_session && error.code != Code::invalid;
      break;
  }
  if (refusal.next.empty()) refusal.next = refusal.try_later ? "Try again in a moment." : "Sign in again.";
  if (refusal.signs_in) {
    refusal.link = login_address(question.target);
    refusal.link_label = "Sign in";
  }
  return refusal;
}

std::string login_address(std::string_view target) {
  const auto path = clients::parse_return_path(target);
  return with_query(cat(kFolder, "login"), Form{{"to", path ? *path : "/"}});
}

net::Response refuse(Desk& desk, const Question& question, const Refusal& refusal,
                     const callers::Caller* caller) {
  record(desk, question, refusal, caller);
  const std::string_view id = question.request.id();
  net::Response response = question.wants_page()
                               ? view::render(desk.at_application, page_of(refusal, id), refusal.status)
                               : net::Response::text(refusal.status, text_of(refusal, id));
  if (!refusal.challenge.empty()) response.header("WWW-Authenticate", refusal.challenge);
  response.header("X-Lanyard-Reason", header_text(refusal.reason));
  response.header("X-Lanyard-Rule", refusal.rule);
  if (refusal.try_later) response.header("Retry-After", "5");
  // For proxies that pass this answer on. Where a login would help, and only there, so that it can not turn
  // in a circle.
  if (refusal.signs_in && question.wants_page()) response.header("Refresh", cat("0; url=", refusal.link));
  return response;
}

}  // namespace lanyard::doors::gate
