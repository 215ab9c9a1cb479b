#include "doors/api/api.h"

#include "base/text.h"
#include "doors/api/body.h"
#include "doors/api/desk.h"

namespace lanyard::doors::api {

struct Api::State {
  Desk desk;
};

Api::Api(Parts parts, Settings settings) : state_(new State{Desk{std::move(parts), std::move(settings)}}) {}

Api::~Api() = default;

std::string resource_of(std::string_view public_url) {
  return cat(public_url, "/api");
}

// RFC 9728 section 3.1: the segment stands between the host and the path of the resource.
static void mount_metadata(net::Router& router, const Settings& settings) {
  json::Array servers(settings.authorization_servers.begin(), settings.authorization_servers.end());
  const auto document = std::make_shared<const std::string>(json::write(json::Object{
      {"resource", resource_of(settings.public_url)},
      {"authorization_servers", std::move(servers)},
      {"scopes_supported", json::Array{"account", "admin"}},
      {"bearer_methods_supported", json::Array{"header"}},
      {"dpop_bound_access_tokens_required", false},
      {"tls_client_certificate_bound_access_tokens", false},
      {"resource_name", "The API of Lanyard"},
      {"resource_documentation", cat(settings.public_url, "/api/v1/openapi.yaml")},
  }));
  net::Endpoint endpoint;
  endpoint.pattern = "/.well-known/oauth-protected-resource/api";
  endpoint.runs = net::Runs::on_loop;
  endpoint.handler = [document](const net::Request&) {
    net::Response response(200);
    response.header("Content-Type", "application/json");
    response.shared_body(document);
    response.header("Access-Control-Allow-Origin", "*").header("Cache-Control", "public, max-age=3600");
    return response;
  };
  router.add(std::move(endpoint));
}

void Api::mount(net::Router& router) {
  mount_metadata(router, state_->desk.settings);
  for (const Route& route : routes()) {
    net::Endpoint endpoint;
    endpoint.method = route.method;
    endpoint.pattern = cat("/api/v1", route.path);
    endpoint.runs = route.runs;
    if (route.takes == Takes::long_body) endpoint.body_limit = kLongestList;
    endpoint.handler = [state = state_, &route](const net::Request& request) {
      return serve(state->desk, route, request);
    };
    if (route.is_quick) {
      endpoint.quick = [state = state_, &route](const net::Request& request) {
        return serve_now(state->desk, route, request);
      };
    }
    router.add(std::move(endpoint));
  }
}

}  // namespace lanyard::doors::api
