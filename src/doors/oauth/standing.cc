#include "doors/oauth/standing.h"

namespace lanyard::doors::oauth {
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

Result<std::shared_ptr<const Alive>> find_alive(const Desk& desk, std::string_view token,
                                                const net::Request& request) {
  LANYARD_TRY(auto alive, desk.parts.callers.find_alive(token, request));
  if (alive->token.issuer != desk.issuer)
    return make_error(Code::unauthenticated, "The token is another issuer's.");
  return alive;
}

Status revoke_token(const Desk& desk, const tokens::Ours& token, const access::Actor& actor) {
  return desk.parts.ledger.change(actor, [&](store::Connection& connection, journal::Notes& notes) -> Status {
    LANYARD_TRY(const bool is_first, tokens::Once::first_time_in(connection, tokens::kRevoked, "", token.jti,
                                                                 token.expires_at + std::chrono::minutes(5)));
    if (!is_first) return {};
    journal::Note note;
    note.event = "token.revoked";
    note.subject = {"client", token.client_id};
    note.data = json::Object{{"jti", token.jti}, {"sub", token.sub}};
    note.account = AccountId(token.sub);
    notes.add(std::move(note));
    return {};
  });
}

}  // namespace lanyard::doors::oauth
