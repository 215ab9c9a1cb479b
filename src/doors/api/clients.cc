// Clients: all of them are shown, those of kind "oauth" that were made here can be changed.
#include <algorithm>

#include "base/text.h"
#include "domain/tokens/removal.h"
#include "doors/api/body.h"
#include "doors/api/condition.h"
#include "doors/api/handlers.h"
#include "doors/api/paging.h"
#include "doors/api/problem.h"
#include "doors/api/shapes.h"

namespace lanyard::doors::api {
namespace {

constexpr std::int64_t kUsualOverlap = 86'400;

json::Object shape(const clients::Client& client) {
  json::Object object = clients::to_json(client);
  const bool is_made = client.created_at != Time{};  // not declared
  object.set("created_at", is_made ? json::Value(format_rfc3339(client.created_at)) : json::Value());
  object.set("updated_at", is_made ? json::Value(format_rfc3339(client.updated_at)) : json::Value());
  object.set("version", client.version);
  return object;
}

net::Response client_response(const json::Object& document, const clients::Client& client, int status = 200) {
  net::Response response = json_response(document, status);
  response.header("ETag", etag_of(client.version));
  return response;
}

Status check_life(std::string_view member, Duration life, Duration longest) {
  if (life <= longest) return {};
  return make_error(Code::invalid, cat("\"", member, "\" is longer than this site allows."),
                    cat("The longest is ", std::chrono::duration_cast<std::chrono::seconds>(longest).count(),
                        " seconds (tokens.longest_token)."));
}

// What an administrator may say about a client; where it was made and whose it is, is not among it.
Result<clients::Client> read_client(const Desk& desk, const json::Object& body) {
  LANYARD_CHECK(require_known(body, {"client_id",
                                     "client_name",
                                     "enabled",
                                     "client_uri",
                                     "logo_uri",
                                     "policy_uri",
                                     "tos_uri",
                                     "contacts",
                                     "application_type",
                                     "redirect_uris",
                                     "post_logout_redirect_uris",
                                     "backchannel_logout_uri",
                                     "backchannel_logout_session_required",
                                     "grant_types",
                                     "scope",
                                     "audiences",
                                     "introspects",
                                     "exchanges_for",
                                     "token_endpoint_auth_method",
                                     "jwks",
                                     "jwks_uri",
                                     "tls_client_auth_subject_dn",
                                     "profile",
                                     "id_token_signed_response_alg",
                                     "access_token_signed_response_alg",
                                     "access_token_seconds",
                                     "id_token_seconds",
                                     "refresh_token_seconds",
                                     "grant_seconds",
                                     "device_code_seconds",
                                     "refresh_policy",
                                     "refresh_grace_seconds",
                                     "require_pushed_authorization_requests",
                                     "dpop_bound_access_tokens",
                                     "tls_client_certificate_bound_access_tokens",
                                     "pkce_exception",
                                     "trusted",
                                     "issuer_path",
                                     "virtual_organisation",
                                     "robot_roles"}));
  json::Object whole = body;
  const auto usual = [&](std::string name, Duration life) {
    if (whole.find(name) == nullptr)
      whole.set(std::move(name),
                std::int64_t{std::chrono::duration_cast<std::chrono::seconds>(life).count()});
  };
  usual("access_token_seconds", desk.settings.lives.access_token);
  usual("id_token_seconds", desk.settings.lives.id_token);
  usual("refresh_token_seconds", desk.settings.lives.refresh_token);
  usual("grant_seconds", desk.settings.lives.grant);
  usual("device_code_seconds", desk.settings.lives.device_code);
  LANYARD_TRY(auto client, clients::parse_client(whole));
  LANYARD_CHECK(check_life("access_token_seconds", client.lives.access_token, desk.settings.longest_token));
  LANYARD_CHECK(check_life("id_token_seconds", client.lives.id_token, desk.settings.longest_token));
  const auto& paths = desk.settings.issuer_paths;
  if (!client.issuer_path.empty() && std::ranges::find(paths, client.issuer_path) == paths.end())
    return make_error(
        Code::invalid, "\"issuer_path\" is none of the issuers of this site.",
        paths.empty() ? "Leave it out: there is one issuer." : cat("Write one of: ", join(paths, ", "), "."));
  client.source = "api";
  return client;
}

}  // namespace

Result<net::Response> list_clients(Desk& desk, const Ask& ask) {
  LANYARD_TRY(const Page page, read_page(desk.settings.page_key, ask.request.path(), ask.query));
  LANYARD_TRY(const auto found, desk.parts.registry.list(page.position, page.limit));
  json::Array items;
  for (const clients::Client& client : found) items.emplace_back(shape(client));
  std::optional<std::string> last;
  if (!found.empty()) last = found.back().id.str();
  return json_response(page_of(desk.settings.page_key, page, std::move(items), last));
}

Result<net::Response> create_client(Desk& desk, const Ask& ask) {
  LANYARD_TRY(auto wanted, read_client(desk, ask.body));
  LANYARD_TRY(const auto made, desk.parts.registry.create(std::move(wanted), ask.actor));
  json::Object document = shape(made.client);
  document.set("client_secret", made.secret.empty() ? json::Value() : json::Value(made.secret.reveal()));
  net::Response response = client_response(document, made.client, 201);
  response.header("Location", cat("/api/v1/clients/", made.client.id.str()));
  return response;
}

Result<net::Response> get_client(Desk& desk, const Ask& ask) {
  LANYARD_TRY(const auto client, desk.parts.registry.find(ask.request.path_part("id")));
  return client_response(shape(*client), *client);
}

Result<net::Response> replace_client(Desk& desk, const Ask& ask) {
  LANYARD_TRY(const auto seen, desk.parts.registry.find(ask.request.path_part("id")));
  LANYARD_TRY(auto wanted, read_client(desk, ask.body));
  if (!wanted.id.empty() && wanted.id != seen->id)
    return make_error(Code::invalid, "\"client_id\" is not the id in the path, and an id never changes.");
  wanted.id = seen->id;
  LANYARD_TRY(const bool holds, condition_holds(ask.if_match, seen->version));
  if (!holds) return problem_with(412, {}, ask.request.id());
  const auto changed = desk.parts.registry.replace(std::move(wanted), seen->version, ask.actor);
  if (changed.ok()) return client_response(shape(*changed), *changed);
  // Between reading and writing somebody else was faster.
  if (changed.error().code == Code::conflict && seen->source != "configuration")
    return problem_with(412, changed.error(), ask.request.id());
  return changed.error();
}

Result<net::Response> remove_client(Desk& desk, const Ask& ask) {
  LANYARD_TRY(const auto client, desk.parts.registry.find(ask.request.path_part("id")));
  LANYARD_CHECK(tokens::remove_client(desk.parts.registry, desk.parts.grants, *client,
                                      "the client was removed", ask.actor));
  return net::Response(204);
}

Result<net::Response> rotate_client_secret(Desk& desk, const Ask& ask) {
  LANYARD_TRY(const auto client, desk.parts.registry.find(ask.request.path_part("id")));
  LANYARD_CHECK(require_known(ask.body, {"overlap_seconds"}));
  LANYARD_TRY(const auto seconds, find_integer(ask.body, "overlap_seconds"));
  const std::int64_t overlap = seconds.value_or(kUsualOverlap);
  if (overlap < 0 || overlap > 2'592'000)
    return make_error(Code::invalid, "\"overlap_seconds\" is a whole number from 0 to 2592000.");
  const Duration length = std::chrono::seconds(overlap);
  LANYARD_TRY(const Secret secret, desk.parts.registry.rotate_secret(client->id, length, ask.actor));
  return json_response({{"client_id", client->id.str()},
                        {"client_secret", secret.reveal()},
                        {"former_until", format_rfc3339(desk.parts.clock.now() + length)}});
}

}  // namespace lanyard::doors::api
