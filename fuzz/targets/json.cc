// JSON: what was read is written and read again as the same value; no object has a member twice.
#include "base/json.h"

#include <set>

#include "base/text.h"
#include "fuzz/fuzz.h"

namespace lanyard::fuzz {
namespace {

constexpr json::Limits kLimits{.bytes = 4096, .depth = 12, .members = 300};

// Returns how many values there are.
std::size_t check(const json::Value& value, std::size_t depth) {
  std::size_t values = 1;
  if (const std::string* text = value.as_string()) HOLDS(is_utf8(*text));
  if (const json::Array* array = value.as_array()) {
    HOLDS(depth <= kLimits.depth);
    for (const json::Value& item : *array) values += check(item, depth + 1);
  }
  if (const json::Object* object = value.as_object()) {
    HOLDS(depth <= kLimits.depth);
    std::set<std::string_view> names;
    for (const json::Member& member : *object) {
      HOLDS(is_utf8(member.name) && names.insert(member.name).second);
      HOLDS(object->find(member.name) == &member.value);
      values += check(member.value, depth + 1);
    }
  }
  return values;
}

}  // namespace

void json(std::string_view input) {
  const auto parsed = json::parse(input, kLimits);
  HOLDS(json::parse_object(input, kLimits).ok() == (parsed.ok() && parsed->as_object() != nullptr));
  if (!parsed.ok()) {
    HOLDS(parsed.error().code == Code::invalid || parsed.error().code == Code::too_large);
    HOLDS(!parsed.error().message.empty());
    return;
  }
  HOLDS(check(*parsed, 1) <= kLimits.members);
  const std::string written = json::write(*parsed);
  HOLDS(is_utf8(written) && !has_control(written));
  const auto again = json::parse(written);
  HOLDS(again.ok() && *again == *parsed);
  HOLDS(json::write(*again) == written);
  const auto pretty = json::parse(json::write_pretty(*parsed));
  HOLDS(pretty.ok() && *pretty == *parsed);
  // Nothing may stand behind a value, and one byte less of a structure is none.
  HOLDS(!json::parse(cat(input, "x"), {}).ok());
  if (parsed->as_object() != nullptr || parsed->as_array() != nullptr)
    HOLDS(!json::parse(trim(input).substr(0, trim(input).size() - 1), {}).ok());
}

}  // namespace lanyard::fuzz
