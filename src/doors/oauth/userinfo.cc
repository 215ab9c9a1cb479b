// The userinfo endpoint (OIDC Core section 5.3). A Hub asks for every request of everybody: 401 for tokens
// that are not alive, never an error of ours for them.
#include <algorithm>

#include "base/text.h"
#include "doors/oauth/bearer.h"
#include "doors/oauth/handlers.h"
#include "doors/oauth/standing.h"

namespace lanyard::doors::oauth {

net::Response give_userinfo(const Desk& desk, const net::Request& request) {
  const auto shown = find_bearer(desk, request);
  if (!shown) return refuse(desk, request, shown.error());
  auto alive = find_alive(desk, request, shown->token);
  if (!alive) {
    if (alive.error().code == Code::unavailable) return refuse(desk, request, from_error(alive.error()));
    return refuse(desk, request, bearer_error(desk, "invalid_token", alive.error().message, 401));
  }
  if (const auto fault = check_binding(desk, request, *shown, alive->token))
    return refuse(desk, request, *fault);
  const auto& scopes = alive->token.scopes;
  if (!alive->person || std::ranges::find(scopes, "openid") == scopes.end())
    return refuse(desk, request,
                  bearer_error(desk, "insufficient_scope", "The token has not the scope openid.", 403));
  const auto known = subject_for(desk, *alive->client, scopes, *alive->person);
  if (!known) return refuse(desk, request, from_error(known.error()));
  const tokens::Subject& subject = *known;
  tokens::Order order;
  order.client = alive->client.get();
  order.subject = &subject;
  order.scopes = scopes;
  return net::Response::json(200, json::write(desk.parts.mint.userinfo(order)));
}

}  // namespace lanyard::doors::oauth
