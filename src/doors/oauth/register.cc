// Dynamic client registration (RFC 7591) and its management (RFC 7592).
#include "base/text.h"
#include "domain/tokens/removal.h"
#include "doors/oauth/handlers.h"
#include "doors/oauth/registration.h"

namespace lanyard::doors::oauth {
namespace {

OauthError challenge(std::string_view text) {
  OauthError error;
  error.error = "invalid_token";
  error.description = description_text(text);
  error.status = 401;
  error.www_authenticate =
      cat("Bearer realm=\"lanyard\", error=\"invalid_token\", error_description=\"", error.description, "\"");
  return error;
}

// RFC 6750 section 2.1, and no other way. No token: nullopt.
Outcome<std::optional<std::string>> bearer_of(const net::Request& request) {
  const auto header = request.header("Authorization");
  if (!header) return invalid_request("Authorization was sent twice.");
  if (!*header) return std::optional<std::string>();
  const std::string_view value = **header;
  const std::size_t blank = value.find(' ');
  if (blank == std::string_view::npos || !equal_ignoring_case(value.substr(0, blank), "Bearer"))
    return challenge("The scheme of the Authorization header is not Bearer.");
  return std::optional<std::string>(trim(value.substr(blank + 1)));
}

std::optional<OauthError> too_often(const Desk& desk, const net::Request& request) {
  const auto wait = desk.registrations->take(request.client_address());
  if (wait == std::chrono::seconds(0)) return {};
  OauthError error = temporarily_unavailable("Too many registrations from this address; try again later.");
  error.status = 429;
  error.retry_after = static_cast<int>(wait.count());
  return error;
}

Outcome<json::Object> read_body(const net::Request& request) {
  const std::string_view type = request.header_or("Content-Type", "");
  if (!equal_ignoring_case(trim(type.substr(0, type.find(';'))), "application/json"))
    return invalid_client_metadata("The body must be JSON (Content-Type: application/json).");
  auto body = json::parse_object(request.body());
  if (!body) return invalid_client_metadata(cat("The body is not a JSON object: ", body.error().message));
  return *std::move(body);
}

// Who registers: whoever made the initial access token, or nobody that we know.
struct Registrant {
  std::optional<AccountId> account;
  access::Actor actor;
};

Outcome<Registrant> find_registrant(const Desk& desk, const net::Request& request) {
  auto token = bearer_of(request);
  if (!token) return token.error();
  Registrant who{{}, callers::nobody(request)};
  who.actor.label = "registration";
  if (!*token) {
    if (desk.settings.open_registration) return who;
    OauthError error = challenge("Registering a client takes a token with the scope register.");
    error.www_authenticate = "Bearer realm=\"lanyard\"";  // RFC 6750 section 3.1: nothing was shown
    return error;
  }
  const auto caller =
      desk.parts.callers.recognise({callers::Proof::Kind::bearer, **token, std::string_view()}, request);
  if (!caller && caller.error().code == Code::unavailable) return from_error(caller.error());
  const bool is_good = caller && (*caller)->means == callers::Means::api_token &&
                       (*caller)->has_scope("register") &&
                       callers::standing(**caller, desk.parts.clock.now()).step == journey::Step::go_on;
  if (!is_good) return challenge("The token is not one of this service with the scope register.");
  who.account = (*caller)->person->account.id;
  who.actor = callers::to_actor(**caller, request);
  return who;
}

// The registration that a management token is about; RFC 7592 section 2: 401 for whatever does not fit.
Outcome<clients::ClientPtr> find_managed(const Desk& desk, const net::Request& request, std::string& token) {
  auto shown = bearer_of(request);
  if (!shown) return shown.error();
  if (!*shown) {
    OauthError error = challenge("The registration's own token is needed.");
    error.www_authenticate = "Bearer realm=\"lanyard\"";
    return error;
  }
  token = **shown;
  const auto client = desk.parts.registry.find_by_registration_token(Secret(token));
  if (!client && client.error().code == Code::unavailable) return from_error(client.error());
  if (!client || (*client)->id.str() != request.path_part("id") || !(*client)->enabled ||
      (*client)->issuer_path != desk.settings.issuer_path)
    return challenge("This is not the token of that registration.");
  return *client;
}

json::Object with_management(const Desk& desk, const clients::Client& client, std::string_view token) {
  json::Object out = describe_registration(client);
  out.set("registration_client_uri", cat(desk.issuer, "/register/", client.id.str()));
  out.set("registration_access_token", token);
  return out;
}

net::Response answer_with(int status, const json::Object& body) {
  net::Response response = net::Response::json(status, json::write(body));
  response.header("Cache-Control", "no-store").header("Pragma", "no-cache");
  return response;
}

Outcome<json::Object> register_one(const Desk& desk, const net::Request& request) {
  if (auto fault = too_often(desk, request)) return *std::move(fault);
  auto who = find_registrant(desk, request);
  if (!who) return who.error();
  const auto body = read_body(request);
  if (!body) return body.error();
  clients::Client fresh;
  fresh.source = "registration";
  fresh.issuer_path = desk.settings.issuer_path;
  fresh.owner = who->account;
  fresh.lives = desk.settings.lives;
  auto wanted = read_registration(*body, std::move(fresh), desk.settings.registration_scopes);
  if (!wanted) return wanted.error();
  auto made = desk.parts.registry.create(*std::move(wanted), who->actor);
  if (!made) return from_error(made.error(), invalid_client_metadata(made.error().message));
  json::Object out = with_management(desk, made->client, made->registration_token.reveal());
  if (!made->secret.empty()) {
    out.set("client_secret", std::string(made->secret.reveal()));
    out.set("client_secret_expires_at", 0);  // never
  }
  desk.parts.log.info("oauth.client_registered", {{"client", made->client.id.str()},
                                                  {"name", made->client.name},
                                                  {"address", request.client_address()},
                                                  {"request", request.id()}});
  return out;
}

// RFC 7592 section 2.2: what stays ours is not sent back to us.
std::optional<OauthError> check_replacement(const Desk& desk, const clients::Client& client,
                                            const json::Object& body) {
  for (const std::string_view name : {"registration_access_token", "registration_client_uri",
                                      "client_id_issued_at", "client_secret_expires_at"})
    if (body.find(name) != nullptr) return invalid_request(cat(name, " does not belong into this request."));
  const json::Value* id = body.find("client_id");
  if (id == nullptr || id->as_string() == nullptr || *id->as_string() != client.id.str())
    return invalid_client_metadata("client_id must be the one of this registration; it can not be chosen.");
  const json::Value* secret = body.find("client_secret");
  if (secret == nullptr) return {};
  const Status same = desk.parts.registry.check_secret(
      client, Secret(secret->as_string() != nullptr ? *secret->as_string() : std::string()));
  if (!same && same.error().code == Code::unavailable) return from_error(same.error());
  if (!same)
    return invalid_client_metadata("client_secret is not the one of this client; it can not be chosen.");
  return {};
}

Outcome<json::Object> replace_one(const Desk& desk, const net::Request& request, std::string& client_id) {
  std::string token;
  const auto client = find_managed(desk, request, token);
  if (!client) return client.error();
  client_id = (*client)->id.str();
  if (auto fault = too_often(desk, request)) return *std::move(fault);
  const auto body = read_body(request);
  if (!body) return body.error();
  if (auto fault = check_replacement(desk, **client, *body)) return *std::move(fault);
  auto wanted = read_registration(*body, **client, desk.settings.registration_scopes);
  if (!wanted) return wanted.error();
  if (clients::uses_secret(wanted->auth) && !clients::uses_secret((*client)->auth))
    return invalid_client_metadata(
        "This client has no secret; register anew for token_endpoint_auth_method.");
  access::Actor actor = callers::nobody(request);
  actor.label = client_id;
  const auto now = desk.parts.registry.replace(*std::move(wanted), (*client)->version, actor);
  if (!now && now.error().code == Code::conflict) {
    OauthError error = invalid_request("The registration was changed meanwhile; read it again.");
    error.status = 409;
    return error;
  }
  if (!now) return from_error(now.error(), invalid_client_metadata(now.error().message));
  return with_management(desk, *now, token);
}

std::optional<OauthError> remove_one(const Desk& desk, const net::Request& request, std::string& client_id) {
  std::string token;
  const auto client = find_managed(desk, request, token);
  if (!client) return client.error();
  client_id = (*client)->id.str();
  access::Actor actor = callers::nobody(request);
  actor.label = client_id;
  const Status removed = tokens::remove_client(desk.parts.registry, desk.parts.grants, **client,
                                               "the client took its registration back", actor);
  if (!removed) return from_error(removed.error());
  return {};
}

}  // namespace

net::Response register_client(const Desk& desk, const net::Request& request) {
  auto made = register_one(desk, request);
  if (!made) return refuse(desk, request, made.error());
  return answer_with(201, *std::move(made));
}

net::Response show_registration(const Desk& desk, const net::Request& request) {
  std::string token;
  const auto client = find_managed(desk, request, token);
  if (!client) return refuse(desk, request, client.error());
  return answer_with(200, with_management(desk, **client, token));
}

net::Response replace_registration(const Desk& desk, const net::Request& request) {
  std::string client_id;
  auto now = replace_one(desk, request, client_id);
  if (!now) return refuse(desk, request, now.error(), client_id);
  return answer_with(200, *std::move(now));
}

net::Response remove_registration(const Desk& desk, const net::Request& request) {
  std::string client_id;
  if (const auto fault = remove_one(desk, request, client_id))
    return refuse(desk, request, *fault, client_id);
  return net::Response(204);
}

}  // namespace lanyard::doors::oauth
