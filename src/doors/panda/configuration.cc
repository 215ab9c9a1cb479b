// The file that panda-client reads before anything else. It is read without a login, so it holds nothing that
// is not public: a client that has a secret is not for people's own machines and is not shown here.
#include <algorithm>

#include "base/text.h"
#include "doors/panda/handlers.h"
#include "doors/panda/origin.h"

namespace lanyard::doors::panda {
namespace {

constexpr std::string_view kEnding = "_auth_config.json";

net::Response problem(int status, std::string_view title, const std::string& detail) {
  net::Response response(status);
  response.body("application/problem+json",
                json::write(json::Object{
                    {"type", "about:blank"}, {"title", title}, {"status", status}, {"detail", detail}}));
  return response;
}

bool is_shown(const clients::Client& client) {
  return client.kind == "oauth" && client.enabled && client.is_public() &&
         client.may(clients::Grant::device_code);
}

// A dot belongs to a name before it divides one.
Result<std::vector<clients::Client>> find_clients(clients::Registry& registry, std::string_view stem) {
  LANYARD_TRY(auto all, registry.find_by_organisation(stem));
  if (all.empty()) {
    LANYARD_TRY(all, registry.find_by_organisation(split_origin(stem).organisation));
  }
  std::erase_if(all, [](const clients::Client& one) { return !is_shown(one); });
  return all;
}

// Whom the PanDA server takes for robots of this organisation. Ids of clients are no secrets.
Result<json::Array> find_robots(clients::Registry& registry, std::string_view organisation) {
  LANYARD_TRY(const auto all, registry.find_by_organisation(organisation));
  json::Array ids;
  for (const clients::Client& one : all)
    if (one.enabled && !one.robot_roles.empty()) ids.emplace_back(one.id.str());
  return ids;
}

}  // namespace

net::Response give_configuration(const Desk& desk, const net::Request& request) {
  const std::string_view file = request.path_part("file");
  if (!file.ends_with(kEnding)) return problem(404, "Not Found", "There is nothing here.");
  const std::string_view stem = file.substr(0, file.size() - kEnding.size());
  const auto found = find_clients(desk.parts.registry, stem);
  if (!found) return problem(503, "Service Unavailable", "The database is away; try again soon.");
  if (found->empty())
    return problem(404, "Not Found",
                   "No public client with the device grant is about this virtual organisation. An "
                   "administrator can make one: lanyard client create --for panda.");
  const clients::Client& client = found->front();
  json::Object body{{"audience", client.audiences.empty() ? client.id.str() : client.audiences.front()},
                    {"client_id", client.id.str()},
                    {"client_secret", nullptr},
                    {"oidc_config_url",
                     cat(desk.settings.public_url, client.issuer_path, "/.well-known/openid-configuration")},
                    {"vo", client.virtual_organisation}};
  const auto robots = find_robots(desk.parts.registry, client.virtual_organisation);
  if (!robots) return problem(503, "Service Unavailable", "The database is away; try again soon.");
  if (!robots->empty()) body.set("robot_ids", *robots);
  if (client.profile == clients::Profile::wlcg) body.set("jwt_profile", "wlcg");
  net::Response response = net::Response::json(200, json::write(body));
  response.header("Cache-Control", "public, max-age=60");
  return response;
}

}  // namespace lanyard::doors::panda
