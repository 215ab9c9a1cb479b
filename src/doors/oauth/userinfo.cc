// The userinfo endpoint (OIDC Core section 5.3). A Hub asks for every request of everybody: 401 for tokens
// that are not alive, never an error of ours for them.
#include <algorithm>

#include "base/text.h"
#include "doors/oauth/bearer.h"
#include "doors/oauth/handlers.h"
#include "doors/oauth/standing.h"

namespace lanyard::doors::oauth {

static net::Response answer(const Desk& desk, const net::Request& request, const Alive& alive) {
  const auto& scopes = alive.token.scopes;
  if (!alive.person || std::ranges::find(scopes, "openid") == scopes.end())
    return refuse(desk, request,
                  bearer_error(desk, "insufficient_scope", "The token has not the scope openid.", 403));
  const auto known = subject_for(desk, *alive.client, scopes, *alive.person);
  if (!known) return refuse(desk, request, from_error(known.error()));
  const tokens::Subject& subject = *known;
  tokens::Order order;
  order.client = alive.client.get();
  order.subject = &subject;
  order.scopes = scopes;
  return net::Response::json(200, json::write(desk.parts.mint.userinfo(order)));
}

std::optional<net::Response> give_userinfo_now(const Desk& desk, const net::Request& request) {
  const auto shown = find_bearer(desk, request);
  if (!shown || shown->by_dpop) return {};
  const auto alive = desk.parts.callers.find_alive_now(shown->token);
  if (alive && alive->token.issuer != desk.issuer) return {};
  // A bound token is looked at where its proof can be remembered, and PanDA's names are in the database.
  if (!alive || alive->token.claims.find("cnf") != nullptr || tokens::is_for_panda(*alive->client)) return {};
  return answer(desk, request, *alive);
}

net::Response give_userinfo(const Desk& desk, const net::Request& request) {
  const auto shown = find_bearer(desk, request);
  if (!shown) return refuse(desk, request, shown.error());
  const auto alive = find_alive(desk, shown->token, request);
  if (!alive) {
    if (alive.error().code == Code::unavailable) return refuse(desk, request, from_error(alive.error()));
    return refuse(desk, request, bearer_error(desk, "invalid_token", alive.error().message, 401));
  }
  if (const auto fault = check_binding(desk, request, *shown, (*alive)->token))
    return refuse(desk, request, *fault);
  return answer(desk, request, **alive);
}

}  // namespace lanyard::doors::oauth
