#include "doors/api/desk.h"

#include <algorithm>

#include "base/text.h"
#include "domain/callers/handing_on.h"
#include "doors/api/body.h"
#include "doors/api/problem.h"

namespace lanyard::doors::api {
namespace {

// A token that was not made on the account page or by POST /me/tokens. Those of other issuers open nothing
// but /me, so nobody outside is waited for, and no account is made, before it is turned away.
bool is_foreign(const callers::Proof& proof) {
  return proof.kind == callers::Proof::Kind::bearer && !proof.text.starts_with("lyt_");
}

// Cookies are never looked at (attack row 136).
Result<callers::Proof> find_proof(const net::Request& request) {
  return callers::find_proof(request, "", callers::Proof::Kind::none, "");
}

bool shows_token(const net::Request& request) {
  return !request.header_or("Authorization", "").empty();
}

Result<callers::CallerPtr> recognise(Desk& desk, const Route& route, const net::Request& request) {
  callers::Callers& callers = desk.parts.callers;
  if (!callers.switches().enabled) return callers.open_service();
  LANYARD_TRY(const auto proof, find_proof(request));
  if (proof.kind == callers::Proof::Kind::none)
    return make_error(Code::unauthenticated, "The request shows no token.",
                      "Send \"Authorization: Bearer TOKEN\".");
  if (route.who != Who::known && is_foreign(proof)) {
    const auto quick = callers.recognise_now(proof);
    if (quick.refused) return *quick.refused;
    if (quick.caller) return quick.caller;
    if (quick.is_own) return callers.recognise(proof, request);
    return make_error(
        Code::forbidden, "A token of another issuer does not open this.",
        route.who == Who::owner ? "Use one that was made here." : "Use an API token with the scope admin.");
  }
  return callers.recognise(proof, request);
}

Status require(const Desk& desk, const Route& route, const callers::Caller& caller,
               const access::Actor& actor) {
  if (caller.means == callers::Means::open_service) return {};
  const bool is_ours = caller.means == callers::Means::api_token || caller.means == callers::Means::own_token;
  const bool may_read_account = caller.has_scope("account") || caller.has_scope("admin");
  if (route.who == Who::known) {
    if (!is_ours || may_read_account) return {};
    return make_error(Code::forbidden, "This token has neither the scope account nor the scope admin.",
                      "Make a token with one of them.");
  }
  const journey::Answer standing = callers::standing(caller, desk.parts.clock.now());
  if (standing.step != journey::Step::go_on)
    return make_error(Code::forbidden, std::string(standing.reason), "Ask an administrator of this site.");
  if (route.who == Who::owner) {
    if (is_ours && (may_read_account || caller.has_scope(callers::kTokensScope))) return {};
    return make_error(Code::forbidden, "This token has none of the scopes account, tokens and admin.",
                      "Make a token with one of them.");
  }
  if (!caller.may_administrate())
    return make_error(Code::forbidden, "This is for administrators.",
                      "Use an API token with the scope admin, made by an administrator.");
  return access::require(actor, *route.permission);
}

Result<Form> read_query(const Route& route, const net::Request& request) {
  LANYARD_TRY(Form query, request.query_form());
  std::vector<std::string_view> seen;
  for (const auto& [name, value] : query.pairs()) {
    if (std::ranges::find(route.query, name) == route.query.end()) {
      return make_error(Code::invalid, cat("The query parameter \"", cut_utf8(name, 100), "\" is not known."),
                        "Compare the request with /api/v1/openapi.yaml.");
    }
    if (std::ranges::find(seen, name) != seen.end())
      return make_error(Code::invalid, cat("The query parameter \"", name, "\" was sent twice."));
    seen.push_back(name);
  }
  return query;
}

// RFC 6750 section 3: what was wrong with the token that was sent; RFC 9728 section 5.1: what to read about
// where to get one.
void challenge(const Desk& desk, net::Response& response, bool sent) {
  if (response.status() != 401) return;
  response.header("WWW-Authenticate", cat("Bearer resource_metadata=\"", desk.settings.public_url,
                                          "/.well-known/oauth-protected-resource/api\"",
                                          sent ? ", error=\"invalid_token\"" : ""));
}

struct Seen {
  callers::CallerPtr caller;
  bool token_sent = false;
};

net::Response turn_away(Desk& desk, const Route& route, const net::Request& request, const Error& error,
                        const Seen& seen) {
  const int status = status_of(error.code);
  explain::Trace trace;
  trace.at = desk.parts.clock.now();
  trace.request_id = request.id();
  trace.door = "api";
  trace.outcome = error.message;
  if (seen.caller) {
    const callers::Person& person = *seen.caller->person;
    trace.source = person.source;
    trace.issuer = person.issuer;
    trace.subject = person.subject;
    trace.username = person.account.username.value_or("");
    trace.account = person.account.id;
  }
  const std::string account = trace.account.str();
  if (seen.token_sent) desk.parts.book.add(std::move(trace));
  desk.parts.log.info("api.refused", {{"request", request.id()},
                                      {"method", request.method_text()},
                                      {"route", route.path},
                                      {"status", status},
                                      {"reason", error.message},
                                      {"account", account},
                                      {"address", request.client_address()}});
  net::Response response = problem_with(status, error, request.id());
  challenge(desk, response, seen.token_sent);
  return response;
}

void log_failure(const Desk& desk, const Route& route, const net::Request& request, const Error& error) {
  const int status = status_of(error.code);
  const Level level = error.code == Code::internal ? Level::error
                      : status >= 500              ? Level::warning
                                                   : Level::info;
  desk.parts.log.event(level, status >= 500 ? "api.failed" : "api.declined",
                       {{"request", request.id()},
                        {"method", request.method_text()},
                        {"route", route.path},
                        {"status", status},
                        {"cause", error.cause}});
}

// Form of the request, after the caller is known: query, media type, body, condition. A response is a
// refusal.
Result<std::optional<net::Response>> read_request(const Route& route, Ask& ask) {
  const net::Request& request = ask.request;
  LANYARD_TRY(ask.query, read_query(route, request));
  if (route.takes == Takes::nothing) return std::optional<net::Response>();
  if (!says_json(request)) return std::optional(problem_with(415, {}, request.id()));
  if (route.takes == Takes::body_if_match) {
    LANYARD_TRY(const auto condition, request.header("If-Match"));
    if (!condition) return std::optional(problem_with(428, {}, request.id()));
    ask.if_match = *condition;
  }
  LANYARD_TRY(ask.body, read_body(request, route.takes == Takes::long_body ? kLongestList : kLongestBody));
  return std::optional<net::Response>();
}

Result<net::Response> handle(Desk& desk, const Route& route, Ask& ask) {
  LANYARD_TRY(auto refusal, read_request(route, ask));
  if (refusal) return *std::move(refusal);
  return route.handler(desk, ask);
}

// `caller`: nullptr where nobody is asked.
net::Response serve_to(Desk& desk, const Route& route, const net::Request& request,
                       callers::CallerPtr caller) {
  Ask ask{.request = request,
          .caller = std::move(caller),
          .actor = callers::nobody(request),
          .query = {},
          .body = {},
          .if_match = {}};
  if (ask.caller) {
    ask.actor = callers::to_actor(*ask.caller, request);
    if (const Status allowed = require(desk, route, *ask.caller, ask.actor); !allowed.ok())
      return turn_away(desk, route, request, allowed.error(), {ask.caller, shows_token(request)});
  }
  auto response = handle(desk, route, ask);
  if (response.ok()) return std::move(response).value();
  log_failure(desk, route, request, response.error());
  return problem(response.error(), request);
}

}  // namespace

net::Response serve(Desk& desk, const Route& route, const net::Request& request) {
  if (route.who == Who::anybody) return serve_to(desk, route, request, nullptr);
  auto caller = recognise(desk, route, request);
  if (caller.ok()) return serve_to(desk, route, request, std::move(caller).value());
  if (caller.error().code == Code::internal) log_failure(desk, route, request, caller.error());
  return turn_away(desk, route, request, caller.error(), {nullptr, shows_token(request)});
}

std::optional<net::Response> serve_now(Desk& desk, const Route& route, const net::Request& request) {
  const auto proof = find_proof(request);
  if (!proof || proof->kind == callers::Proof::Kind::none) return {};
  auto quick = desk.parts.callers.recognise_now(*proof);
  if (!quick.caller) return {};
  return serve_to(desk, route, request, std::move(quick.caller));
}

Result<AccountId> account_in_path(const Ask& ask) {
  auto id = parse_id<AccountTag>(ask.request.path_part("id"));
  if (id.ok()) return id;
  return make_error(Code::not_found, "There is no such account.",
                    "Use the account's id; GET /api/v1/accounts/{words} finds it.");
}

Result<GroupId> group_in_path(const Ask& ask) {
  auto id = parse_id<GroupTag>(ask.request.path_part("id"));
  if (id.ok()) return id;
  return make_error(Code::not_found, "There is no such group.",
                    "Use the group's id; GET /api/v1/groups?path=… finds it.");
}

net::Response json_response(const json::Object& document, int status) {
  return net::Response::json(status, json::write(document));
}

}  // namespace lanyard::doors::api
