// Introspection (RFC 7662) and revocation (RFC 7009).
#include <algorithm>

#include "base/text.h"
#include "doors/oauth/handlers.h"
#include "doors/oauth/proof.h"
#include "doors/oauth/standing.h"

namespace lanyard::doors::oauth {
namespace {

struct Question {
  clients::ClientPtr client;
  std::string token;
};

Outcome<Question> read_question(const Desk& desk, const net::Request& request) {
  const auto sent = read_client_form(desk, request);
  if (!sent) return sent.error();
  std::string token = sent->form.value_or("token", "");
  if (token.empty()) return invalid_request("token is missing.");
  return Question{sent->client, std::move(token)};
}

net::Response unstored(std::string body) {
  net::Response response = net::Response::json(200, std::move(body));
  response.header("Cache-Control", "no-store");
  return response;
}

net::Response inactive() {
  return unstored(R"({"active":false})");
}

// Its own tokens, and those for an audience that it answers for.
bool may_see(const clients::Client& asker, const tokens::Ours& token) {
  if (token.client_id == asker.id.str()) return true;
  return std::ranges::any_of(token.audience, [&](const std::string& one) {
    return one == asker.id.str() || std::ranges::find(asker.introspects, one) != asker.introspects.end();
  });
}

net::Response describe(const Desk& desk, const Alive& alive) {
  json::Object body{{"active", true}};
  // Everything that the token itself says, which whoever holds it can read anyway.
  for (const json::Member& member : alive.token.claims) body.set(member.name, member.value);
  body.set("token_type", alive.token.claims.find("cnf") != nullptr ? "DPoP" : "Bearer");
  if (alive.person && alive.person->account.username) body.set("username", *alive.person->account.username);
  body.set("iss", desk.issuer);
  return unstored(json::write(body));
}

// A refresh token is told about to the client that holds it, and to nobody else.
std::optional<json::Object> describe_refresh_token(const Desk& desk, const net::Request& request,
                                                   const Question& asked) {
  const auto grant = desk.parts.grants.find_by_token(Secret(asked.token));
  const Time now = desk.parts.clock.now();
  if (!grant || !is_of(*grant, *asked.client) || grant->ended_at || now >= grant->idle_until ||
      now >= grant->expires_at || !tokens::is_present(*grant, asked.token)) {
    return {};
  }
  if (!find_member(desk, request, grant->account, grant->issuer, grant->subject, grant->source)) return {};
  return json::Object{{"active", true},
                      {"client_id", grant->client.str()},
                      {"sub", grant->account.str()},
                      {"scope", join(grant->scopes, " ")},
                      {"iss", desk.issuer},
                      {"exp", to_micros(grant->idle_until) / 1'000'000},
                      {"iat", to_micros(grant->created_at) / 1'000'000}};
}

}  // namespace

std::optional<net::Response> introspect_now(const Desk& desk, const net::Request& request) {
  const auto form = read_form(request);
  if (!form) return {};
  // First what costs less: a token that memory does not know needs nobody's secret here.
  const auto alive = desk.parts.callers.find_alive_now(form->value_or("token", ""));
  if (!alive || alive->token.issuer != desk.issuer) return {};
  const auto client = desk.auth->authenticate_now(request, *form);
  if (!client || !may_see(*client, alive->token)) return {};
  return describe(desk, *alive);
}

net::Response introspect(const Desk& desk, const net::Request& request) {
  const auto asked = read_question(desk, request);
  if (!asked) return refuse(desk, request, asked.error());
  if (asked->client->is_public())
    return refuse(desk, request,
                  invalid_client("Only applications that prove themselves may ask about tokens."),
                  asked->client->id.str());
  if (tokens::looks_like_refresh_token(asked->token)) {
    const auto body = describe_refresh_token(desk, request, *asked);
    return body ? unstored(json::write(*body)) : inactive();
  }
  const auto alive = find_alive(desk, asked->token, request);
  if (!alive && alive.error().code == Code::unavailable)
    return refuse(desk, request, from_error(alive.error()), asked->client->id.str());
  if (!alive || !may_see(*asked->client, (*alive)->token)) return inactive();
  return describe(desk, **alive);
}

// Unknown tokens are a success (RFC 7009 section 2.2); a failure to write is not.
net::Response revoke(const Desk& desk, const net::Request& request) {
  const auto asked = read_question(desk, request);
  if (!asked) return refuse(desk, request, asked.error());
  const std::string client = asked->client->id.str();
  Status done;
  if (tokens::looks_like_refresh_token(asked->token)) {
    const auto grant = desk.parts.grants.find_by_token(Secret(asked->token));
    if (!grant && grant.error().code == Code::unavailable)
      return refuse(desk, request, from_error(grant.error()), client);
    if (grant && !is_of(*grant, *asked->client))
      return refuse(desk, request, unauthorized_client("The token was given to another application."),
                    client);
    access::Actor actor = callers::nobody(request);
    actor.label = client;
    if (grant) done = desk.parts.grants.end(grant->id, "revoked by its application", actor);
  } else {
    const auto token = tokens::read_ours(desk.parts.keys, desk.issuers, asked->token, desk.parts.clock.now(),
                                         tokens::Expired::refuse);
    if (!token && token.error().code == Code::unavailable)
      return refuse(desk, request, from_error(token.error()), client);
    if (token && token->client_id != client)
      return refuse(desk, request, unauthorized_client("The token was given to another application."),
                    client);
    if (token && token->is_access_token) {
      access::Actor actor = callers::nobody(request);
      actor.label = client;
      done = revoke_token(desk, *token, actor);
    }
  }
  if (!done) return refuse(desk, request, from_error(done.error()), client);
  net::Response response(200);
  response.header("Cache-Control", "no-store");
  return response;
}

}  // namespace lanyard::doors::oauth
