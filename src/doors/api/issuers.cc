#include "domain/issuers/issuers.h"

#include "base/text.h"
#include "doors/api/body.h"
#include "doors/api/handlers.h"
#include "doors/api/shapes.h"
#include "platform/crypto/jws.h"

namespace lanyard::doors::api {
namespace {

using issuers::Publisher;

// "issuers[grid]" -> issuer, grid; "providers[uni]" -> provider, uni.
struct Name {
  std::string_view kind, id;
};
Name name_of(const Publisher& publisher) {
  const std::string_view source = publisher.options().id;
  const std::size_t open = source.find('[');
  if (open == std::string_view::npos || !source.ends_with(']')) return {"issuer", source};
  return {source.starts_with("providers") ? "provider" : "issuer",
          source.substr(open + 1, source.size() - open - 2)};
}

json::Object to_json(const Publisher& publisher) {
  const Name name = name_of(publisher);
  const Publisher::Health health = publisher.health();
  return {{"id", name.id},
          {"kind", name.kind},
          {"issuer", publisher.options().issuer},
          {"usable", health.usable},
          {"keys", static_cast<std::int64_t>(health.keys)},
          {"kids", to_array(health.kids)},
          {"refused", to_array(health.refused)},
          {"fetched_at", time_or_null(health.fetched_at)},
          {"expires_at", time_or_null(health.expires_at)},
          {"failed_at", time_or_null(health.failed_at)},
          {"failures", health.failures},
          {"fetches", health.fetches},
          {"last_error", health.last_error}};
}

json::Object step(std::string_view rule, std::string_view outcome, bool passed) {
  return {{"rule", rule}, {"outcome", outcome}, {"passed", passed}};
}

// Whether the token says that somebody else issued it. Nothing of it is believed here.
bool names_another(const std::string& token, const std::string& issuer) {
  const auto jws = crypto::parse_jws(token);
  if (!jws.ok()) return false;
  const auto claims = json::parse_object(jws->payload);
  if (!claims.ok()) return false;
  const json::Value* iss = claims->find("iss");
  return iss != nullptr && iss->as_string() != nullptr && *iss->as_string() != issuer;
}

}  // namespace

Result<net::Response> list_issuers(Desk& desk, const Ask&) {
  json::Array items;
  for (const auto& publisher : desk.parts.publishers) items.emplace_back(to_json(*publisher));
  return json_response({{"items", std::move(items)}});
}

Result<net::Response> get_issuer(Desk& desk, const Ask& ask) {
  LANYARD_TRY(const auto kind, ask.query.find("kind"));
  if (kind && *kind != "issuer" && *kind != "provider")
    return make_error(Code::invalid, "\"kind\" is issuer or provider.");
  const Publisher* found = nullptr;
  for (const auto& publisher : desk.parts.publishers) {
    const Name name = name_of(*publisher);
    if (name.id != ask.request.path_part("id") || (kind && name.kind != *kind)) continue;
    if (found == nullptr || name.kind == "issuer") found = publisher.get();
  }
  if (found == nullptr)
    return make_error(Code::not_found, "No issuer and no provider has this name.",
                      "GET /api/v1/issuers lists them.");
  return json_response(to_json(*found));
}

Result<net::Response> test_token(Desk& desk, const Ask& ask) {
  const issuers::Tokens& tokens = desk.parts.tokens;
  const issuers::Tokens::Entry* entry = tokens.find(ask.request.path_part("id"));
  if (entry == nullptr)
    return make_error(Code::not_found, "No issuer of tokens has this name.",
                      "GET /api/v1/issuers lists them.");
  LANYARD_CHECK(require_known(ask.body, {"token"}));
  LANYARD_TRY(const std::string token, get_words(ask.body, "token"));
  json::Array steps;
  bool accepted = true;
  if (names_another(token, entry->trust->issuer)) {
    accepted = false;
    steps.emplace_back(step("form", "ok", true));
    steps.emplace_back(step("issuer", "the token names another issuer than this one", false));
  } else {
    for (const issuers::Tokens::Step& one : tokens.explain(token)) {
      accepted = accepted && one.passed;
      steps.emplace_back(step(one.rule, one.outcome, one.passed));
    }
  }
  return json_response({{"accepted", accepted}, {"steps", std::move(steps)}});
}

}  // namespace lanyard::doors::api
