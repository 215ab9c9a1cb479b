#include "lib/oauth.h"

#include <algorithm>

#include "base/json.h"
#include "base/text.h"

namespace lanyard::lib {
namespace {

// Name and secret are encoded as in a form before they are joined (RFC 6749 section 2.3.1).
std::string basic(const ClientProof& proof) {
  return cat("Basic ",
             base64_encode(cat(percent_encode(proof.client_id), ":", percent_encode(proof.secret.reveal()))));
}

net::Call post(const Caller& caller, const std::string& endpoint, Form form, const ClientProof& proof) {
  net::Call call;
  call.method = "POST";
  call.url = endpoint;
  call.headers = {{"Content-Type", "application/x-www-form-urlencoded"}, {"Accept", "application/json"}};
  const bool in_header = !proof.secret.empty() && !proof.in_body;
  if (in_header) call.headers.emplace_back("Authorization", basic(proof));
  if (!in_header && !form.find("client_id").value().has_value()) form.add("client_id", proof.client_id);
  if (!proof.secret.empty() && proof.in_body) form.add("client_secret", std::string(proof.secret.reveal()));
  call.body = form.encode();
  call.reach = caller.reach;
  call.time_limit = std::chrono::seconds(30);
  return call;
}

Error wrong(std::string message) {
  return make_error(Code::upstream, std::move(message));
}

Result<Granted> read_granted(const json::Object& object) {
  Granted granted;
  const auto type = json::string_or(object, "token_type", "");
  // RFC 6749 section 7.1: a token of a type that is not understood must not be used.
  if (!type.ok() || !equal_ignoring_case(*type, "bearer"))
    return wrong("The server gave a token that is not a bearer token.");
  for (const auto& [name, target] :
       {std::pair<std::string_view, Secret*>{"access_token", &granted.access_token},
        {"id_token", &granted.id_token},
        {"refresh_token", &granted.refresh_token}}) {
    auto value = json::string_or(object, name, "");
    if (!value.ok()) return wrong(cat("The server's ", name, " is not a text."));
    if (!value->empty() && !can_be_token(*value))
      return wrong(cat("The server's ", name, " is not a token."));
    *target = Secret(std::move(*value));
  }
  if (granted.access_token.empty()) return wrong("The server gave no access_token.");
  if (const json::Value* scope = object.find("scope"); scope != nullptr && scope->as_string() != nullptr)
    granted.scope = *scope->as_string();
  if (const json::Value* life = object.find("expires_in"); life != nullptr && !life->is_null()) {
    const std::int64_t* seconds = life->as_integer();
    if (seconds == nullptr || *seconds < 0)
      return wrong("The server's expires_in is not a number of seconds.");
    granted.life = std::chrono::seconds(std::min<std::int64_t>(*seconds, 10LL * 366 * 86'400));
  }
  return granted;
}

}  // namespace

Result<net::Reply> post_form(const Caller& caller, const std::string& endpoint, Form form,
                             const ClientProof& proof) {
  return caller.client.send(post(caller, endpoint, std::move(form), proof));
}

Result<TokenAnswer> ask_for_tokens(const Caller& caller, const std::string& endpoint, const Form& form,
                                   const ClientProof& proof) {
  if (endpoint.empty()) return wrong("The issuer's metadata names no token_endpoint.");
  LANYARD_TRY(const net::Reply reply, post_form(caller, endpoint, form, proof));
  if (reply.status == 503 || reply.status == 429)
    return make_error(Code::unavailable, cat("The server is busy (status ", reply.status, ")."),
                      "Try later.");
  const auto object = json::parse_object(reply.body);
  if (!object.ok())
    return wrong(cat("The server answered with status ", reply.status, " and no JSON object."));
  TokenAnswer answer;
  if (reply.status == 200) {
    LANYARD_TRY(answer.granted, read_granted(*object));
    return answer;
  }
  const auto error = json::get_string(*object, "error");
  if (!error.ok()) return wrong(cat("The server answered with status ", reply.status, " and no reason."));
  answer.error = *error;
  const auto description = json::string_or(*object, "error_description", "");
  if (description.ok()) answer.description = *description;
  return answer;
}

void take(Held& held, Granted granted, Time now) {
  held.access_token = std::move(granted.access_token);
  if (!granted.id_token.empty()) held.id_token = std::move(granted.id_token);
  if (!granted.refresh_token.empty()) held.refresh_token = std::move(granted.refresh_token);
  if (granted.scope) held.scope = *granted.scope;
  held.obtained_at = now;
  held.expires_at.reset();
  if (granted.life) held.expires_at = now + *granted.life;
}

Error explain_error(const TokenAnswer& answer) {
  const std::string& error = answer.error;
  if (error == "access_denied")
    return make_error(Code::forbidden, "The request was turned down on the page.", answer.description);
  if (error == "expired_token")
    return make_error(Code::expired, "Nobody approved in time: the code has expired.",
                      "Run lanyard login again.");
  if (error == "invalid_grant")
    return make_error(Code::unauthenticated, "This sign-in has ended.", "Run lanyard login again.");
  if (error == "invalid_client" || error == "unauthorized_client")
    return make_error(Code::forbidden, "The server does not know this client, or it may not do this.",
                      "Name another one with --client-id, or ask who runs the server.");
  if (error == "invalid_scope")
    return make_error(Code::invalid, "The client may not ask for this scope.", answer.description);
  return make_error(Code::upstream, cat("The server said \"", error, "\"."), answer.description);
}

Status revoke(const Caller& caller, const Metadata& metadata, const Held& held, const ClientProof& proof) {
  if (metadata.revocation_endpoint.empty()) return {};
  struct Part {
    const Secret& token;
    std::string_view hint;
  };
  // The refresh token first: with it everything that was made from it ends.
  for (const Part& part :
       {Part{held.refresh_token, "refresh_token"}, Part{held.access_token, "access_token"}}) {
    if (part.token.empty()) continue;
    const Form form{{"token", std::string(part.token.reveal())}, {"token_type_hint", std::string(part.hint)}};
    LANYARD_TRY(const net::Reply reply, post_form(caller, metadata.revocation_endpoint, form, proof));
    if (reply.status == 200 || reply.status == 204) continue;
    const auto object = json::parse_object(reply.body);
    const auto error =
        object.ok() ? json::string_or(*object, "error", "") : Result<std::string>(std::string());
    // RFC 7009 section 2.2.1: some servers can not revoke tokens that nobody stores.
    if (error.ok() && *error == "unsupported_token_type") continue;
    return wrong(cat("The server did not revoke the ", part.hint, " (status ", reply.status, ")."));
  }
  return {};
}

}  // namespace lanyard::lib
