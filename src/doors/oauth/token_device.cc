// grant_type=urn:ietf:params:oauth:grant-type:device_code (RFC 8628 section 3.4).
#include "base/text.h"
#include "doors/oauth/token.h"

namespace lanyard::doors::oauth {
namespace {

OauthError said(std::string word, std::string_view text) {
  OauthError error = invalid_grant(text);
  error.error = std::move(word);
  return error;
}

OauthError not_good() {
  return invalid_grant("The device code is not good, or not any more.");
}

std::optional<OauthError> not_yet(tokens::Devices::Said what) {
  switch (what) {
    case tokens::Devices::Said::unknown:
      return not_good();
    case tokens::Devices::Said::expired:
      return said("expired_token", "Nobody said yes in time; start again.");
    case tokens::Devices::Said::pending:
      return said("authorization_pending", "The person has not decided yet.");
    case tokens::Devices::Said::slow_down:
      return said("slow_down", "Asked again too soon; wait five seconds longer from now on.");
    case tokens::Devices::Said::denied:
      return access_denied("The person refused.");
    case tokens::Devices::Said::approved:
      return {};
  }
  return not_good();
}

}  // namespace

Answered by_device_code(const Desk& desk, const TokenRequest& asked) {
  const Secret code(asked.form.value_or("device_code", ""));
  if (code.empty()) return invalid_request("device_code is missing.");
  const auto polled = desk.parts.devices.poll(asked.client->id, code);
  if (!polled) return from_error(polled.error());
  if (const auto fault = not_yet(polled->said)) return *fault;
  const tokens::DeviceRequest& device = polled->request;
  if (!device.bound_to.empty() && device.bound_to != asked.bound_to())
    return invalid_grant("The device code is bound to another key.");
  // Whoever says at this point for which service it is, as IAM's clients do, may say less than before.
  auto audience = read_audience(*asked.client, asked.form);
  if (!audience) return audience.error();
  auto person = find_member(desk, asked.http, device.account, device.issuer, device.subject, device.source);
  if (!person) {
    if (person.error().code == Code::unavailable) return from_error(person.error());
    return invalid_grant(person.error().message);
  }
  if (const auto fault = check_groups(device.scopes, **person)) return invalid_grant(fault->description);

  tokens::TokenGrant grant;
  bool won = false;
  access::Actor actor = callers::nobody(asked.http);
  actor.label = asked.client->id.str();
  const Status changed =
      desk.parts.ledger.change(actor, [&](store::Connection& connection, journal::Notes& notes) -> Status {
        LANYARD_TRY(won, desk.parts.devices.use(connection, asked.client->id, code));
        if (!won) return {};
        grant = {};
        grant.id = device.grant;
        grant.client = asked.client->id;
        grant.account = device.account;
        grant.issuer = device.issuer;
        grant.subject = device.subject;
        grant.source = device.source;
        grant.kind = "device_code";
        grant.scopes = device.scopes;
        grant.audience = device.audience.empty() ? *audience : device.audience;
        // A program at another place lives longer than the browser in which it was allowed.
        grant.auth_time = device.auth_time;
        if (asked.client->is_public()) grant.bound_to = asked.bound_to();
        grant.address = device.address;
        grant.user_agent = device.user_agent;
        set_life(grant, *asked.client, desk.parts.clock.now());
        return desk.parts.grants.insert(connection, notes, grant, asked.client->lives);
      });
  if (!changed) return from_error(changed.error());
  if (!won) return not_good();
  Issue issue;
  issue.grant = &grant;
  issue.person = *std::move(person);
  issue.scopes = grant.scopes;
  issue.audience = grant.audience;
  if (has_refresh(*asked.client)) issue.refresh_token = desk.parts.grants.refresh_token(grant);
  return issue_tokens(desk, asked, issue);
}

}  // namespace lanyard::doors::oauth
