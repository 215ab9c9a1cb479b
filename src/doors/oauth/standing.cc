#include "doors/oauth/standing.h"

#include "base/text.h"

namespace lanyard::doors::oauth {
namespace {

constexpr std::string_view kRevoked = "revoked";

Error not_alive(std::string_view why) {
  return make_error(Code::unauthenticated, std::string(why), "Sign in again.");
}

}  // namespace

bool is_of(const tokens::TokenGrant& grant, const clients::Client& client) {
  return grant.client == client.id && grant.created_at >= client.created_at;
}

Result<PersonPtr> find_member(const Desk& desk, const net::Request& request, const AccountId& account,
                              std::string_view issuer, std::string_view subject, std::string_view source) {
  LANYARD_TRY(auto person, desk.parts.callers.find_person(account, issuer, subject, source, request));
  callers::Caller caller;
  caller.person = person;
  const auto standing = callers::standing(caller, desk.parts.clock.now());
  if (standing.step != journey::Step::go_on)
    return make_error(Code::forbidden, std::string(standing.reason), "Sign in again to see what to do.");
  return person;
}

Result<Alive> find_alive(const Desk& desk, const net::Request& request, std::string_view token) {
  const Time now = desk.parts.clock.now();
  Alive alive;
  LANYARD_TRY(alive.token, tokens::read_ours(desk.parts.keys, desk.settings.public_url, token, now,
                                             tokens::Expired::refuse));
  if (!alive.token.is_access_token) return not_alive("This is not an access token.");
  LANYARD_TRY(const bool is_revoked, desk.parts.once.was_seen(kRevoked, "", alive.token.jti));
  if (is_revoked) return not_alive("The token was revoked.");
  auto client = desk.parts.registry.find(alive.token.client_id);
  if (!client && client.error().code != Code::not_found) return std::move(client).error();
  if (!client || !(*client)->enabled) return not_alive("The client of this token is not there any more.");
  alive.client = *client;
  // Times in tokens are whole seconds.
  if (alive.token.issued_at + std::chrono::seconds(1) <= alive.client->created_at)
    return not_alive("The client of this token is not there any more.");
  const std::string_view grant_id = tokens::grant_of(alive.token.jti);
  if (grant_id.empty()) return alive;
  auto grant = desk.parts.grants.get(TokenGrantId(std::string(grant_id)));
  if (!grant && grant.error().code != Code::not_found) return std::move(grant).error();
  if (!grant || grant->ended_at || !is_of(*grant, *alive.client))
    return not_alive("What this token was given for has ended.");
  auto person = find_member(desk, request, grant->account, grant->issuer, grant->subject, grant->source);
  if (!person && person.error().code == Code::unavailable) return std::move(person).error();
  if (!person) return not_alive(person.error().message);
  alive.grant = *std::move(grant);
  alive.person = *std::move(person);
  return alive;
}

Status revoke_token(const Desk& desk, const tokens::Ours& token) {
  LANYARD_CHECK(
      desk.parts.once.first_time(kRevoked, "", token.jti, token.expires_at + std::chrono::minutes(5)));
  return {};
}

}  // namespace lanyard::doors::oauth
