#include "doors/oauth/errors.h"

#include <utility>

#include "base/json.h"
#include "base/text.h"

namespace lanyard::doors::oauth {
namespace {

constexpr std::size_t kLongest = 400;
constexpr int kWait = 5;

OauthError make(std::string_view word, std::string_view text, int status = 400) {
  return {.error = std::string(word), .description = std::string(text), .status = status};
}

std::string sentence_of(const Error& error) {
  return error.hint.empty() ? error.message : cat(error.message, " ", error.hint);
}

// What is our own trouble, whatever the endpoint; nothing for what is the other side's.
std::optional<OauthError> own_trouble(const Error& error) {
  switch (error.code) {
    case Code::unavailable:
    case Code::upstream:
      return temporarily_unavailable("This can not be done at the moment. Send the same request again.");
    case Code::internal:
      return server_error("The service met a fault. If it stays, report the time and the request's id.");
    case Code::too_many: {
      OauthError busy = make("temporarily_unavailable", sentence_of(error), 429);
      busy.retry_after = kWait;
      return busy;
    }
    default:
      return std::nullopt;
  }
}

}  // namespace

OauthError invalid_request(std::string_view text) {
  return make("invalid_request", text);
}
OauthError invalid_client(std::string_view text) {
  return make("invalid_client", text);
}
OauthError invalid_grant(std::string_view text) {
  return make("invalid_grant", text);
}
OauthError unauthorized_client(std::string_view text) {
  return make("unauthorized_client", text);
}
OauthError unsupported_grant_type(std::string_view text) {
  return make("unsupported_grant_type", text);
}
OauthError invalid_scope(std::string_view text) {
  return make("invalid_scope", text);
}
OauthError invalid_target(std::string_view text) {
  return make("invalid_target", text);
}
OauthError access_denied(std::string_view text) {
  return make("access_denied", text);
}
OauthError server_error(std::string_view text) {
  return make("server_error", text, 500);
}
OauthError temporarily_unavailable(std::string_view text) {
  OauthError error = make("temporarily_unavailable", text, 503);
  error.retry_after = kWait;
  return error;
}
OauthError invalid_dpop_proof(std::string_view text) {
  return make("invalid_dpop_proof", text);
}
OauthError use_dpop_nonce(std::string nonce) {
  OauthError error =
      make("use_dpop_nonce", "The proof needs the nonce that is in the header DPoP-Nonce of this answer.");
  error.dpop_nonce = std::move(nonce);
  return error;
}

OauthError from_error(const Error& error) {
  const std::string text = sentence_of(error);
  switch (error.code) {
    case Code::invalid:
    case Code::too_large:
      return from_error(error, invalid_request(text));
    case Code::forbidden:
      return from_error(error, access_denied(text));
    default:
      return from_error(error, invalid_grant(text));
  }
}

OauthError from_error(const Error& error, OauthError refusal) {
  if (auto trouble = own_trouble(error)) return std::move(*trouble);
  return refusal;
}

std::string description_text(std::string_view text) {
  std::string out(text.substr(0, kLongest));
  for (char& c : out) {
    if (c == '"') c = '\'';
    if (c < 0x20 || c > 0x7E || c == '\\') c = '?';
  }
  return out;
}

net::Response error_answer(const OauthError& error) {
  json::Object document{{"error", error.error}};
  if (!error.description.empty()) document.set("error_description", description_text(error.description));
  net::Response response = net::Response::json(error.status, json::write(document));
  response.header("Cache-Control", "no-store").header("Pragma", "no-cache");  // RFC 6749 section 5.1
  if (!error.www_authenticate.empty()) response.header("WWW-Authenticate", error.www_authenticate);
  if (error.retry_after > 0) response.header("Retry-After", cat(error.retry_after));
  if (!error.dpop_nonce.empty()) response.header("DPoP-Nonce", error.dpop_nonce);
  return response;
}

Form redirect_parameters(const OauthError& error, const std::optional<std::string>& state,
                         std::string_view issuer) {
  Form form{{"error", error.error}};
  if (!error.description.empty()) form.add("error_description", description_text(error.description));
  if (state) form.add("state", *state);
  form.add("iss", std::string(issuer));
  return form;
}

}  // namespace lanyard::doors::oauth
