// grant_type=authorization_code (RFC 6749 section 4.1.3, RFC 7636 section 4.6).
#include "base/text.h"
#include "doors/oauth/token.h"

namespace lanyard::doors::oauth {
namespace {

OauthError not_good() {
  return invalid_grant("The code is not good, or not any more.");
}

// What must fit besides being the first use; whoever gets here has used the code up.
std::optional<OauthError> check_code(const CodeData& code, const TokenRequest& asked, Time now) {
  if (now >= code.good_until) return not_good();
  const auto redirect_uri = asked.form.find("redirect_uri");
  if (redirect_uri && *redirect_uri && **redirect_uri != code.redirect_uri)
    return invalid_grant("The redirect_uri is not the one that the code was sent to.");
  const std::string verifier = asked.form.value_or("code_verifier", "");
  // Attack row 62. A code without a challenge is the exception of its client, as long as that stands; and
  // then a verifier says that somebody took the challenge away on its way (RFC 9700 section 4.8.2).
  const bool is_excused = code.challenge.empty() && verifier.empty() && asked.client->may_omit_pkce;
  if (!is_excused && !verifier_fits(verifier, code.challenge))
    return invalid_grant("The code_verifier does not fit (RFC 7636).");
  if (!code.dpop_jkt.empty() && code.dpop_jkt != asked.dpop_thumbprint)
    return invalid_grant("The code is bound to another key.");
  return {};
}

}  // namespace

Answered by_code(const Desk& desk, const TokenRequest& asked) {
  const std::string text = asked.form.value_or("code", "");
  if (text.empty()) return invalid_request("code is missing.");
  const std::string client = asked.client->id.str();
  const Time now = desk.parts.clock.now();

  // The person first: inside the transaction nothing else may be read.
  PersonPtr person;
  std::optional<OauthError> refused;
  if (const auto seen = desk.parts.artefacts.peek(sessions::ArtefactKind::code, client, text)) {
    auto code = parse_code(seen->data);
    if (!code) return from_error(code.error());
    auto member = find_member(desk, asked.http, code->account, code->issuer, code->subject, code->source);
    if (!member && member.error().code == Code::unavailable) return from_error(member.error());
    if (!member)
      refused = invalid_grant(member.error().message);
    else
      person = *std::move(member);
  } else if (seen.error().code == Code::unavailable) {
    return from_error(seen.error());
  }

  tokens::TokenGrant grant;
  CodeData code;
  std::optional<OauthError> fault;
  access::Actor actor = callers::nobody(asked.http);
  actor.label = client;
  const Status changed =
      desk.parts.ledger.change(actor, [&](store::Connection& connection, journal::Notes& notes) -> Status {
        fault.reset();
        grant = {};
        LANYARD_TRY(const auto taken,
                    desk.parts.artefacts.take(connection, sessions::ArtefactKind::code, client, text));
        if (!taken) {
          fault = not_good();
          return {};
        }
        LANYARD_TRY(code, parse_code(taken->artefact.data));
        if (!taken->is_first) {
          // Attack row 58: somebody else has the code too; what it led to ends.
          fault = not_good();
          return desk.parts.grants.end_in(connection, notes, code.grant, "a code was used twice");
        }
        fault = check_code(code, asked, now);
        if (!fault && !person) fault = refused ? refused : not_good();
        if (fault) return {};
        grant.id = code.grant;
        grant.client = asked.client->id;
        grant.account = code.account;
        grant.issuer = code.issuer;
        grant.subject = code.subject;
        grant.source = code.source;
        grant.kind = "authorization_code";
        grant.scopes = code.scopes;
        grant.audience = code.audience;
        grant.session = code.session.str();
        grant.auth_time = code.auth_time;
        // A client that proves itself needs no bound refresh token (RFC 9449 section 5).
        if (asked.client->is_public()) grant.bound_to = asked.bound_to();
        grant.address = asked.http.client_address();
        grant.user_agent = asked.http.header_or("User-Agent", "");
        set_life(grant, *asked.client, now);
        return desk.parts.grants.insert(connection, notes, grant, asked.client->lives);
      });
  if (!changed) return from_error(changed.error());
  if (fault) return *fault;

  Issue issue;
  issue.grant = &grant;
  issue.person = person;
  issue.scopes = grant.scopes;
  issue.audience = grant.audience;
  issue.nonce = code.nonce;
  if (has_refresh(*asked.client)) issue.refresh_token = desk.parts.grants.refresh_token(grant);
  return issue_tokens(desk, asked, issue);
}

}  // namespace lanyard::doors::oauth
