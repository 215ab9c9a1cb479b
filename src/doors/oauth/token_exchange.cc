// grant_type=urn:ietf:params:oauth:grant-type:token-exchange (RFC 8693): a service goes on with what a person
// gave to somebody before it. Less than before, never more, and never longer (attack row 77).
#include <algorithm>

#include "base/text.h"
#include "domain/tokens/scopes.h"
#include "doors/oauth/token.h"

namespace lanyard::doors::oauth {
namespace {

constexpr std::string_view kAccessToken = "urn:ietf:params:oauth:token-type:access_token";
constexpr int kDeepest = 5;

bool holds(const std::vector<std::string>& list, const std::string& one) {
  return std::ranges::find(list, one) != list.end();
}

std::optional<OauthError> check_form(const Form& form) {
  if (form.value_or("subject_token", "").empty()) return invalid_request("subject_token is missing.");
  const std::string type = form.value_or("subject_token_type", "");
  if (type.empty()) return invalid_request("subject_token_type is missing.");
  if (type != kAccessToken) return invalid_request("Only access tokens of this service are exchanged.");
  if (!form.value_or("actor_token", "").empty() || !form.value_or("actor_token_type", "").empty())
    return invalid_request("The actor is the application that asks; actor_token is not taken.");
  const std::string wanted = form.value_or("requested_token_type", std::string(kAccessToken));
  if (wanted != kAccessToken) return invalid_request("Only access tokens are given in exchange.");
  return {};
}

// RFC 8693 section 4.4: whom the token itself names.
bool may_act(const tokens::Ours& token, const clients::Client& client) {
  const json::Value* value = token.claims.find("may_act");
  if (value == nullptr) return true;
  const json::Object* named = value->as_object();
  const json::Value* sub = named != nullptr ? named->find("sub") : nullptr;
  return sub != nullptr && sub->as_string() != nullptr && *sub->as_string() == client.id.str();
}

int depth_of(const json::Object& act) {
  int depth = 1;
  const json::Object* inner = &act;
  while (depth <= kDeepest) {
    const json::Value* next = inner->find("act");
    if (next == nullptr || next->as_object() == nullptr) return depth;
    inner = next->as_object();
    ++depth;
  }
  return depth;
}

// Who acts now, and in it who acted before.
json::Object actor_of(const tokens::Ours& token, const clients::Client& client) {
  json::Object act{{"sub", client.id.str()}};
  if (const json::Value* before = token.claims.find("act");
      before != nullptr && before->as_object() != nullptr)
    act.set("act", *before->as_object());
  return act;
}

Outcome<std::vector<std::string>> smaller_scopes(const tokens::Ours& token, const TokenRequest& asked) {
  const auto wanted = tokens::parse_scope(asked.form.value_or("scope", ""));
  if (!wanted) return invalid_scope("The scope is not a list of words.");
  std::vector<std::string> scopes;
  for (const std::string& scope : wanted->empty() ? token.scopes : *wanted) {
    const bool is_held = tokens::is_covered(token.scopes, scope);
    const bool is_allowed = tokens::is_covered(asked.client->scopes, scope);
    if (is_held && is_allowed && scope != "offline_access")
      scopes.push_back(scope);
    else if (!wanted->empty())
      return invalid_scope("The scope goes beyond the token or this application.");
  }
  if (scopes.empty()) return invalid_scope("Nothing of the token's scope is left for this application.");
  return scopes;
}

// The token was for this application: then it may turn to the services that it is registered for. Otherwise
// only what the token was for already.
Outcome<std::vector<std::string>> smaller_audience(const tokens::Ours& token, const TokenRequest& asked) {
  auto wanted = read_audience(*asked.client, asked.form);
  if (!wanted) return wanted.error();
  const std::string& self = asked.client->id.str();
  const bool is_for_asker = holds(token.audience, self) ||
                            std::ranges::any_of(asked.client->introspects, [&](const std::string& one) {
                              return holds(token.audience, one);
                            });
  if (wanted->empty()) return token.audience;
  for (const std::string& one : *wanted) {
    if (!is_for_asker && !holds(token.audience, one))
      return invalid_target("The token is not for this application, so its audience can only shrink.");
  }
  return wanted;
}

}  // namespace

Answered by_exchange(const Desk& desk, const TokenRequest& asked) {
  if (const auto fault = check_form(asked.form)) return *fault;
  const auto found = find_alive(desk, asked.form.value_or("subject_token", ""), asked.http);
  if (!found) {
    if (found.error().code == Code::unavailable) return from_error(found.error());
    return invalid_request(cat("The subject_token is not good: ", found.error().message));
  }
  const std::shared_ptr<const Alive>& alive = *found;
  const tokens::Ours& token = alive->token;
  if (!holds(asked.client->exchanges_for, token.client_id) || !may_act(token, *asked.client))
    return invalid_request(
        "This application may not exchange tokens of the application that this one is from.");
  if (token.claims.find("cnf") != nullptr)
    return invalid_request("A token that is bound to a key can not be exchanged by somebody else.");
  auto scopes = smaller_scopes(token, asked);
  if (!scopes) return scopes.error();
  auto audience = smaller_audience(token, asked);
  if (!audience) return audience.error();

  tokens::Subject subject;
  if (alive->person) {
    if (const auto fault = check_groups(*scopes, *alive->person)) return *fault;
    auto known = subject_for(desk, *asked.client, *scopes, *alive->person);
    if (!known) return from_error(known.error(), invalid_grant(known.error().message));
    subject = *std::move(known);
  } else {
    subject.id = token.sub;
    subject.is_person = false;
    subject.name = alive->client->name;
  }
  tokens::Order order;
  order.client = asked.client.get();
  order.subject = &subject;
  order.scopes = *scopes;
  order.audience = *audience;
  if (alive->grant) {
    order.grant_id = alive->grant->id.str();
    order.auth_time = alive->grant->auth_time;
  }
  order.act = actor_of(token, *asked.client);
  if (depth_of(order.act) > kDeepest) return invalid_request("The token went through too many hands.");
  order.not_after = token.expires_at;
  const std::string bound_to = asked.bound_to();
  if (bound_to.starts_with("jkt:")) order.dpop_thumbprint = bound_to.substr(4);
  if (bound_to.starts_with("x5t:")) order.certificate_thumbprint = bound_to.substr(4);
  const auto access = desk.parts.mint.access_token(order);
  if (!access) return from_error(access.error());
  desk.parts.log.info("oauth.token_exchanged", {{"client", asked.client->id.str()},
                                                {"from", token.client_id},
                                                {"account", subject.id},
                                                {"subject_jti", token.jti},
                                                {"jti", access->jti},
                                                {"scope", join(*scopes, " ")},
                                                {"request", asked.http.id()}});
  const auto life = access->expires_at - desk.parts.clock.now();
  return json::Object{{"access_token", access->token},
                      {"issued_token_type", std::string(kAccessToken)},
                      {"token_type", order.dpop_thumbprint.empty() ? "Bearer" : "DPoP"},
                      {"expires_in", std::chrono::duration_cast<std::chrono::seconds>(life).count()},
                      {"scope", join(*scopes, " ")}};
}

}  // namespace lanyard::doors::oauth
