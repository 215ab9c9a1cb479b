// The token endpoint (RFC 6749 section 3.2): POST with a form, one client, one grant.
#include "doors/oauth/token.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "doors/oauth/handlers.h"

namespace lanyard::doors::oauth {
namespace {

struct Row {
  clients::Grant grant;
  Answered (*answer)(const Desk&, const TokenRequest&);
};
constexpr std::array<Row, 5> kGrants{{
    {clients::Grant::authorization_code, by_code},
    {clients::Grant::refresh_token, by_refresh_token},
    {clients::Grant::device_code, by_device_code},
    {clients::Grant::client_credentials, by_client},
    {clients::Grant::token_exchange, by_exchange},
}};

Answered answer(const Desk& desk, const net::Request& request, std::string& client_id) {
  auto sent = read_client_form(desk, request);
  if (!sent) return sent.error();
  client_id = sent->client->id.str();
  const std::string type = sent->form.value_or("grant_type", "");
  if (type.empty()) return invalid_request("grant_type is missing.");
  const auto wanted = clients::parse_grant(type);
  const auto* const row = std::ranges::find_if(kGrants, [&](const Row& one) {
    return wanted && clients::to_string(one.grant) == type && one.grant == *wanted;
  });
  if (row == kGrants.end()) return unsupported_grant_type("This grant is not offered here.");
  if (!sent->client->may(row->grant))
    return unauthorized_client("This application is not registered for this grant.");
  TokenRequest asked{request, std::move(sent->form), sent->client, "", certificate_of(request)};
  auto proof = find_dpop(desk, request);
  if (!proof) return proof.error();
  asked.dpop_thumbprint = std::move(*proof);
  if (asked.client->requires_dpop && asked.dpop_thumbprint.empty())
    return invalid_request("This application must send a DPoP proof (RFC 9449).");
  // Without one its tokens would be anybody's.
  if (asked.client->requires_tls_binding && asked.bound_to().empty())
    return invalid_request("This application must show its certificate (RFC 8705).");
  return row->answer(desk, asked);
}

}  // namespace

std::string TokenRequest::bound_to() const {
  if (!dpop_thumbprint.empty()) return cat("jkt:", dpop_thumbprint);
  const bool by_certificate = client->requires_tls_binding && !certificate_thumbprint.empty();
  return by_certificate ? cat("x5t:", certificate_thumbprint) : "";
}

net::Response give_token(const Desk& desk, const net::Request& request) {
  std::string client_id;
  const auto answered = answer(desk, request, client_id);
  if (!answered) return refuse(desk, request, answered.error(), client_id);
  net::Response response = net::Response::json(200, json::write(*answered));
  response.header("Cache-Control", "no-store");
  return response;
}

Answered issue_tokens(const Desk& desk, const TokenRequest& asked, const Issue& issue) {
  const auto known = subject_for(desk, *asked.client, issue.scopes, *issue.person);
  if (!known) return from_error(known.error(), invalid_grant(known.error().message));
  const tokens::Subject& subject = *known;
  tokens::Order order;
  order.client = asked.client.get();
  order.subject = &subject;
  order.scopes = issue.scopes;
  order.audience = issue.audience;
  order.grant_id = issue.grant->id.str();
  order.session_id = issue.grant->sid;
  order.nonce = issue.nonce;
  order.auth_time = issue.grant->auth_time;
  const std::string bound_to = issue.grant->bound_to.empty() ? asked.bound_to() : issue.grant->bound_to;
  if (bound_to.starts_with("jkt:")) order.dpop_thumbprint = bound_to.substr(4);
  if (bound_to.starts_with("x5t:")) order.certificate_thumbprint = bound_to.substr(4);
  const auto access = desk.parts.mint.access_token(order);
  if (!access) return from_error(access.error(), invalid_grant(access.error().message));
  const Time now = desk.parts.clock.now();
  json::Object body{
      {"access_token", access->token},
      {"token_type", order.dpop_thumbprint.empty() ? "Bearer" : "DPoP"},
      {"expires_in", std::chrono::duration_cast<std::chrono::seconds>(access->expires_at - now).count()},
      {"scope", join(issue.scopes, " ")}};
  if (issue.refresh_token) body.set("refresh_token", std::string(issue.refresh_token->reveal()));
  if (std::ranges::find(issue.scopes, "openid") != issue.scopes.end()) {
    auto id_token = desk.parts.mint.id_token(order, access->token);
    if (!id_token) return from_error(id_token.error());
    body.set("id_token", std::move(id_token->token));
  }
  desk.parts.log.info("oauth.token_issued", {{"client", asked.client->id.str()},
                                             {"account", subject.id},
                                             {"grant", order.grant_id},
                                             {"jti", access->jti},
                                             {"scope", join(issue.scopes, " ")},
                                             {"request", asked.http.id()}});
  return body;
}

bool has_refresh(const clients::Client& client) {
  return client.may(clients::Grant::refresh_token);
}

void set_life(tokens::TokenGrant& grant, const clients::Client& client, Time now) {
  if (!has_refresh(client)) grant.expires_at = now + client.lives.access_token + std::chrono::minutes(5);
}

}  // namespace lanyard::doors::oauth
