// grant_type=refresh_token (RFC 6749 section 6).
#include "base/text.h"
#include "domain/tokens/scopes.h"
#include "doors/oauth/token.h"

namespace lanyard::doors::oauth {
namespace {

OauthError not_good() {
  return invalid_grant("The refresh token is not good, or not any more.");
}

// RFC 6749 section 6: less than before, never more (attack row 70).
Outcome<std::vector<std::string>> narrower_scopes(const tokens::TokenGrant& grant, const Form& form) {
  const auto wanted = tokens::parse_scope(form.value_or("scope", ""));
  if (!wanted) return invalid_scope("The scope is not a list of words.");
  if (wanted->empty()) return grant.scopes;
  if (tokens::first_uncovered(grant.scopes, *wanted) != nullptr)
    return invalid_scope("The scope goes beyond what was allowed.");
  return *wanted;
}

// Narrowing only, where the grant names what it is for (RFC 8707 section 2.2).
Outcome<std::vector<std::string>> narrower_audience(const tokens::TokenGrant& grant,
                                                    const clients::Client& client, const Form& form) {
  auto wanted = read_audience(client, form);
  if (!wanted) return wanted.error();
  if (wanted->empty()) return grant.audience;
  for (const std::string& one : *wanted) {
    if (!grant.audience.empty() && std::ranges::find(grant.audience, one) == grant.audience.end())
      return invalid_target("The resource goes beyond what was allowed.");
  }
  return wanted;
}

}  // namespace

Answered by_refresh_token(const Desk& desk, const TokenRequest& asked) {
  const Secret token(asked.form.value_or("refresh_token", ""));
  if (token.empty()) return invalid_request("refresh_token is missing.");
  const auto grant = desk.parts.grants.find_by_token(token);
  if (!grant) {
    if (grant.error().code == Code::unavailable) return from_error(grant.error());
    return not_good();
  }
  if (!is_of(*grant, *asked.client)) return not_good();
  if (!grant->bound_to.empty() && grant->bound_to != asked.bound_to())
    return invalid_grant("The refresh token is bound to another key.");
  auto scopes = narrower_scopes(*grant, asked.form);
  if (!scopes) return scopes.error();
  auto audience = narrower_audience(*grant, *asked.client, asked.form);
  if (!audience) return audience.error();
  // What the client was registered for may have become less.
  if (tokens::first_uncovered(asked.client->scopes, *scopes) != nullptr)
    return invalid_grant("The application is not registered for these scopes any more.");
  auto person = find_member(desk, asked.http, grant->account, grant->issuer, grant->subject, grant->source);
  if (!person) {
    if (person.error().code == Code::unavailable) return from_error(person.error());
    return invalid_grant(person.error().message);
  }
  if (const auto fault = check_groups(*scopes, **person)) return invalid_grant(fault->description);
  if (!grant->session.empty() && !tokens::is_offline(*grant)) {
    // Ends with the session that it came from.
    const auto session = desk.parts.sessions.get(SessionId(grant->session));
    if (!session) {
      if (session.error().code == Code::unavailable) return from_error(session.error());
      return not_good();
    }
  }
  auto refreshed = desk.parts.grants.refresh(*asked.client, token);
  if (!refreshed) {
    if (refreshed.error().code == Code::unavailable) return from_error(refreshed.error());
    return not_good();
  }
  Issue issue;
  issue.grant = &refreshed->grant;
  issue.person = *std::move(person);
  issue.scopes = *std::move(scopes);
  issue.audience = *std::move(audience);
  issue.refresh_token = refreshed->token;
  return issue_tokens(desk, asked, issue);
}

}  // namespace lanyard::doors::oauth
