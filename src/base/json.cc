#include "base/json.h"

#include <algorithm>
#include <limits>

#include "base/text.h"

namespace lanyard::json {
namespace {

Error wrong_kind(std::string_view name, std::string_view kind) {
  return make_error(Code::invalid, cat("\"", name, "\" must be ", kind, "."));
}

Error missing(std::string_view name) {
  return make_error(Code::invalid, cat("\"", name, "\" is missing."));
}

}  // namespace

Value::Value(std::uint64_t value)
    : state_(value <= static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())
                 ? State(static_cast<std::int64_t>(value))
                 : State(static_cast<double>(value))) {}

Object::Object(std::initializer_list<Field> fields) {
  members_.reserve(fields.size());
  for (const Field& field : fields) set(std::string(field.name), std::move(field.value));
}

Object Object::from_unique(std::vector<Member> members) {
  Object object;
  object.members_ = std::move(members);
  return object;
}

const Value* Object::find(std::string_view name) const {
  for (const Member& member : members_) {
    if (member.name == name) return &member.value;
  }
  return nullptr;
}

Value* Object::find(std::string_view name) {
  for (Member& member : members_) {
    if (member.name == name) return &member.value;
  }
  return nullptr;
}

void Object::set(std::string name, Value value) {
  if (Value* there = find(name)) {
    *there = std::move(value);
  } else {
    members_.push_back(Member{std::move(name), std::move(value)});
  }
}

bool Object::erase(std::string_view name) {
  return std::erase_if(members_, [&](const Member& member) { return member.name == name; }) > 0;
}

std::size_t Object::size() const {
  return members_.size();
}
std::vector<Member>::const_iterator Object::begin() const {
  return members_.begin();
}
std::vector<Member>::const_iterator Object::end() const {
  return members_.end();
}

bool operator==(const Object& a, const Object& b) {
  return a.size() == b.size() && std::ranges::all_of(a.members_, [&](const Member& member) {
           const Value* other = b.find(member.name);
           return other != nullptr && *other == member.value;
         });
}

Result<std::string> get_string(const Object& object, std::string_view name) {
  const Value* value = object.find(name);
  if (value == nullptr) return missing(name);
  const std::string* text = value->as_string();
  if (text == nullptr) return wrong_kind(name, "a string");
  return *text;
}

Result<std::int64_t> get_integer(const Object& object, std::string_view name) {
  const Value* value = object.find(name);
  if (value == nullptr) return missing(name);
  const std::int64_t* number = value->as_integer();
  if (number == nullptr) return wrong_kind(name, "a whole number");
  return *number;
}

Result<bool> get_bool(const Object& object, std::string_view name) {
  const Value* value = object.find(name);
  if (value == nullptr) return missing(name);
  const bool* flag = value->as_bool();
  if (flag == nullptr) return wrong_kind(name, "true or false");
  return *flag;
}

Result<std::string> string_or(const Object& object, std::string_view name, std::string_view fallback) {
  const Value* value = object.find(name);
  if (value == nullptr || value->is_null()) return std::string(fallback);
  return get_string(object, name);
}

Result<bool> bool_or(const Object& object, std::string_view name, bool fallback) {
  const Value* value = object.find(name);
  if (value == nullptr || value->is_null()) return fallback;
  return get_bool(object, name);
}

}  // namespace lanyard::json
