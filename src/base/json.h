// JSON as Lanyard reads and writes it. The reader is strict (RFC 8259, and then: no duplicate member, no
// number that is not finite, no unpaired surrogate, no byte-order mark, nothing after the value), because two
// readers that disagree about a text are a way in.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/result.h"

namespace lanyard::json {

class Value;
struct Member;
struct Field;
using Array = std::vector<Value>;

// Members in the order in which they were written; names are unique.
class Object {
 public:
  Object();
  // Takes the values out of the list: what is written in braces is moved, not copied.
  Object(std::initializer_list<Field> fields);
  // Where Member is known: a vector of it can not be copied or destroyed before.
  Object(const Object& other);
  Object(Object&& other) noexcept;
  Object& operator=(const Object& other);
  Object& operator=(Object&& other) noexcept;
  ~Object();
  // Takes members whose names the caller knows to be unique; nothing is compared.
  static Object from_unique(std::vector<Member> members);
  const Value* find(std::string_view name) const;  // nullptr when absent
  Value* find(std::string_view name);
  void set(std::string name, Value value);  // adds, or replaces in place
  bool erase(std::string_view name);
  std::size_t size() const;
  bool empty() const { return size() == 0; }
  std::vector<Member>::const_iterator begin() const;
  std::vector<Member>::const_iterator end() const;
  friend bool operator==(const Object& a, const Object& b);  // order does not matter

 private:
  std::vector<Member> members_;
};

class Value {
 public:
  Value() = default;  // null
  Value(std::nullptr_t) {}
  template <class B>
  requires std::same_as<B, bool> Value(B value) : state_(value) {}
  Value(int value) : state_(std::int64_t{value}) {}
  Value(std::int64_t value) : state_(value) {}
  Value(std::uint64_t value);  // beyond the signed range it is a double, as when read
  Value(double value) : state_(value) {}
  Value(std::string value) : state_(std::move(value)) {}
  Value(std::string_view value) : state_(std::string(value)) {}
  Value(const char* value) : state_(std::string(value)) {}
  Value(Array value) : state_(std::move(value)) {}
  Value(Object value) : state_(std::move(value)) {}

  bool is_null() const { return state_.index() == 0; }
  // nullptr when the value is of another kind. A number with a fraction or exponent, or beyond 64 bits, is a
  // double.
  const bool* as_bool() const { return std::get_if<bool>(&state_); }
  const std::int64_t* as_integer() const { return std::get_if<std::int64_t>(&state_); }
  const double* as_double() const { return std::get_if<double>(&state_); }
  const std::string* as_string() const { return std::get_if<std::string>(&state_); }
  const Array* as_array() const { return std::get_if<Array>(&state_); }
  const Object* as_object() const { return std::get_if<Object>(&state_); }
  Array* as_array() { return std::get_if<Array>(&state_); }
  Object* as_object() { return std::get_if<Object>(&state_); }
  bool is_number() const { return as_integer() != nullptr || as_double() != nullptr; }
  friend bool operator==(const Value&, const Value&) = default;

 private:
  using State = std::variant<std::monostate, bool, std::int64_t, double, std::string, Array, Object>;
  State state_;
};

struct Member {
  std::string name;
  Value value;
  friend bool operator==(const Member&, const Member&) = default;
};

// A member as it stands in braces. An initializer_list gives constant elements only; the value may be taken
// all the same.
struct Field {
  std::string_view name;
  mutable Value value;
};

inline Object::Object() = default;
inline Object::Object(const Object& other) = default;
inline Object::Object(Object&& other) noexcept = default;
inline Object& Object::operator=(const Object& other) = default;
inline Object& Object::operator=(Object&& other) noexcept = default;
inline Object::~Object() = default;

struct Limits {
  std::size_t bytes = 1 << 20;
  std::size_t depth = 32;
  std::size_t members = 100'000;  // values of all kinds together
};

// Code::too_large over a limit, Code::invalid with the byte offset otherwise.
Result<Value> parse(std::string_view text, const Limits& limits = {});
// The same, and the value must be an object.
Result<Object> parse_object(std::string_view text, const Limits& limits = {});

// One line. Bytes that are not UTF-8 become U+FFFD, a double that is not finite becomes null. Control
// characters, also those above U+007F, line separators and the marks that turn the direction of text are
// written as escapes.
std::string write(const Value& value);
std::string write(const Object& object);  // the same without making a value of it
void append(std::string& out, const Value& value);
std::string write_pretty(const Value& value);  // two spaces, for people
void append_quoted(std::string& out, std::string_view text);

// Reading members with one line each: the error names the member.
Result<std::string> get_string(const Object& object, std::string_view name);
Result<std::int64_t> get_integer(const Object& object, std::string_view name);
Result<bool> get_bool(const Object& object, std::string_view name);
// Absent or null gives the fallback; another kind is an error.
Result<std::string> string_or(const Object& object, std::string_view name, std::string_view fallback);
Result<bool> bool_or(const Object& object, std::string_view name, bool fallback);

}  // namespace lanyard::json
