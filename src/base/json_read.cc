// The strict reader: Boost.JSON finds the tokens and checks UTF-8 and depth; the rest of the promise is kept
// here.
#include <algorithm>
#include <boost/json/basic_parser_impl.hpp>
#include <charconv>
#include <cmath>
#include <iterator>
#include <limits>

#include "base/json.h"
#include "base/text.h"

namespace lanyard::json {
namespace {

namespace bj = boost::json;
using bj::error_code;
using Text = bj::string_view;

enum class Fault { none, duplicate, not_finite, too_many };

// Keeps finished values on one stack; an object or an array takes its own from the top when it closes.
class Builder {
 public:
  static constexpr std::size_t max_object_size = std::numeric_limits<std::size_t>::max();
  static constexpr std::size_t max_array_size = std::numeric_limits<std::size_t>::max();
  static constexpr std::size_t max_key_size = std::numeric_limits<std::size_t>::max();
  static constexpr std::size_t max_string_size = std::numeric_limits<std::size_t>::max();

  explicit Builder(std::size_t most) : left_(most) { stack_.reserve(12); }

  Fault fault() const { return fault_; }
  Value take() { return std::move(stack_.front().value); }

  bool on_document_begin(error_code&) { return true; }
  bool on_document_end(error_code&) { return true; }
  bool on_array_begin(error_code& ec) { return open(ec); }
  bool on_object_begin(error_code& ec) { return open(ec); }

  bool on_array_end(std::size_t, error_code&) {
    const auto first = opened();
    Array array;
    array.reserve(static_cast<std::size_t>(stack_.end() - first));
    for (auto it = first; it != stack_.end(); ++it) array.push_back(std::move(it->value));
    close(first, Value(std::move(array)));
    return true;
  }

  bool on_object_end(std::size_t, error_code& ec) {
    const auto first = opened();
    if (!names_are_unique(first, stack_.end())) return fail(Fault::duplicate, ec);
    std::vector<Member> members(std::make_move_iterator(first), std::make_move_iterator(stack_.end()));
    close(first, Value(Object::from_unique(std::move(members))));
    return true;
  }

  bool on_key_part(Text part, std::size_t, error_code&) { return collect(part); }
  bool on_key(Text part, std::size_t, error_code&) {
    stack_.emplace_back();
    stack_.back().name = finish(part);
    named_ = true;
    return true;
  }

  bool on_string_part(Text part, std::size_t, error_code&) { return collect(part); }
  bool on_string(Text part, std::size_t, error_code& ec) { return add(Value(finish(part)), ec); }

  bool on_number_part(Text part, error_code&) { return collect(part); }
  bool on_int64(std::int64_t number, Text, error_code& ec) {
    partial_.clear();
    return add(Value(number), ec);
  }
  bool on_uint64(std::uint64_t number, Text, error_code& ec) {
    partial_.clear();
    return add(Value(number), ec);
  }
  // Boost.JSON's own conversion may miss the nearest double and lets infinity through: "1e400" would be a
  // date that never comes.
  bool on_double(double near, Text part, error_code& ec) {
    const std::string text = finish(part);
    double number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error == std::errc::result_out_of_range && std::abs(near) < 1) {
      number = 0;
    } else if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(number)) {
      return fail(Fault::not_finite, ec);
    }
    return add(Value(number), ec);
  }

  bool on_bool(bool flag, error_code& ec) { return add(Value(flag), ec); }
  bool on_null(error_code& ec) { return add(Value(), ec); }
  bool on_comment_part(Text, error_code&) { return true; }
  bool on_comment(Text, error_code&) { return true; }

 private:
  using Place = std::vector<Member>::iterator;

  bool fail(Fault fault, error_code& ec) {
    fault_ = fault;
    ec = bj::error::exception;
    return false;
  }

  bool collect(Text part) {
    partial_.append(part.data(), part.size());
    return true;
  }

  std::string finish(Text part) {
    if (partial_.empty()) return std::string(part.data(), part.size());
    partial_.append(part.data(), part.size());
    return std::exchange(partial_, {});
  }

  bool add(Value value, error_code& ec) {
    if (left_ == 0) return fail(Fault::too_many, ec);
    --left_;
    if (!named_) stack_.emplace_back();
    stack_.back().value = std::move(value);
    named_ = false;
    return true;
  }

  // Leaves an entry on the stack that carries the name and gets the value when it closes.
  bool open(error_code& ec) {
    if (!add(Value(), ec)) return false;
    opened_.push_back(stack_.size());
    return true;
  }
  Place opened() { return stack_.begin() + static_cast<std::ptrdiff_t>(opened_.back()); }
  void close(Place first, Value value) {
    stack_.erase(first, stack_.end());
    opened_.pop_back();
    stack_.back().value = std::move(value);
  }

  // Sorting above a few members: comparing all pairs of 100,000 names would be a way to keep a core busy.
  static bool names_are_unique(Place first, Place last) {
    if (last - first <= 24) {
      for (auto a = first; a != last; ++a) {
        for (auto b = first; b != a; ++b) {
          if (a->name == b->name) return false;
        }
      }
      return true;
    }
    std::vector<std::string_view> names;
    names.reserve(static_cast<std::size_t>(last - first));
    for (auto it = first; it != last; ++it) names.emplace_back(it->name);
    std::ranges::sort(names);
    return std::ranges::adjacent_find(names) == names.end();
  }

  std::vector<Member> stack_;
  std::vector<std::size_t> opened_;
  std::string partial_;
  std::size_t left_;
  Fault fault_ = Fault::none;
  bool named_ = false;  // the entry on top has its name and waits for its value
};

Error bad_json(std::string_view what, std::size_t offset) {
  return make_error(Code::invalid, cat("This is not valid JSON: ", what, " at byte ", offset, "."));
}

Error explain(const error_code& ec, Fault fault, std::size_t offset, const Limits& limits) {
  switch (fault) {
    case Fault::duplicate:
      return bad_json("the object has a member twice, it ends", offset);
    case Fault::not_finite:
      return bad_json("a number is too large", offset);
    case Fault::too_many:
      return make_error(Code::too_large, cat("The JSON text has more than ", limits.members, " values."));
    case Fault::none:
      break;
  }
  if (ec == bj::error::too_deep) {
    return make_error(Code::too_large, cat("The JSON text is nested deeper than ", limits.depth, " levels."));
  }
  if (ec == bj::error::incomplete) return bad_json("it ends too early", offset);
  if (ec == bj::error::illegal_leading_surrogate || ec == bj::error::illegal_trailing_surrogate ||
      ec == bj::error::expected_hex_digit || ec == bj::error::expected_utf16_escape) {
    return bad_json("a wrong escape in a string", offset);
  }
  if (ec == bj::error::exponent_overflow) return bad_json("a number is too large", offset);
  return bad_json("unexpected text", offset);
}

}  // namespace

Result<Value> parse(std::string_view text, const Limits& limits) {
  if (text.size() > limits.bytes) {
    return make_error(Code::too_large, cat("The JSON text is longer than ", limits.bytes, " bytes."));
  }
  bj::parse_options options;
  options.max_depth = limits.depth;
  bj::basic_parser<Builder> parser(options, limits.members);
  error_code ec;
  const std::size_t used = parser.write_some(false, text.data(), text.size(), ec);
  if (ec) return explain(ec, parser.handler().fault(), used, limits);
  if (used != text.size()) return bad_json("something follows the value", used);
  return parser.handler().take();
}

Result<Object> parse_object(std::string_view text, const Limits& limits) {
  LANYARD_TRY(Value value, parse(text, limits));
  Object* object = value.as_object();
  if (object == nullptr) return make_error(Code::invalid, "The JSON text must be an object.");
  return std::move(*object);
}

}  // namespace lanyard::json
