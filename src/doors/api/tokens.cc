// API tokens: the caller's own, and, for administrators, those of others, which they can end and never make.
#include "base/text.h"
#include "domain/callers/handing_on.h"
#include "doors/api/body.h"
#include "doors/api/handlers.h"
#include "doors/api/shapes.h"

namespace lanyard::doors::api {
namespace {

using credentials::Credential;

constexpr std::int64_t kMostSeconds = 100LL * 366 * 86'400;  // the site's own limit is far below

json::Object to_json(const Credential& token) {
  return {{"id", token.id.str()},
          {"kind", token.kind},
          {"label", token.label},
          {"scopes", to_array(token.scopes)},
          {"created_at", format_rfc3339(token.created_at)},
          {"expires_at", time_or_null(token.expires_at)},
          {"last_used_at", time_or_null(token.last_used_at)}};
}

Result<net::Response> list_of(Desk& desk, const AccountId& account) {
  LANYARD_TRY(const auto tokens, desk.parts.credentials.list(account));
  json::Array items;
  for (const Credential& token : tokens) items.emplace_back(to_json(token));
  return json_response({{"items", std::move(items)}});
}

Result<CredentialId> token_in_path(const Ask& ask, std::string_view part) {
  auto id = parse_id<CredentialTag>(ask.request.path_part(part));
  if (id.ok()) return id;
  return make_error(Code::not_found, "There is no such token.", "Use the id that the list of tokens shows.");
}

// SX1: while authentication is off, the caller is nobody in particular.
Result<AccountId> own_account(const Ask& ask) {
  if (ask.caller->means != callers::Means::open_service) return ask.caller->person->account.id;
  return make_error(Code::conflict,
                    "Authentication is switched off, so there is nobody whose token it would be.",
                    "Nobody is asked for one either.");
}

Result<std::vector<std::string>> read_scopes(const json::Object& body) {
  const json::Value* value = body.find("scopes");
  std::vector<std::string> scopes;
  const json::Array* list = value == nullptr ? nullptr : value->as_array();
  if (list == nullptr) return make_error(Code::invalid, "\"scopes\" must be a list of texts.");
  for (const json::Value& one : *list) {
    if (one.as_string() == nullptr) return make_error(Code::invalid, "\"scopes\" must be a list of texts.");
    scopes.push_back(*one.as_string());
  }
  return scopes;
}

Result<credentials::NewToken> read_wanted(const Ask& ask) {
  LANYARD_CHECK(require_known(ask.body, {"label", "scopes", "life_seconds"}));
  credentials::NewToken wanted;
  LANYARD_TRY(wanted.label, get_words(ask.body, "label"));
  LANYARD_TRY(wanted.scopes, read_scopes(ask.body));
  LANYARD_TRY(const auto seconds, find_integer(ask.body, "life_seconds"));
  if (!seconds || *seconds < 1 || *seconds > kMostSeconds)
    return make_error(Code::invalid, "\"life_seconds\" must be a whole number of seconds, at least 1.");
  wanted.life = std::chrono::seconds(*seconds);
  return wanted;
}

}  // namespace

Result<net::Response> list_my_tokens(Desk& desk, const Ask& ask) {
  LANYARD_TRY(const auto account, own_account(ask));
  return list_of(desk, account);
}

Result<net::Response> make_my_token(Desk& desk, const Ask& ask) {
  LANYARD_TRY(const auto account, own_account(ask));
  if (!desk.parts.callers.switches().api_tokens)
    return make_error(Code::conflict, "API tokens are switched off here.",
                      "Programs sign in another way; ask who runs this service.");
  LANYARD_TRY(const auto limits, callers::what_to_hand_on(*ask.caller));
  LANYARD_TRY(auto wanted, read_wanted(ask));
  LANYARD_CHECK(callers::check_handed_on(limits, wanted, desk.parts.clock.now()));
  wanted.account = account;
  LANYARD_TRY(const auto made, desk.parts.credentials.make_token(wanted, ask.actor));
  json::Object document = to_json(made.credential);
  document.set("token", made.token.reveal());
  net::Response response = json_response(document, 201);
  response.header("Location", cat("/api/v1/me/tokens/", made.credential.id.str()));
  return response;
}

Result<net::Response> revoke_my_token(Desk& desk, const Ask& ask) {
  LANYARD_TRY(const auto account, own_account(ask));
  LANYARD_TRY(const auto id, token_in_path(ask, "id"));
  // Whoever holds a token may end it.
  if (ask.caller->credential != id) LANYARD_CHECK(callers::what_to_hand_on(*ask.caller));
  LANYARD_CHECK(desk.parts.credentials.revoke(account, id, ask.actor));
  return net::Response(204);
}

Result<net::Response> list_tokens(Desk& desk, const Ask& ask) {
  LANYARD_TRY(const auto account, account_in_path(ask));
  LANYARD_CHECK(desk.parts.directory.get_account(account));
  return list_of(desk, account);
}

Result<net::Response> revoke_token(Desk& desk, const Ask& ask) {
  LANYARD_TRY(const auto account, account_in_path(ask));
  LANYARD_TRY(const auto id, token_in_path(ask, "token"));
  LANYARD_CHECK(desk.parts.credentials.revoke(account, id, ask.actor));
  return net::Response(204);
}

}  // namespace lanyard::doors::api
