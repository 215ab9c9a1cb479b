// grant_type=client_credentials (RFC 6749 section 4.4): a robot for itself. No refresh token, no ID token.
#include "base/text.h"
#include "domain/tokens/scopes.h"
#include "doors/oauth/token.h"

namespace lanyard::doors::oauth {
namespace {

bool is_about_a_person(std::string_view scope) {
  return scope == "openid" || scope == "profile" || scope == "email" || scope == "offline_access" ||
         scope == "groups" || scope.starts_with("wlcg.groups");
}

}  // namespace

Answered by_client(const Desk& desk, const TokenRequest& asked) {
  if (asked.client->is_public())
    return unauthorized_client("An application that can not prove itself has no tokens of its own.");
  auto scopes = read_scopes(*asked.client, asked.form);
  if (!scopes) return scopes.error();
  std::erase_if(*scopes, is_about_a_person);
  auto audience = read_audience(*asked.client, asked.form);
  if (!audience) return audience.error();
  tokens::Subject robot;
  robot.id = asked.client->id.str();
  robot.is_person = false;
  robot.name = asked.client->name;
  tokens::Order order;
  order.client = asked.client.get();
  order.subject = &robot;
  order.scopes = *scopes;
  order.audience = *audience;
  const std::string bound_to = asked.bound_to();
  if (bound_to.starts_with("jkt:")) order.dpop_thumbprint = bound_to.substr(4);
  if (bound_to.starts_with("x5t:")) order.certificate_thumbprint = bound_to.substr(4);
  const auto access = desk.parts.mint.access_token(order);
  if (!access) return from_error(access.error());
  desk.parts.log.info("oauth.token_issued", {{"client", robot.id},
                                             {"jti", access->jti},
                                             {"scope", join(*scopes, " ")},
                                             {"request", asked.http.id()}});
  const auto life = access->expires_at - desk.parts.clock.now();
  return json::Object{{"access_token", access->token},
                      {"token_type", order.dpop_thumbprint.empty() ? "Bearer" : "DPoP"},
                      {"expires_in", std::chrono::duration_cast<std::chrono::seconds>(life).count()},
                      {"scope", join(*scopes, " ")}};
}

}  // namespace lanyard::doors::oauth
