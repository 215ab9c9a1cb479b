#include "lib/claims.h"

#include <cmath>

#include "base/text.h"
#include "platform/crypto/jws.h"

namespace lanyard::lib {
namespace {

constexpr std::int64_t kLastSecond = 253'402'300'799;  // the end of the year 9999

std::string text(const json::Object& all, std::initializer_list<std::string_view> names) {
  for (const std::string_view name : names) {
    const json::Value* value = all.find(name);
    if (value != nullptr && value->as_string() != nullptr) return *value->as_string();
  }
  return "";
}

// A list of texts; one text alone counts as a list of its words or of itself.
std::vector<std::string> texts(const json::Object& all, std::string_view name, bool words) {
  std::vector<std::string> out;
  const json::Value* value = all.find(name);
  if (value == nullptr) return out;
  if (const std::string* one = value->as_string()) {
    if (!words) return {*one};
    for (const std::string_view word : split_words(*one)) out.emplace_back(word);
  } else if (const json::Array* several = value->as_array()) {
    for (const json::Value& item : *several) {
      if (item.as_string() != nullptr) out.push_back(*item.as_string());
    }
  }
  return out;
}

std::optional<Time> time(const json::Object& all, std::string_view name) {
  const json::Value* value = all.find(name);
  if (value == nullptr || !value->is_number()) return {};
  const double seconds =
      value->as_integer() != nullptr ? static_cast<double>(*value->as_integer()) : *value->as_double();
  if (!std::isfinite(seconds) || seconds < 0 || seconds > static_cast<double>(kLastSecond)) return {};
  return from_unix_seconds(static_cast<std::int64_t>(seconds));
}

}  // namespace

Claims claims_of(json::Object all) {
  Claims claims;
  claims.issuer = text(all, {"iss"});
  claims.subject = text(all, {"sub"});
  claims.name = text(all, {"name"});
  claims.email = text(all, {"email"});
  claims.organisation = text(all, {"organisation_name", "organization_name", "organization", "organisation"});
  claims.groups = texts(all, all.find("groups") != nullptr ? "groups" : "wlcg.groups", false);
  claims.scopes = texts(all, all.find("scope") != nullptr ? "scope" : "scp", true);
  claims.audiences = texts(all, "aud", false);
  claims.valid_from = time(all, "iat");
  if (!claims.valid_from) claims.valid_from = time(all, "nbf");
  claims.expires = time(all, "exp");
  claims.all = std::move(all);
  return claims;
}

Result<Claims> read_claims(std::string_view token) {
  const auto jws = crypto::parse_jws(token);
  if (!jws.ok())
    return make_error(Code::invalid, cat("This token can not be read: ", jws.error().message, "."));
  auto all =
      json::parse_object(jws->payload, {.bytes = crypto::kMaxTokenBytes, .depth = 16, .members = 2'000});
  if (!all.ok()) return make_error(Code::invalid, "This token holds no JSON object.");
  return claims_of(std::move(*all));
}

}  // namespace lanyard::lib
