#include "doors/signin/upstream.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "platform/crypto/digest.h"

namespace lanyard::doors::signin {
namespace {

constexpr std::size_t kMostBytes = 256 * 1024;
constexpr json::Limits kLimits{.bytes = kMostBytes, .depth = 16, .members = 10'000};

constexpr std::array<std::string_view, 13> kOurs{
    "response_type", "response_mode", "client_id",      "redirect_uri",          "scope",
    "state",         "nonce",         "code_challenge", "code_challenge_method", "request",
    "request_uri",   "client_secret", "registration"};

Fault down(std::string reason) {
  return {Problem::provider_down, std::move(reason)};
}
Fault wrong(std::string reason) {
  return {Problem::wrong_answer, std::move(reason)};
}

// RFC 6749 appendix B: a form's encoding, in which a space is "+".
std::string form_encode(std::string_view text) {
  std::string out;
  for (const std::string_view part : split(text, ' ')) out.append(percent_encode(part)).push_back('+');
  out.pop_back();
  return out;
}

bool offers(const issuers::Metadata& metadata, std::string_view method) {
  return std::ranges::find(metadata.token_endpoint_auth_methods, method) !=
         metadata.token_endpoint_auth_methods.end();
}

// RFC 6749 section 2.3.1, exactly one way.
Checked authenticate(const Provider& provider, const issuers::Metadata& metadata, net::Call& call,
                     Form& form) {
  if (provider.client_secret.empty()) {
    form.add("client_id", provider.client_id);
    return {};
  }
  if (metadata.token_endpoint_auth_methods.empty() || offers(metadata, "client_secret_basic")) {
    const std::string pair =
        cat(form_encode(provider.client_id), ':', form_encode(provider.client_secret.reveal()));
    call.headers.emplace_back("Authorization", cat("Basic ", base64_encode(pair)));
    return {};
  }
  if (offers(metadata, "client_secret_post")) {
    form.add("client_id", provider.client_id);
    form.add("client_secret", std::string(provider.client_secret.reveal()));
    return {};
  }
  return down("token endpoint: it takes a secret in no way that we know");
}

// A short word of a counterpart, fit for the log: error codes have these characters (RFC 6749 section 5.2).
std::string error_word(const net::Reply& reply) {
  const auto object = json::parse_object(reply.body, kLimits);
  if (!object) return "";
  std::string word = json::string_or(*object, "error", "").ok() ? *json::string_or(*object, "error", "") : "";
  if (word.size() > 64 || !std::ranges::all_of(word, [](char c) { return c > 0x20 && c < 0x7F; })) return "";
  return word;
}

Checked read_object(const Result<net::Reply>& reply, std::string_view who, json::Object& object) {
  if (!reply) {
    return reply.error().code == Code::upstream ? wrong(cat(who, ": ", reply.error().message))
                                                : down(cat(who, ": ", reply.error().message));
  }
  if (reply->status >= 500) return down(cat(who, ": status ", reply->status));
  if (reply->status != 200) {
    const std::string word = error_word(*reply);
    // The code was good when it came, so it is too old now, or somebody else used it.
    if (word == "invalid_grant") return Fault{Problem::expired, cat(who, ": invalid_grant")};
    return wrong(cat(who, ": status ", reply->status, word.empty() ? "" : ", ", word));
  }
  if (reply->content_type != "application/json") return wrong(cat(who, ": the answer is no JSON"));
  auto parsed = json::parse_object(reply->body, kLimits);
  if (!parsed) return wrong(cat(who, ": ", parsed.error().message));
  object = std::move(*parsed);
  return {};
}

std::string text_member(const json::Object& object, std::string_view name) {
  const json::Value* value = object.find(name);
  return value != nullptr && value->as_string() != nullptr ? *value->as_string() : std::string();
}

// RFC 6750 section 2.1: what may stand behind "Bearer".
bool is_bearer(std::string_view text) {
  return !text.empty() && text.size() <= 16 * 1024 &&
         std::ranges::all_of(text, [](char c) { return c > 0x20 && c < 0x7F; });
}

}  // namespace

std::string callback_url(const Settings& settings, const Provider& provider) {
  return cat(settings.public_url, "/login/callback/", provider.id);
}

Result<std::string> authorize_url(const Provider& provider, const issuers::Metadata& metadata,
                                  const Settings& settings, const Begun& begun, std::string_view state) {
  const auto url = parse_url(metadata.authorization_endpoint);
  if (!url || (url->scheme != "https" && !(provider.reach.http && url->is_loopback())))
    return make_error(Code::upstream, "authorization_endpoint: not an https address");
  Form form{{"response_type", "code"},
            {"client_id", provider.client_id},
            {"redirect_uri", callback_url(settings, provider)},
            {"scope", provider.scopes.empty() ? std::string("openid") : join(provider.scopes, " ")},
            {"state", std::string(state)},
            {"nonce", begun.nonce},
            {"code_challenge", base64url_encode(crypto::sha256_bytes(begun.verifier))},
            {"code_challenge_method", "S256"}};
  for (const auto& [name, value] : provider.authorize_parameters) {
    if (std::ranges::find(kOurs, name) == kOurs.end()) form.add(name, value);
  }
  return with_query(metadata.authorization_endpoint, form);
}

Checked redeem_code(net::Client& outside, const Provider& provider, const issuers::Metadata& metadata,
                    const Settings& settings, const Begun& begun, std::string_view code,
                    TokenAnswer& answer) {
  net::Call call;
  call.method = "POST";
  call.url = metadata.token_endpoint;
  call.reach = provider.reach;
  call.most_bytes = kMostBytes;
  Form form{{"grant_type", "authorization_code"},
            {"code", std::string(code)},
            {"redirect_uri", callback_url(settings, provider)},
            {"code_verifier", begun.verifier}};
  if (Checked fault = authenticate(provider, metadata, call, form)) return fault;
  call.headers.emplace_back("Content-Type", "application/x-www-form-urlencoded");
  call.headers.emplace_back("Accept", "application/json");
  call.body = form.encode();
  json::Object object;
  if (Checked fault = read_object(outside.send(call), "token endpoint", object)) return fault;
  answer.id_token = text_member(object, "id_token");
  if (answer.id_token.empty()) return wrong("token endpoint: no ID token came");
  answer.access_token = text_member(object, "access_token");
  return {};
}

Checked fetch_userinfo(net::Client& outside, const Provider& provider, const issuers::Metadata& metadata,
                       std::string_view access_token, std::string_view subject, json::Object& userinfo) {
  if (!is_bearer(access_token)) return wrong("userinfo: no access token came that could be used");
  net::Call call;
  call.url = metadata.userinfo_endpoint;
  call.reach = provider.reach;
  call.most_bytes = kMostBytes;
  call.headers.emplace_back("Authorization", cat("Bearer ", access_token));
  call.headers.emplace_back("Accept", "application/json");
  if (Checked fault = read_object(outside.send(call), "userinfo", userinfo)) return fault;
  if (text_member(userinfo, "sub") != subject) return wrong("userinfo: sub is not the ID token's");
  return {};
}

}  // namespace lanyard::doors::signin
