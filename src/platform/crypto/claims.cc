#include "platform/crypto/claims.h"

#include <cmath>

#include "base/text.h"

namespace lanyard::crypto {
namespace {

constexpr double kLastSecond = 253'402'300'799;  // the end of the year 9999

}  // namespace

Result<std::optional<Time>> numeric_date(const json::Object& claims, std::string_view name) {
  const json::Value* value = claims.find(name);
  if (value == nullptr) return std::optional<Time>();
  double seconds = 0;
  if (const auto* whole = value->as_integer()) {
    seconds = static_cast<double>(*whole);
  } else if (const auto* part = value->as_double()) {
    seconds = *part;
  } else {
    return make_error(Code::invalid, cat(name, " is not a number"));
  }
  if (!std::isfinite(seconds) || seconds < 0 || seconds > kLastSecond)
    return make_error(Code::invalid, cat(name, " is not a usable time"));
  return std::optional<Time>(from_micros(static_cast<std::int64_t>(seconds * 1e6)));
}

const std::string* text_claim(const json::Object& claims, std::string_view name) {
  const json::Value* value = claims.find(name);
  return value == nullptr ? nullptr : value->as_string();
}

}  // namespace lanyard::crypto
