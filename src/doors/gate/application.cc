// The way to an application's own session: begun there, signed in at our origin, finished there.
#include <algorithm>

#include "base/text.h"
#include "base/url.h"
#include "doors/gate/check.h"
#include "doors/gate/handlers.h"
#include "doors/gate/ticket.h"
#include "platform/view/assets.h"
#include "platform/view/error_page.h"
#include "platform/view/pieces.h"

namespace lanyard::doors::gate {
namespace {

// What /.lanyard/login is asked with: "to" when a link led there; the address that was refused when the
// proxy itself did.
struct Wanted {
  std::string path = "/";
  bool by_proxy = false;
  bool is_second = false;
};

Wanted read_wanted(Desk& desk, const net::Request& request) {
  Wanted wanted;
  const auto query = request.query_form();
  const std::string to = query ? query->value_or("to", "") : "";
  wanted.is_second = query && query->value_or("again", "") == "1";
  std::string_view from = to;
  Question question(request);
  if (to.empty() && !read_question(desk, Wording::headers, question) &&
      !question.target.starts_with(kFolder)) {
    from = question.target;
    wanted.by_proxy = true;
  }
  const auto back = from.empty() ? Result<Return>(Return{"", "/", false}) : read_return(from);
  if (back && back->path.size() <= 1500) wanted.path = back->path;
  return wanted;
}

// The cookie of a login that this browser began; "" when there is none or it is not one of ours.
std::string begun_cookie(const Place& place, const net::Request& request) {
  const auto cookie = request.cookie(place.cookies.begun_name(place.client->id.str()));
  if (!cookie || !*cookie || (*cookie)->size() != 43) return "";
  return base64url_decode(**cookie).ok() ? std::string(**cookie) : "";
}

void note_refusal(Desk& desk, const net::Request& request, const Place& place, std::string_view rule) {
  desk.parts.log.info("gate.ticket_refused", {{"rule", rule},
                                              {"client", place.client->id.str()},
                                              {"address", request.client_address()},
                                              {"request", request.id()}});
  explain::Trace trace;
  trace.at = desk.parts.clock.now();
  trace.request_id = request.id();
  trace.door = "gate";
  trace.outcome = cat("The sign-in at ", place.client->id.str(), " did not end well.");
  trace.steps.push_back({"ticket", "", std::string(rule), false});
  desk.parts.book.add(std::move(trace));
}

// From the start, once; a browser that keeps no cookies would go round for ever.
net::Response begin_again(Desk& desk, const net::Request& request, const Return& back) {
  if (back.is_second) {
    return explain(
        desk, request, 403, "Your browser did not keep the sign-in",
        "The sign-in went well, but it was not begun in this browser, or the browser kept no cookie.",
        "The browser may be set to refuse cookies; an old link leads here too.",
        "Allow cookies for this site and sign in again.", login_address(back.path), "Sign in");
  }
  return net::Response::redirect(with_query(cat(kFolder, "login"), Form{{"to", back.path}, {"again", "1"}}));
}

}  // namespace

net::Response explain(Desk& desk, const net::Request& request, int status, std::string_view title,
                      std::string_view what, std::string_view fault, std::string_view next,
                      std::string_view link, std::string_view label) {
  view::Page page;
  page.title = title;
  page.body = view::group(view::el("p", what), view::el("p", fault),
                          view::el("p", view::el("strong", "What to do: "), next));
  if (!link.empty())
    page.body.add(view::button_row({view::button_link(label, link, view::Emphasis::primary)}));
  page.request_id = request.id();
  return view::render(desk.at_application, page, status);
}

Visited visit(Desk& desk, const net::Request& request) {
  Question question(request);
  question.place = desk.find(request.path_part("client"));
  if (!request.from_trusted_proxy()) return {nullptr, refuse(desk, question, untrusted_proxy(), nullptr)};
  if (question.place == nullptr) return {nullptr, refuse(desk, question, unknown_application(), nullptr)};
  return {question.place, {}};
}

net::Response begin_at_application(Desk& desk, const net::Request& request) {
  Visited visited = visit(desk, request);
  if (visited.refused) return std::move(*visited.refused);
  const Place& place = *visited.place;
  const Wanted wanted = read_wanted(desk, request);
  if (wanted.by_proxy) {
    // Led here by the proxy instead of the page: only a person at a browser is helped by a login.
    Question question(request);
    const bool is_person = !read_question(desk, Wording::headers, question) && question.wants_page() &&
                           request.header_or("Authorization", "").empty();
    if (!is_person) return check(desk, Wording::headers, request);
  }
  if (const auto cookie = request.cookie(place.cookie_name); !cookie) {
    return explain(desk, request, 403, "Your browser has two sign-ins for this site", cookie.error().message,
                   "Another site beside this one may have set the second.", cookie.error().hint);
  }
  // Two tabs share one cookie, so that both can be finished.
  std::string begun = begun_cookie(place, request);
  if (begun.empty()) begun = desk.parts.random.token();
  const std::string& id = place.client->id.str();
  const std::string to = write_return({browser_mark(begun), wanted.path, wanted.is_second});
  net::Response response = net::Response::redirect(
      with_query(cat(desk.settings.public_url, "/login"), Form{{"client", id}, {"to", to}}));
  response.cookie(place.cookies.begun(id, begun, kBegunLife));
  return response;
}

net::Response start(Desk& desk, const net::Request& request) {
  const Place* place = desk.find(request.path_part("client"));
  if (place == nullptr) return view::render_error(desk.parts.site, Code::not_found, request.id());
  const auto query = request.query_form();
  if (!query) return view::render_error(desk.parts.site, query.error().code, request.id());
  const auto back = read_return(query->value_or("to", "/"));
  if (!back) return view::render_error(desk.parts.site, back.error().code, request.id());
  const std::string& id = place->client->id.str();
  if (back->mark.empty()) {
    // Not begun at the application: its own origin has to give the browser its cookie first.
    return net::Response::redirect(cat(place->client->origin, login_address(back->path)));
  }
  const Form onward{{"client", id}, {"to", write_return(*back)}};
  const auto proof =
      callers::find_proof(request, desk.parts.cookies.session_name(), callers::Proof::Kind::session, "");
  if (!proof) return view::render_error(desk.parts.site, proof.error().code, request.id());
  if (proof->kind != callers::Proof::Kind::session)
    return net::Response::redirect(with_query("/login", onward));
  const auto caller = desk.parts.callers.recognise(*proof, request);
  if (!caller && caller.error().code != Code::unauthenticated)
    return view::render_error(desk.parts.site, caller.error().code, request.id());
  if (!caller) return net::Response::redirect(with_query("/login", onward));
  if ((*caller)->means == callers::Means::open_service)
    return net::Response::redirect(cat(place->client->origin, back->path));
  const journey::Step step = callers::standing(**caller, desk.parts.clock.now()).step;
  if (step != journey::Step::go_on) return net::Response::redirect(with_query("/pending", onward));
  const auto ticket = make_ticket(desk, *place, **caller, back->mark);
  if (!ticket) {
    desk.parts.log.error("gate.no_ticket", {{"cause", ticket.error().cause}, {"request", request.id()}});
    return view::render_error(desk.parts.site, ticket.error().code, request.id());
  }
  Form form{{"ticket", std::string(ticket->reveal())}, {"to", back->path}};
  if (back->is_second) form.add("again", "1");
  return net::Response::redirect(with_query(cat(place->client->origin, kFolder, "callback"), form));
}

net::Response finish_at_application(Desk& desk, const net::Request& request) {
  Visited visited = visit(desk, request);
  if (visited.refused) return std::move(*visited.refused);
  const Place& place = *visited.place;
  const std::string& id = place.client->id.str();
  const auto query = request.query_form();
  Return back{"", "/", query && query->value_or("again", "") == "1"};
  if (query) {
    if (const auto to = read_return(query->value_or("to", "/")); to && to->mark.empty()) back.path = to->path;
  }
  const auto refused = [&](std::string_view rule) {
    note_refusal(desk, request, place, rule);
    return begin_again(desk, request, back);
  };
  const auto text = query ? query->get("ticket") : Result<std::string>(query.error());
  if (!text) return refused("no ticket");
  const auto ticket = take_ticket(desk, place, *text);
  if (!ticket && ticket.error().code == Code::unavailable)
    return view::render_error(desk.at_application, ticket.error().code, request.id());
  if (!ticket) return refused("unknown, used or too old");
  const std::string begun = begun_cookie(place, request);
  if (begun.empty() || browser_mark(begun) != ticket->mark) return refused("another browser's");

  const auto parent = desk.parts.sessions.get(ticket->session);
  if (!parent) return refused("the session has ended");
  access::Actor actor = callers::nobody(request);
  actor.kind = access::ActorKind::account;
  actor.account = parent->account;
  // The application's session that this browser had is replaced.
  if (const auto old = request.cookie(place.cookie_name); old && *old) {
    if (const auto session = desk.parts.sessions.find(**old, "application", id))
      (void)desk.parts.sessions.end(session->id, actor);
  }
  const auto started = desk.parts.sessions.start_child(*parent, place.client->id, actor);
  if (!started && started.error().code == Code::unauthenticated) return refused("the session has ended");
  if (!started) return view::render_error(desk.at_application, started.error().code, request.id());
  const auto life =
      std::chrono::duration_cast<std::chrono::seconds>(started->session.expires_at - desk.parts.clock.now());
  net::Response response = net::Response::redirect(back.path);
  response.cookie(place.cookies.application(id, started->cookie.reveal(), life));
  response.cookie(place.cookies.removed(place.cookies.begun_name(id)));
  return response;
}

net::Response send_asset(const net::Request& request) {
  const auto query = request.query_form();
  return view::asset_response(request.path_part("name"), query ? query->value_or("v", "") : "");
}

net::Response send_keys(const Desk& desk) {
  net::Response response(200);
  response.header("Content-Type", "application/jwk-set+json");
  response.header("Cache-Control", "public, max-age=300");
  response.shared_body(desk.identities.key_set());
  return response;
}

}  // namespace lanyard::doors::gate
