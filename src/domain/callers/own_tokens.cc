// Our own access tokens. Their signature says that we made them; whether what stands behind them still stands
// is read at every use.
#include <algorithm>

#include "base/text.h"
#include "domain/callers/callers.h"

namespace lanyard::callers {
namespace {

Error not_alive(std::string_view why) {
  return make_error(Code::unauthenticated, std::string(why), "Sign in again.");
}

// No other proof has this client beside a bearer.
Proof proof_of(std::string_view token) {
  return {Proof::Kind::bearer, token, "own token"};
}

}  // namespace

std::shared_ptr<const Alive> Callers::find_alive_now(std::string_view token) const {
  const CallerPtr known = parts_.verdicts.find(verdict_key(proof_of(token)));
  return known ? known->alive : nullptr;
}

Result<std::shared_ptr<const Alive>> Callers::find_alive(std::string_view token,
                                                         const net::Request& request) {
  if (auto known = find_alive_now(token)) return known;
  LANYARD_TRY(auto alive, read_alive(token, request));
  auto shared = std::make_shared<const Alive>(std::move(alive));
  if (shared->person) {
    auto caller = std::make_shared<Caller>();
    caller->person = shared->person;
    caller->means = Means::own_token;
    caller->expires_at = shared->token.expires_at;
    caller->alive = shared;
    parts_.verdicts.keep(verdict_key(proof_of(token)), std::move(caller), shared->mark);
  }
  return shared;
}

Result<Alive> Callers::read_alive(std::string_view token, const net::Request& request) {
  const Own& own = parts_.own;
  Alive alive;
  // A key may be withdrawn while the token is looked at; that moves everybody's mark.
  const std::uint32_t everybody = parts_.marks.at(0).everybody;
  LANYARD_TRY(alive.token,
              tokens::read_ours(*own.keys, own.issuers, token, parts_.clock.now(), tokens::Expired::refuse));
  // Of a person's token the subject is the account.
  alive.mark = parts_.marks.of(AccountId(alive.token.sub));
  alive.mark.everybody = everybody;
  if (!alive.token.is_access_token) return not_alive("This is not an access token.");
  LANYARD_TRY(const bool is_revoked, own.once->was_seen(tokens::kRevoked, "", alive.token.jti));
  if (is_revoked) return not_alive("The token was revoked.");
  auto client = own.registry->find(alive.token.client_id);
  if (!client && client.error().code != Code::not_found) return std::move(client).error();
  if (!client || !(*client)->enabled)
    return not_alive("The application of this token is not there any more.");
  alive.client = *client;
  // A client belongs to one issuer; what the others say about it was never said.
  if (alive.token.issuer != cat(own.issuer, alive.client->issuer_path))
    return not_alive("The application of this token is not there any more.");
  // Made before the client was: by another one of that name. Times in tokens are whole seconds.
  if (alive.token.issued_at + std::chrono::seconds(1) <= alive.client->created_at)
    return not_alive("The application of this token is not there any more.");
  const std::string_view grant_id = tokens::grant_of(alive.token.jti);
  if (grant_id.empty()) return alive;
  auto grant = own.grants->get(TokenGrantId(std::string(grant_id)));
  if (!grant && grant.error().code != Code::not_found) return std::move(grant).error();
  if (!grant || grant->ended_at || !tokens::is_of(*grant, *alive.client))
    return not_alive("What this token was given for has ended.");
  auto person = find_person(grant->account, grant->issuer, grant->subject, grant->source, request);
  if (!person && person.error().code == Code::unavailable) return std::move(person).error();
  if (!person) return not_alive(person.error().message);
  Caller caller;
  caller.person = *person;
  const auto standing = callers::standing(caller, parts_.clock.now());
  if (standing.step != journey::Step::go_on) return not_alive(standing.reason);
  alive.grant = *std::move(grant);
  alive.person = *std::move(person);
  return alive;
}

// At the gate and the API. A token for somebody else's service is none for ours (attack row 22), and one that
// is bound to a key is worth nothing as a bearer.
Result<CallerPtr> Callers::by_own_token(const Proof& proof, const net::Request& request) {
  LANYARD_TRY(const auto found, find_alive(proof.text, request));
  const Alive& alive = *found;
  if (!alive.person)
    return not_alive("This token is an application's own; only tokens of people are taken here.");
  const auto is_for = [&](const std::string& service) {
    return std::ranges::find(alive.token.audience, service) != alive.token.audience.end();
  };
  const bool is_for_all = is_for(parts_.own.issuer);
  if (!is_for_all && !is_for(parts_.own.api)) return not_alive("The token is for another service.");
  if (alive.token.claims.find("cnf") != nullptr)
    return not_alive("The token is bound to a key, which can not be shown here.");
  auto caller = std::make_shared<Caller>();
  caller->person = alive.person;
  caller->means = Means::own_token;
  caller->is_for_api = !is_for_all;
  caller->expires_at = alive.token.expires_at;
  caller->auth_time = alive.grant->auth_time;
  caller->alive = found;
  caller->scopes = std::make_shared<const std::vector<std::string>>(alive.token.scopes);
  caller->scope_text = std::make_shared<const std::string>(join(alive.token.scopes, " "));
  parts_.verdicts.keep(verdict_key(proof), caller, alive.mark);
  return CallerPtr(std::move(caller));
}

}  // namespace lanyard::callers
