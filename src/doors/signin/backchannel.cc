// POST /login/backchannel/{provider}: an upstream says that somebody signed out there (OpenID Connect
// Back-Channel Logout 1.0). What came from that login ends here too, and the applications behind it hear of
// it in turn. Attack row 88.
#include "base/text.h"
#include "doors/signin/handlers.h"
#include "doors/signin/id_token.h"
#include "doors/signin/logout_token.h"

namespace lanyard::doors::signin {
namespace {

constexpr std::string_view kSeen = "logout";  // the kind under which their jti is remembered
constexpr json::Limits kLimits{.bytes = 16 * 1024, .depth = 8, .members = 200};

// What costs nothing comes first, and a signature is looked at only where everything else fits: a flood of
// rubbish never makes us call the upstream.
Result<LogoutToken> read_token(const Provider& provider, std::string_view text, Time now) {
  LANYARD_TRY(const crypto::UnverifiedJws jws, crypto::parse_jws(text));
  LANYARD_TRY(const json::Object claims, json::parse_object(jws.payload, kLimits));
  LANYARD_TRY(LogoutToken token, check_logout_token(jws, claims, {provider.issuer, provider.client_id, now}));
  LANYARD_CHECK(provider.keys->verify(jws, provider.algorithms, issuers::Patience::may_wait));
  return token;
}

// How many sessions ended. A token counts once; it is remembered only after its work is done, so that an
// upstream that repeats what we could not do is not told that it did so before.
Result<std::int64_t> obey(const Desk& desk, const net::Request& request, const Provider& provider,
                          const LogoutToken& token) {
  const Parts& parts = desk.parts;
  const auto replayed = [] { return make_error(Code::invalid, "jti: seen before"); };
  LANYARD_TRY(const bool was_seen, parts.once.was_seen(kSeen, provider.issuer, token.jti));
  if (was_seen) return replayed();
  access::Actor actor = callers::nobody(request);
  actor.label = source_of(provider);
  LANYARD_TRY(const std::int64_t ended,
              parts.sessions.end_of_upstream({source_of(provider), provider.issuer, token.subject, token.sid},
                                             actor));
  LANYARD_TRY(const bool is_first,
              parts.once.first_time(kSeen, provider.issuer, token.jti, token.expires_at + kSkew));
  if (!is_first) return replayed();
  return ended;
}

Result<std::int64_t> hear(const Desk& desk, const net::Request& request) {
  LANYARD_TRY(const Form form, request.form());
  LANYARD_TRY(const std::string text, form.get("logout_token"));
  const Provider* provider = desk.find_open(request.path_part("provider"));
  if (provider == nullptr) return make_error(Code::invalid, "not configured, or switched off");
  LANYARD_TRY(const LogoutToken token, read_token(*provider, text, desk.parts.clock.now()));
  return obey(desk, request, *provider, token);
}

// Section 2.8: 200, or 400 with a word about it; no cache keeps either.
net::Response answer(int status, std::string_view error) {
  net::Response response =
      error.empty()
          ? net::Response(status)
          : net::Response::json(status, json::write(json::Object{
                                            {"error", std::string(error)},
                                            {"error_description", "The logout token was not accepted."}}));
  response.header("Cache-Control", "no-store");
  return response;
}

net::Response refuse(Desk& desk, const net::Request& request, const Error& error) {
  desk.parts.log.info("signin.logout_refused", {{"provider", request.path_part("provider")},
                                                {"reason", error.message},
                                                {"address", request.client_address()},
                                                {"request", request.id()}});
  // Our own trouble, or keys that can not be had now: the upstream may try again.
  if (error.code == Code::unavailable || error.code == Code::upstream || error.code == Code::internal)
    return answer(503, "temporarily_unavailable");
  desk.wrong_logouts.take(request.client_address());
  return answer(400, "invalid_request");
}

}  // namespace

net::Response hear_logout(Desk& desk, const net::Request& request) {
  // Only what was refused counts, so that an upstream where many people sign out at once is heard.
  if (const auto wait = desk.wrong_logouts.wait(request.client_address()); wait.count() > 0) {
    net::Response response = answer(429, "temporarily_unavailable");
    response.header("Retry-After", cat(wait.count()));
    return response;
  }
  const auto ended = hear(desk, request);
  if (!ended) return refuse(desk, request, ended.error());
  desk.parts.log.info(
      "signin.logout_heard",
      {{"provider", request.path_part("provider")}, {"sessions", *ended}, {"request", request.id()}});
  return answer(200, "");
}

}  // namespace lanyard::doors::signin
