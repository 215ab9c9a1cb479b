#include "domain/issuers/discovery.h"

#include <algorithm>

#include "base/text.h"
#include "base/url.h"

namespace lanyard::issuers {
namespace {

constexpr std::size_t kMostMetadataBytes = 256 * 1024;

Error wrong(std::string message) {
  return make_error(Code::upstream, std::move(message));
}

// The address in this member; "" when it is absent.
Result<std::string> address(const json::Object& document, std::string_view name, const net::Reach& reach) {
  LANYARD_TRY(std::string text, json::string_or(document, name, ""));
  if (text.empty()) return text;
  const auto url = parse_url(text);
  if (!url.ok()) return wrong(cat("The metadata's ", name, " is not a usable URL."));
  if (url->scheme != "https" && !(reach.http && reach.loopback)) {
    return wrong(cat("The metadata's ", name, " is not https."));
  }
  return text;
}

std::vector<std::string> words(const json::Object& document, std::string_view name) {
  std::vector<std::string> out;
  const json::Value* value = document.find(name);
  const json::Array* array = value == nullptr ? nullptr : value->as_array();
  if (array == nullptr) return out;
  for (const auto& item : *array) {
    if (const auto* text = item.as_string()) out.push_back(*text);
  }
  return out;
}

std::string origin_of(std::string_view url) {
  const auto parsed = parse_url(url);
  return parsed.ok() ? parsed->origin() : std::string();
}

struct Endpoint {
  std::string_view name;
  std::string Metadata::*member;
};
constexpr Endpoint kEndpoints[] = {
    {"jwks_uri", &Metadata::jwks_uri},
    {"authorization_endpoint", &Metadata::authorization_endpoint},
    {"token_endpoint", &Metadata::token_endpoint},
    {"userinfo_endpoint", &Metadata::userinfo_endpoint},
    {"revocation_endpoint", &Metadata::revocation_endpoint},
    {"end_session_endpoint", &Metadata::end_session_endpoint},
};

net::Call get(const PublisherOptions& options, std::string url, std::size_t most_bytes) {
  net::Call call;
  call.url = std::move(url);
  call.headers = {{"Accept", "application/json, application/jwk-set+json"}};
  call.reach = options.reach;
  call.most_bytes = most_bytes;
  return call;
}

}  // namespace

std::vector<std::string> metadata_addresses(std::string_view issuer) {
  constexpr std::string_view openid = "/.well-known/openid-configuration";
  constexpr std::string_view oauth = "/.well-known/oauth-authorization-server";
  std::string_view base = issuer;
  if (base.ends_with('/')) base.remove_suffix(1);
  const auto slashes = base.find("://");
  const auto path_at = slashes == std::string_view::npos ? slashes : base.find('/', slashes + 3);
  const std::string_view host = base.substr(0, path_at);
  const std::string_view path = path_at == std::string_view::npos ? std::string_view() : base.substr(path_at);
  std::vector<std::string> out{cat(base, openid), cat(host, oauth, path)};
  if (!path.empty()) {
    out.push_back(cat(host, openid, path));
    out.push_back(cat(base, oauth));
  }
  return out;
}

Result<Metadata> read_metadata(std::string_view text, std::string_view issuer, const net::Reach& reach) {
  auto document = json::parse_object(text, {.bytes = kMostMetadataBytes, .depth = 16, .members = 10'000});
  if (!document.ok()) return wrong("The metadata is not a JSON object.");
  Metadata out;
  const auto named = json::get_string(*document, "issuer");
  // Byte for byte (RFC 8414 section 3.3): two issuers of one host must not stand in for each other.
  if (!named.ok() || *named != issuer) return wrong("The metadata is another issuer's.");
  out.issuer = *named;
  for (const auto& endpoint : kEndpoints) {
    auto url = address(*document, endpoint.name, reach);
    if (!url.ok()) {
      return url.error().code == Code::upstream
                 ? std::move(url).error()
                 : wrong(cat("The metadata's ", endpoint.name, " is not a text."));
    }
    out.*endpoint.member = std::move(*url);
  }
  if (out.jwks_uri.empty()) return wrong("The metadata names no jwks_uri.");
  const auto names_itself = json::bool_or(*document, "authorization_response_iss_parameter_supported", false);
  if (!names_itself.ok())
    return wrong("The metadata's authorization_response_iss_parameter_supported is no boolean.");
  out.names_itself_in_answers = *names_itself;
  out.token_endpoint_auth_methods = words(*document, "token_endpoint_auth_methods_supported");
  out.document = std::move(*document);
  return out;
}

std::string moved_endpoint(const Metadata& before, const Metadata& after, std::string_view issuer) {
  std::vector<std::string> known{origin_of(issuer)};
  for (const auto& endpoint : kEndpoints) known.push_back(origin_of(before.*endpoint.member));
  for (const auto& endpoint : kEndpoints) {
    const std::string& was = before.*endpoint.member;
    const std::string& is = after.*endpoint.member;
    if (is.empty()) continue;
    const std::string origin = origin_of(is);
    const bool fits =
        was.empty() ? std::find(known.begin(), known.end(), origin) != known.end() : origin == origin_of(was);
    if (!fits) return std::string(endpoint.name);
  }
  return {};
}

Result<Metadata> fetch_metadata(net::Client& client, const PublisherOptions& options) {
  // The first document that was there and wrong explains more than the places where none was.
  std::optional<Error> wrong_document;
  int status = 0;
  for (auto& url : metadata_addresses(options.issuer)) {
    // A host that does not answer is not asked four times.
    LANYARD_TRY(const net::Reply reply, client.send(get(options, std::move(url), kMostMetadataBytes)));
    if (reply.status != 200) {
      if (status == 0) status = reply.status;
      continue;
    }
    auto metadata = read_metadata(reply.body, options.issuer, options.reach);
    if (metadata.ok()) return metadata;
    if (!wrong_document) wrong_document = std::move(metadata).error();
  }
  if (wrong_document) return *std::move(wrong_document);
  return wrong(cat("The metadata was answered with status ", status, "."));
}

Result<crypto::KeySet> fetch_keys(net::Client& client, const PublisherOptions& options,
                                  const std::string& jwks_uri) {
  LANYARD_TRY(const net::Reply reply, client.send(get(options, jwks_uri, 1 << 20)));
  if (reply.status != 200) return wrong(cat("The key set was answered with status ", reply.status, "."));
  auto keys = crypto::parse_jwk_set(reply.body);
  if (!keys.ok()) return wrong("The key set is not a JSON Web Key Set.");
  if (keys->keys.empty()) {
    return wrong(keys->refused.empty() ? "The key set is empty."
                                       : cat("The key set has no usable key (", keys->refused.front(), ")."));
  }
  return keys;
}

}  // namespace lanyard::issuers
