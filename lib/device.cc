#include "lib/device.h"

#include <algorithm>

#include "base/json.h"
#include "base/text.h"

namespace lanyard::lib {
namespace {

constexpr std::string_view kGrant = "urn:ietf:params:oauth:grant-type:device_code";
constexpr Duration kSlower = std::chrono::seconds(5);
constexpr Duration kSlowest = std::chrono::seconds(60);

Error wrong(std::string message) {
  return make_error(Code::upstream, std::move(message));
}

// An address that a person is to open: nothing in it may speak to the terminal.
Result<std::string> page(const json::Object& object, std::string_view name) {
  LANYARD_TRY(std::string text, json::string_or(object, name, ""));
  if (!text.empty() && !parse_url(text).ok())
    return wrong(cat("The server's ", name, " is not a usable URL."));
  return text;
}

Result<Duration> seconds_of(const json::Object& object, std::string_view name, std::int64_t fallback,
                            std::int64_t least, std::int64_t most) {
  const json::Value* value = object.find(name);
  if (value == nullptr || value->is_null()) return Duration(std::chrono::seconds(fallback));
  const std::int64_t* number = value->as_integer();
  if (number == nullptr || *number < 0)
    return wrong(cat("The server's ", name, " is not a number of seconds."));
  return Duration(std::chrono::seconds(std::clamp(*number, least, most)));
}

Result<DeviceCode> read_code(const json::Object& object) {
  DeviceCode code;
  auto secret = json::get_string(object, "device_code");
  const auto user_code = json::get_string(object, "user_code");
  if (!secret.ok() || !user_code.ok()) return wrong("The server gave no device_code and user_code.");
  code.device_code = Secret(std::move(*secret));
  code.user_code = *user_code;
  if (code.user_code.size() > 64 || has_control(code.user_code))
    return wrong("The server's user_code is not something to type.");
  LANYARD_TRY(code.verification_uri, page(object, "verification_uri"));
  LANYARD_TRY(code.complete_uri, page(object, "verification_uri_complete"));
  if (code.verification_uri.empty()) return wrong("The server gave no verification_uri.");
  LANYARD_TRY(code.life, seconds_of(object, "expires_in", 600, 1, 86'400));
  LANYARD_TRY(code.interval, seconds_of(object, "interval", 5, 1, 60));
  return code;
}

}  // namespace

Result<DeviceCode> begin_device_flow(const Caller& caller, const Metadata& metadata, const DeviceWish& wish) {
  if (metadata.device_authorization_endpoint.empty())
    return make_error(Code::upstream, cat(metadata.issuer, " has no device flow."),
                      "Make a token on its pages and name its file in BEARER_TOKEN_FILE.");
  Form form{{"client_id", wish.proof.client_id}, {"scope", wish.scope}};
  if (!wish.audience.empty()) form.add("audience", wish.audience);
  LANYARD_TRY(const net::Reply reply,
              post_form(caller, metadata.device_authorization_endpoint, std::move(form), wish.proof));
  const auto object = json::parse_object(reply.body);
  if (!object.ok())
    return wrong(cat("The server answered with status ", reply.status, " and no JSON object."));
  if (reply.status == 200) return read_code(*object);
  TokenAnswer refusal;
  const auto error = json::string_or(*object, "error", "");
  const auto description = json::string_or(*object, "error_description", "");
  if (error.ok()) refusal.error = *error;
  if (description.ok()) refusal.description = *description;
  return explain_error(refusal);
}

Result<Held> wait_for_approval(const Caller& caller, const Metadata& metadata, const DeviceWish& wish,
                               const DeviceCode& code, const Pause& pause) {
  const SteadyTime end = caller.clock.steady() + code.life;
  const Form form{{"grant_type", std::string(kGrant)},
                  {"device_code", std::string(code.device_code.reveal())}};
  Duration interval = code.interval;
  for (;;) {
    if (!pause(interval)) return make_error(Code::unavailable, "Interrupted.");
    if (caller.clock.steady() >= end) return explain_error({{}, "expired_token", {}});
    auto answer = ask_for_tokens(caller, metadata.token_endpoint, form, wish.proof);
    if (!answer.ok()) {
      if (answer.error().code != Code::unavailable) return answer.error();
      interval = std::min(interval * 2, std::max(kSlowest, interval));
      continue;
    }
    if (answer->granted) {
      Held held;
      held.issuer = metadata.issuer;
      held.organisation = wish.organisation;
      held.client_id = wish.proof.client_id;
      held.scope = wish.scope;
      held.audience = wish.audience;
      take(held, std::move(*answer->granted), caller.clock.now());
      return held;
    }
    if (answer->error == "slow_down") {
      interval += kSlower;
    } else if (answer->error != "authorization_pending") {
      return explain_error(*answer);
    }
  }
}

}  // namespace lanyard::lib
