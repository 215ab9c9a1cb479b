#include "cli/organisation.h"

#include "base/json.h"
#include "base/text.h"
#include "base/url.h"

namespace lanyard::cli {
namespace {

constexpr std::string_view kWellKnown = "/.well-known/openid-configuration";
constexpr std::string_view kScope = "openid profile email offline_access";

Error wrong(const std::string& address, std::string_view what) {
  return make_error(Code::upstream, cat("What ", address, " says can not be used: ", what, "."),
                    "Tell who runs this server, or name a client with --client-id.");
}

Result<Organisation> read(const std::string& address, std::string_view body) {
  const auto object = json::parse_object(body);
  if (!object.ok()) return wrong(address, "it is no JSON object");
  Organisation found;
  for (const auto& [name, target] :
       {std::pair<std::string_view, std::string*>{"oidc_config_url", &found.issuer},
        {"client_id", &found.client_id},
        {"audience", &found.audience}}) {
    auto text = json::get_string(*object, name);
    if (!text.ok()) return wrong(address, cat(name, " is missing"));
    *target = std::move(*text);
  }
  if (!found.issuer.ends_with(kWellKnown))
    return wrong(address, cat("oidc_config_url does not end with ", kWellKnown));
  found.issuer.resize(found.issuer.size() - kWellKnown.size());
  if (!parse_url(found.issuer).ok()) return wrong(address, "oidc_config_url is not a usable URL");
  const json::Value* secret = object->find("client_secret");
  if (secret != nullptr && secret->as_string() != nullptr && !secret->as_string()->empty())
    return make_error(Code::invalid,
                      cat("The client ", found.client_id, " of this organisation has a secret."),
                      "lanyard signs in as clients without one; name another with --client-id.");
  const auto profile = json::string_or(*object, "jwt_profile", "");
  found.scope = profile.ok() && *profile == "wlcg" ? cat(kScope, " wlcg wlcg.groups") : std::string(kScope);
  return found;
}

}  // namespace

Result<Organisation> find_organisation(const lib::Caller& caller, const std::string& server,
                                       std::string_view name) {
  net::Call call;
  call.url = cat(server, "/auth/", percent_encode(name), "_auth_config.json");
  call.headers = {{"Accept", "application/json"}};
  call.reach = caller.reach;
  call.time_limit = std::chrono::seconds(15);
  const auto reply = caller.client.send(call);
  if (!reply.ok()) {
    if (reply.error().code != Code::unavailable) return reply.error();
    return make_error(Code::unavailable, cat("The server at ", server, " can not be reached."),
                      reply.error().message);
  }
  // 400: a server that takes no such name at all.
  if (reply->status == 404 || reply->status == 400)
    return make_error(
        Code::not_found, cat("There is no virtual organisation \"", name, "\" at ", server, "."),
        "Ask who runs it for the name, or say --client-id. A word of your own for one of several "
        "sign-ins is --organisation.");
  if (reply->status != 200) return wrong(call.url, cat("the answer has status ", reply->status));
  return read(call.url, reply->body);
}

}  // namespace lanyard::cli
