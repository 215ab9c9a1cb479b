#include "doors/oauth/bearer.h"

#include <algorithm>

#include "base/text.h"
#include "doors/oauth/proof.h"

namespace lanyard::doors::oauth {
namespace {

std::string text_of(const json::Object& object, std::string_view name) {
  const json::Value* value = object.find(name);
  return value != nullptr && value->as_string() != nullptr ? *value->as_string() : "";
}

}  // namespace

namespace {

// RFC 6750 section 3, RFC 9728 section 5.1.
std::string challenge(const Desk& desk) {
  return cat("Bearer realm=\"lanyard\", resource_metadata=\"", desk.settings.public_url,
             "/.well-known/oauth-protected-resource", desk.settings.issuer_path, "/userinfo\"");
}

}  // namespace

OauthError bearer_error(const Desk& desk, std::string_view error, std::string_view text, int status) {
  OauthError out;
  out.error = error;
  out.description = description_text(text);
  out.status = status;
  out.www_authenticate =
      cat(challenge(desk), ", error=\"", error, "\", error_description=\"", out.description, "\"");
  return out;
}

Outcome<Shown> find_bearer(const Desk& desk, const net::Request& request) {
  const auto header = request.header("Authorization");
  if (!header) return bearer_error(desk, "invalid_request", "Authorization was sent twice.", 400);
  const auto query = request.query_form();
  const auto is_token = [](const Form::Pair& pair) { return pair.first == "access_token"; };
  if (!query || std::ranges::any_of(query->pairs(), is_token))
    return bearer_error(desk, "invalid_request", "A token in an address is not taken.", 400);
  std::string in_body;
  if (request.method() == net::Method::post && !request.body().empty()) {
    if (const auto form = request.form()) {
      const auto token = form->find("access_token");
      if (!token) return bearer_error(desk, "invalid_request", "access_token was sent twice.", 400);
      in_body = token->value_or("");
    }
  }
  Shown shown;
  if (*header) {
    const std::string_view value = **header;
    const std::size_t blank = value.find(' ');
    const std::string_view scheme = value.substr(0, blank);
    if (blank == std::string_view::npos) {
      return bearer_error(desk, "invalid_request", "The Authorization header holds no token.", 400);
    }
    shown.token = trim(value.substr(blank + 1));
    shown.by_dpop = equal_ignoring_case(scheme, "DPoP");
    if (!shown.by_dpop && !equal_ignoring_case(scheme, "Bearer"))
      return bearer_error(desk, "invalid_request", "The scheme of the Authorization header is not Bearer.",
                          400);
  }
  if (!shown.token.empty() && !in_body.empty())
    return bearer_error(desk, "invalid_request", "The token was sent in two ways.", 400);
  if (shown.token.empty()) shown.token = in_body;
  if (!shown.token.empty()) return shown;
  OauthError bare;
  bare.error = "invalid_token";
  bare.description = "A token is needed.";
  bare.status = 401;
  bare.www_authenticate = challenge(desk);
  return bare;
}

std::optional<OauthError> check_binding(const Desk& desk, const net::Request& request, const Shown& shown,
                                        const tokens::Ours& token) {
  const json::Value* cnf = token.claims.find("cnf");
  const json::Object* bound = cnf != nullptr ? cnf->as_object() : nullptr;
  const std::string jkt = bound != nullptr ? text_of(*bound, "jkt") : "";
  const std::string x5t = bound != nullptr ? text_of(*bound, "x5t#S256") : "";
  if (jkt.empty() && shown.by_dpop)
    return bearer_error(desk, "invalid_token", "The token is not bound to a key.", 401);
  if (!jkt.empty()) {
    if (!shown.by_dpop) return bearer_error(desk, "invalid_token", "The token needs a DPoP proof.", 401);
    const auto thumbprint = find_dpop(desk, request, shown.token);
    if (!thumbprint) return thumbprint.error();
    if (*thumbprint != jkt) return bearer_error(desk, "invalid_token", "The proof is by another key.", 401);
  }
  if (!x5t.empty() && certificate_of(request) != x5t)
    return bearer_error(desk, "invalid_token", "The token is bound to another certificate.", 401);
  return {};
}

}  // namespace lanyard::doors::oauth
