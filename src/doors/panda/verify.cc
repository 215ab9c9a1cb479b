// The check that a PanDA server makes, asked of the issuer itself: what it would remember for ten minutes is
// read here at each use (attack rows 76, 107-109).
#include <algorithm>

#include "base/text.h"
#include "domain/tokens/mint.h"
#include "domain/tokens/profiles.h"
#include "doors/panda/handlers.h"
#include "doors/panda/rules.h"

namespace lanyard::doors::panda {
namespace {

// The PanDA server's three members; its texts for a person, a status for programs.
net::Response answer(int status, bool success, std::string_view message, json::Value data) {
  net::Response response = net::Response::json(
      status,
      json::write(json::Object{{"success", success}, {"message", message}, {"data", std::move(data)}}));
  response.header("Cache-Control", "no-store");
  if (status == 401) response.header("WWW-Authenticate", "Bearer realm=\"lanyard\"");
  return response;
}

Error refuse(std::string text) {
  return make_error(Code::unauthenticated, std::move(text));
}

// The scheme is Bearer, in any case, with one word behind it.
Result<std::optional<std::string_view>> find_token(const net::Request& request) {
  LANYARD_TRY(const auto header, request.header("Authorization"));
  if (!header) return std::optional<std::string_view>();
  const std::size_t blank = header->find(' ');
  if (blank == std::string_view::npos || !equal_ignoring_case(header->substr(0, blank), "Bearer"))
    return refuse("Token decode failure. the scheme is not Bearer");
  const std::string_view token = trim(header->substr(blank + 1));
  if (token.empty()) return refuse("Token decode failure. no token");
  return std::optional<std::string_view>(token);
}

// The person behind the token, through the grant that it was made for.
Result<std::shared_ptr<const callers::Person>> find_person(const Desk& desk, const net::Request& request,
                                                           const Good& good) {
  const std::string_view id = tokens::grant_of(good.jti);
  if (id.empty()) return refuse("Token decode failure. no sign-in stands behind the token");
  auto grant = desk.parts.grants.get(TokenGrantId(std::string(id)));
  if (!grant && grant.error().code != Code::not_found) return std::move(grant).error();
  if (!grant || grant->ended_at) return refuse("Invalid token. the sign-in has ended");
  if (grant->account.str() != good.sub || !tokens::is_of(*grant, *good.client))
    return refuse("Token decode failure. the token and its sign-in differ");
  auto person =
      desk.parts.callers.find_person(grant->account, grant->issuer, grant->subject, grant->source, request);
  if (!person && person.error().code == Code::unavailable) return person;
  if (!person) return refuse(person.error().message);
  callers::Caller caller;
  caller.person = *person;
  if (callers::standing(caller, desk.parts.clock.now()).step != journey::Step::go_on)
    return refuse(cat(good.name.empty() ? good.sub : tokens::panda_name(good.name), " is banned"));
  return person;
}

// Nobody stands behind a robot but its client: switched off, made anew or revoked, it is none any more.
Status check_robot(const Desk& desk, const net::Request& request, const Good& good, std::string_view token) {
  const auto alive = desk.parts.callers.find_alive(token, request);
  if (!alive && alive.error().code == Code::unavailable) return alive.error();
  if (!alive) return refuse(cat("Invalid token. ", alive.error().message));
  if ((*alive)->person || (*alive)->client->id != good.client->id)
    return refuse("Token decode failure. this is not a robot's token");
  return {};
}

json::Object describe(const Good& good) {
  const bool has_role = !good.origin.role.empty();
  std::string dn = good.name.empty() ? good.sub : tokens::panda_name(good.name);
  if (!good.name.empty() && !good.nickname.empty()) dn += cat("/CN=nickname:", good.nickname);
  json::Array fqans;
  if (has_role) fqans.emplace_back(cat("/", good.origin.organisation, "/Role=", good.origin.role));
  return json::Object{{"vo", good.origin.organisation},
                      {"group", good.group},
                      {"role", has_role ? good.origin.role : "user"},
                      {"dn", dn},
                      {"user", tokens::panda_key(good.name.empty() ? good.sub : good.name)},
                      {"fqans", std::move(fqans)},
                      {"client_id", good.client->id.str()},
                      {"sub", good.sub},
                      {"exp", to_unix_seconds(good.expires_at)}};
}

Result<json::Object> judge(const Desk& desk, const net::Request& request, std::string_view token) {
  LANYARD_TRY(const auto keys, desk.parts.keys.verifiers());
  LANYARD_TRY(const auto origin, request.header("Origin"));
  const Sources sources{desk.settings.public_url,
                        desk.settings.issuers,
                        [&](std::string_view id) { return desk.parts.registry.find(id); },
                        [&](std::string_view name) { return desk.parts.registry.find_by_organisation(name); },
                        *keys,
                        desk.parts.clock.now()};
  LANYARD_TRY(const Good good, check_token(sources, token, origin));
  if (good.is_robot) {
    LANYARD_CHECK(check_robot(desk, request, good, token));
    return describe(good);
  }
  LANYARD_TRY(const auto person, find_person(desk, request, good));
  // Who left the group since the token was made is no member any more.
  if (std::ranges::find(person->groups, good.group) == person->groups.end())
    return refuse(cat("Not a member of the ", good.group, " group"));
  return describe(good);
}

}  // namespace

net::Response verify(const Desk& desk, const net::Request& request) {
  const auto token = find_token(request);
  if (token && !*token) return answer(401, false, "Token authentication failed. no token", nullptr);
  Result<json::Object> judged = token ? judge(desk, request, **token) : Result<json::Object>(token.error());
  if (judged.ok()) return answer(200, true, "", *std::move(judged));
  const Error& error = judged.error();
  desk.parts.log.info("panda.refused", {{"reason", error.message},
                                        {"origin", request.header_or("Origin", "")},
                                        {"address", request.client_address()},
                                        {"request", request.id()}});
  if (error.code == Code::unavailable || error.code == Code::internal)
    return answer(503, false, "The service can not look this up now; try again soon.", nullptr);
  return answer(403, false, cat("Token authentication failed. ", error.message), nullptr);
}

}  // namespace lanyard::doors::panda
