#include "platform/net/request_rules.h"

#include <algorithm>
#include <array>

#include "base/text.h"

namespace lanyard::net {
namespace {

constexpr std::array<bool, 256> make_token_table() {
  std::array<bool, 256> table{};
  for (const char c :
       std::string_view("!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")) {
    table[static_cast<unsigned char>(c)] = true;
  }
  return table;
}
constexpr auto kToken = make_token_table();

constexpr int digit_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// "." and "..", also with path parameters behind them, which some servers cut off before they resolve the
// path.
bool is_dot_segment(std::string_view segment) {
  segment = segment.substr(0, segment.find(';'));
  return segment == "." || segment == "..";
}

}  // namespace

bool is_token(std::string_view text) {
  bool good = !text.empty();
  for (const char c : text) good = good && kToken[static_cast<unsigned char>(c)];
  return good;
}

bool is_field_value(std::string_view text) {
  // Without an early exit and without a short circuit, so that the compiler looks at many bytes at once.
  unsigned char bad = 0;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const unsigned char control = byte < 0x20 ? 1 : 0, tab = byte == '\t' ? 1 : 0, del = byte == 0x7F ? 1 : 0;
    bad = static_cast<unsigned char>(bad | (control ^ tab) | del);
  }
  return bad == 0;
}

bool same_name(std::string_view text, std::string_view lower) {
  if (text.size() != lower.size()) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if ((c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c) != lower[i]) return false;
  }
  return true;
}

Method parse_method(std::string_view text) {
  switch (text.size()) {
    case 3:
      return text == "GET" ? Method::get : text == "PUT" ? Method::put : Method::other;
    case 4:
      return text == "POST" ? Method::post : text == "HEAD" ? Method::head : Method::other;
    case 5:
      return text == "PATCH" ? Method::patch : Method::other;
    case 6:
      return text == "DELETE" ? Method::del : Method::other;
    case 7:
      return text == "OPTIONS" ? Method::options : Method::other;
    default:
      return Method::other;
  }
}

std::optional<std::uint64_t> parse_length(std::string_view text) {
  if (text.empty() || text.size() > 18 || (text.size() > 1 && text.front() == '0')) return std::nullopt;
  std::uint64_t value = 0;
  for (const char c : text) {
    if (!is_digit(c)) return std::nullopt;
    value = value * 10 + static_cast<std::uint64_t>(c - '0');
  }
  return value;
}

bool is_host(std::string_view text) {
  std::string_view port;
  bool has_port = false;
  if (text.starts_with('[')) {
    const std::size_t close = text.find(']');
    if (close == std::string_view::npos || close < 3) return false;
    for (const char c : text.substr(1, close - 1)) {
      if (digit_value(c) < 0 && c != ':' && c != '.') return false;
    }
    const std::string_view rest = text.substr(close + 1);
    if (!rest.empty() && rest.front() != ':') return false;
    has_port = !rest.empty();
    if (has_port) port = rest.substr(1);
  } else {
    const std::size_t colon = text.find(':');
    const std::string_view name = text.substr(0, colon);
    has_port = colon != std::string_view::npos;
    if (has_port) port = text.substr(colon + 1);
    if (name.empty() || name.size() > 255) return false;
    for (const char c : name) {
      const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
      if (!letter && !is_digit(c) && c != '.' && c != '-' && c != '_') return false;
    }
  }
  if (!has_port) return true;
  if (port.empty() || port.size() > 5) return false;
  unsigned number = 0;
  for (const char c : port) {
    if (!is_digit(c)) return false;
    number = number * 10 + static_cast<unsigned>(c - '0');
  }
  return number <= 65535;
}

std::optional<std::string_view> normalise_path(std::string_view raw, std::string& memory) {
  if (raw.empty() || raw.front() != '/') return std::nullopt;
  bool plain = true;  // nothing to decode, nothing to look at closely
  char before = 0;
  for (const char c : raw) {
    if (c == '\\' || (c == '/' && before == '/')) return std::nullopt;
    if (c == '%' || (c == '.' && before == '/')) plain = false;
    before = c;
  }
  if (plain) return raw;

  memory.clear();
  memory.reserve(raw.size());
  for (std::size_t i = 0; i < raw.size(); ++i) {
    char c = raw[i];
    if (c == '%') {
      if (raw.size() - i < 3) return std::nullopt;
      const int high = digit_value(raw[i + 1]);
      const int low = digit_value(raw[i + 2]);
      if (high < 0 || low < 0) return std::nullopt;
      c = static_cast<char>(high * 16 + low);
      if (c == '/' || c == '\\') return std::nullopt;
      i += 2;
    }
    memory.push_back(c);
  }
  if (has_control(memory) || !is_utf8(memory)) return std::nullopt;
  for (const std::string_view segment : split(memory, '/')) {
    if (is_dot_segment(segment)) return std::nullopt;
  }
  return std::string_view(memory);
}

}  // namespace lanyard::net
