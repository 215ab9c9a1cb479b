#include "domain/callers/caller.h"

#include <algorithm>

#include "base/text.h"

namespace lanyard::callers {

std::string_view to_string(Means means) {
  switch (means) {
    case Means::session:
      return "session";
    case Means::application_session:
      return "application_session";
    case Means::bearer:
      return "bearer";
    case Means::own_token:
      return "own_token";
    case Means::api_token:
      return "api_token";
    case Means::open_service:
      return "open_service";
  }
  return "session";
}

bool Caller::has_scope(std::string_view word) const {
  return !scopes || std::ranges::find(*scopes, word) != scopes->end();
}

bool Caller::may_administrate() const {
  return means != Means::application_session && is_administrator();
}

bool Caller::is_administrator() const {
  if (means == Means::open_service) return true;
  return means != Means::bearer && person->account.is_admin &&
         person->account.state == accounts::State::active && person->admitted && has_scope("admin");
}

journey::Answer standing(const Caller& caller, Time now, std::optional<Duration> wanted_freshness) {
  if (caller.means == Means::open_service) return {journey::Step::go_on, "Authentication is off."};
  const accounts::Account& account = caller.person->account;
  journey::Facts facts;
  facts.signed_in = true;
  facts.state = account.state;
  facts.expired = account.expires_at && *account.expires_at <= now;
  facts.admitted = caller.person->admitted;
  facts.wanted_freshness = wanted_freshness;
  if (caller.means == Means::session || caller.means == Means::application_session)
    facts.since_login = now - caller.auth_time;
  return journey::next(facts);
}

access::Actor nobody(const net::Request& request) {
  access::Actor actor;
  actor.address = request.client_address();
  actor.request_id = request.id();
  return actor;
}

access::Actor to_actor(const Caller& caller, const net::Request& request) {
  access::Actor actor = nobody(request);
  const accounts::Account& account = caller.person->account;
  actor.kind =
      caller.means == Means::open_service ? access::ActorKind::operator_ : access::ActorKind::account;
  actor.account = account.id;
  actor.label = !account.name.empty() ? account.name : account.username.value_or(account.id.str());
  actor.is_admin = caller.may_administrate();
  return actor;
}

Result<Proof> find_proof(const net::Request& request, std::string_view cookie_name, Proof::Kind cookie_kind,
                         std::string_view client) {
  LANYARD_TRY(const auto authorization, request.header("Authorization"));
  if (request.query().find("access_token=") != std::string_view::npos) {
    return make_error(Code::invalid, "A token must not be sent in the address.",
                      "Send it in the Authorization header.");
  }
  Proof proof;
  if (authorization) {
    const std::size_t space = authorization->find(' ');
    const std::string_view scheme = authorization->substr(0, space);
    if (space == std::string_view::npos || !equal_ignoring_case(scheme, "Bearer")) {
      return make_error(Code::invalid, "Only the Bearer scheme is understood in the Authorization header.",
                        "Send \"Authorization: Bearer TOKEN\".");
    }
    proof.kind = Proof::Kind::bearer;
    proof.text = authorization->substr(space + 1);
    while (proof.text.starts_with(' ')) proof.text.remove_prefix(1);
    if (proof.text.empty() || proof.text.find(' ') != std::string_view::npos) {
      return make_error(Code::invalid, "The Authorization header holds no token, or more than one.",
                        "Send exactly one token.");
    }
    return proof;
  }
  if (cookie_name.empty()) return proof;
  LANYARD_TRY(const auto cookie, request.cookie(cookie_name));
  if (!cookie || cookie->empty()) return proof;
  proof.kind = cookie_kind;
  proof.text = *cookie;
  if (cookie_kind == Proof::Kind::application_session) proof.client = client;
  return proof;
}

}  // namespace lanyard::callers
