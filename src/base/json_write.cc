#include <array>
#include <charconv>
#include <cmath>

#include "base/json.h"
#include "base/text.h"

namespace lanyard::json {
namespace {

constexpr std::string_view kHex = "0123456789abcdef";

// 0: plain; 1: needs a look. Everything from 0x7F on is looked at, because UTF-8 is checked while it is
// copied.
constexpr std::array<bool, 256> make_special() {
  std::array<bool, 256> table{};
  for (std::size_t i = 0; i < table.size(); ++i) table[i] = i < 0x20 || i == '"' || i == '\\' || i >= 0x7F;
  return table;
}
constexpr auto kSpecial = make_special();

void append_escape(std::string& out, std::uint32_t unit) {
  out.append("\\u");
  for (int shift = 12; shift >= 0; shift -= 4) out.push_back(kHex[(unit >> shift) & 15]);
}

void append_ascii(std::string& out, char c) {
  switch (c) {
    case '"':
      out.append("\\\"");
      return;
    case '\\':
      out.append("\\\\");
      return;
    case '\n':
      out.append("\\n");
      return;
    case '\r':
      out.append("\\r");
      return;
    case '\t':
      out.append("\\t");
      return;
    default:
      append_escape(out, static_cast<unsigned char>(c));
  }
}

struct Character {
  std::uint32_t point = 0;
  std::size_t bytes = 0;  // 0: not UTF-8
};

Character decode(std::string_view text) {
  const auto first = static_cast<unsigned char>(text.front());
  const std::size_t bytes = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  if (text.size() < bytes || !is_utf8(text.substr(0, bytes))) return {};
  std::uint32_t point = first & (0xFFU >> (bytes + 1));
  for (std::size_t i = 1; i < bytes; ++i)
    point = (point << 6) | (static_cast<unsigned char>(text[i]) & 0x3FU);
  return {point, bytes};
}

// What a terminal, a log viewer or a script engine would obey instead of show.
bool acts(std::uint32_t point) {
  return point <= 0x9F || (point >= 0x2028 && point <= 0x202E) || (point >= 0x2066 && point <= 0x2069) ||
         point == 0xFEFF;
}

void append_double(std::string& out, double number) {
  if (!std::isfinite(number)) {
    out.append("null");
    return;
  }
  std::array<char, 32> buffer{};
  const char* end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), number).ptr;
  const std::string_view text(buffer.data(), static_cast<std::size_t>(end - buffer.data()));
  out.append(text);
  if (text.find_first_of(".e") == std::string_view::npos) out.append(".0");  // stays a double when read again
}

class Writer {
 public:
  Writer(std::string& out, bool pretty) : out_(out), pretty_(pretty) {}

  void value(const Value& v) {
    if (const auto* text = v.as_string()) {
      append_quoted(out_, *text);
    } else if (const auto* number = v.as_integer()) {
      text_detail::append_integer(out_, *number);
    } else if (const auto* members = v.as_object()) {
      object(*members);
    } else if (const auto* array = v.as_array()) {
      list('[', ']', *array, [this](const Value& item) { value(item); });
    } else if (const auto* flag = v.as_bool()) {
      out_.append(*flag ? "true" : "false");
    } else if (const auto* real = v.as_double()) {
      append_double(out_, *real);
    } else {
      out_.append("null");
    }
  }

  void object(const Object& members) {
    list('{', '}', members, [this](const Member& member) {
      append_quoted(out_, member.name);
      out_.append(pretty_ ? ": " : ":");
      value(member.value);
    });
  }

 private:
  template <class Items, class One>
  void list(char open, char close, const Items& items, One one) {
    out_.push_back(open);
    ++depth_;
    bool first = true;
    for (const auto& item : items) {
      if (!first) out_.push_back(',');
      first = false;
      line();
      one(item);
    }
    --depth_;
    if (!first) line();
    out_.push_back(close);
  }

  void line() {
    if (!pretty_) return;
    out_.push_back('\n');
    out_.append(depth_ * 2, ' ');
  }

  std::string& out_;
  bool pretty_;
  std::size_t depth_ = 0;
};

}  // namespace

void append_quoted(std::string& out, std::string_view text) {
  out.push_back('"');
  std::size_t from = 0;
  std::size_t at = 0;
  const auto flush = [&](std::size_t skip) {
    out.append(text.substr(from, at - from));
    at += skip;
    from = at;
  };
  while (at < text.size()) {
    const char c = text[at];
    if (!kSpecial[static_cast<unsigned char>(c)]) {
      ++at;
    } else if (static_cast<unsigned char>(c) < 0x80) {
      flush(1);
      append_ascii(out, c);
    } else if (const Character character = decode(text.substr(at)); character.bytes == 0) {
      flush(1);
      out.append("\xEF\xBF\xBD");
    } else if (acts(character.point)) {
      flush(character.bytes);
      append_escape(out, character.point);
    } else {
      at += character.bytes;
    }
  }
  flush(0);
  out.push_back('"');
}

void append(std::string& out, const Value& value) {
  Writer(out, false).value(value);
}

std::string write(const Value& value) {
  std::string out;
  append(out, value);
  return out;
}

std::string write(const Object& object) {
  std::string out;
  Writer(out, false).object(object);
  return out;
}

std::string write_pretty(const Value& value) {
  std::string out;
  Writer(out, true).value(value);
  out.push_back('\n');
  return out;
}

}  // namespace lanyard::json
