#include "lib/issuer.h"

#include "base/json.h"
#include "base/text.h"
#include "base/url.h"

namespace lanyard::lib {
namespace {

constexpr std::size_t kMostBytes = 256 * 1024;

Error wrong(std::string message) {
  return make_error(Code::upstream, std::move(message), "Is this the address of an issuer of tokens?");
}

net::Call get(const net::Reach& reach, std::string url) {
  net::Call call;
  call.url = std::move(url);
  call.headers = {{"Accept", "application/json, application/jwk-set+json"}};
  call.reach = reach;
  call.most_bytes = kMostBytes;
  call.time_limit = std::chrono::seconds(15);
  return call;
}

// Where metadata may stand: the segment appended (OpenID Connect), and inserted between host and path
// (RFC 8414).
std::vector<std::string> addresses(std::string_view issuer) {
  std::string_view base = issuer;
  if (base.ends_with('/')) base.remove_suffix(1);
  const std::size_t path_at = base.find('/', base.find("://") + 3);
  const std::string_view host = base.substr(0, path_at);
  const std::string_view path = path_at == std::string_view::npos ? std::string_view() : base.substr(path_at);
  return {cat(base, "/.well-known/openid-configuration"),
          cat(host, "/.well-known/oauth-authorization-server", path)};
}

std::string_view without_slash(std::string_view text) {
  if (text.ends_with('/')) text.remove_suffix(1);
  return text;
}

Result<Metadata> read_metadata(std::string_view text, std::string_view issuer, Spelling spelling,
                               const net::Reach& reach) {
  const auto document = json::parse_object(text, {.bytes = kMostBytes, .depth = 16, .members = 10'000});
  if (!document.ok()) return wrong("The issuer's metadata is not a JSON object.");
  Metadata out;
  const auto named = json::get_string(*document, "issuer");
  const bool same =
      named.ok() &&
      (spelling == Spelling::exact ? *named == issuer : without_slash(*named) == without_slash(issuer));
  // Two issuers on one host must not stand in for each other.
  if (!same) return wrong(cat("The metadata at ", issuer, " is another issuer's."));
  out.issuer = *named;
  for (const auto& [name, target] :
       {std::pair<std::string_view, std::string*>{"jwks_uri", &out.jwks_uri},
        {"token_endpoint", &out.token_endpoint},
        {"device_authorization_endpoint", &out.device_authorization_endpoint},
        {"revocation_endpoint", &out.revocation_endpoint},
        {"authorization_endpoint", &out.authorization_endpoint},
        {"userinfo_endpoint", &out.userinfo_endpoint},
        {"pushed_authorization_request_endpoint", &out.pushed_authorization_request_endpoint}}) {
    const auto value = json::string_or(*document, name, "");
    if (!value.ok()) return wrong(cat("The metadata's ", name, " is not a text."));
    if (value->empty()) continue;
    const auto url = parse_url(*value);
    if (!url.ok() || (url->scheme != "https" && !(reach.http && url->is_loopback())))
      return wrong(cat("The metadata's ", name, " is not https."));
    *target = *value;
  }
  const json::Value* scopes = document->find("scopes_supported");
  if (scopes != nullptr && scopes->as_array() != nullptr) {
    for (const json::Value& one : *scopes->as_array())
      if (one.as_string() != nullptr) out.scopes_supported.push_back(*one.as_string());
  }
  const json::Value* names = document->find("authorization_response_iss_parameter_supported");
  out.names_itself_in_answers = names != nullptr && names->as_bool() != nullptr && *names->as_bool();
  return out;
}

}  // namespace

Result<net::Reach> reach_for(std::string_view issuer, const std::string& ca_file) {
  LANYARD_TRY(const Url url, parse_url(issuer));
  if (url.scheme != "https" && !url.is_loopback()) {
    return make_error(Code::invalid, cat("\"", issuer, "\" is not https."),
                      "A token is only sent over https, or to this machine.");
  }
  net::Reach reach;
  reach.http = url.scheme == "http";
  // Whoever calls chose the issuer; there is nobody else's address to be led to.
  reach.loopback = true;
  reach.private_networks = {"10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7"};
  reach.ca_file = ca_file;
  return reach;
}

Result<Metadata> discover(net::Client& client, const net::Reach& reach, std::string_view issuer,
                          Spelling spelling) {
  LANYARD_CHECK(parse_url(issuer));
  Error last;
  for (const std::string& address : addresses(issuer)) {
    const auto reply = client.send(get(reach, address));
    if (!reply.ok()) {
      last = reply.error();
      if (last.code == Code::unavailable)
        return make_error(Code::unavailable, cat("The server at ", issuer, " can not be reached."),
                          last.message);
      continue;
    }
    if (reply->status != 200) {
      last = wrong(cat(issuer, " has no metadata: ", address, " answers with status ", reply->status, "."));
      continue;
    }
    return read_metadata(reply->body, issuer, spelling, reach);
  }
  return last;
}

Result<std::vector<crypto::PublicKey>> fetch_keys(net::Client& client, const net::Reach& reach,
                                                  const Metadata& metadata) {
  if (metadata.jwks_uri.empty()) return wrong("The issuer's metadata names no jwks_uri.");
  LANYARD_TRY(const net::Reply reply, client.send(get(reach, metadata.jwks_uri)));
  if (reply.status != 200) return wrong(cat("The issuer's keys: the answer has status ", reply.status, "."));
  const auto set = crypto::parse_jwk_set(reply.body);
  if (!set.ok()) return wrong("The issuer's keys are not a JWK set.");
  if (set->keys.empty()) return wrong("The issuer publishes no usable key.");
  return set->keys;
}

}  // namespace lanyard::lib
