#include "base/text.h"

#include <algorithm>
#include <array>

namespace lanyard {
namespace text_detail {

template <class I>
static void append_number(std::string& out, I value) {
  std::array<char, 24> buffer{};
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value).ptr;
  out.append(buffer.data(), end);
}

void append_integer(std::string& out, std::int64_t value) {
  append_number(out, value);
}
void append_unsigned(std::string& out, std::uint64_t value) {
  append_number(out, value);
}

}  // namespace text_detail

namespace {

constexpr std::string_view kStandard = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view kUrlSafe = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

constexpr std::array<signed char, 256> reverse(std::string_view alphabet) {
  std::array<signed char, 256> table{};
  for (auto& entry : table) entry = -1;
  for (std::size_t i = 0; i < alphabet.size(); ++i)
    table[static_cast<unsigned char>(alphabet[i])] = static_cast<signed char>(i);
  return table;
}
constexpr auto kFromStandard = reverse(kStandard);
constexpr auto kFromUrlSafe = reverse(kUrlSafe);

std::string encode64(std::string_view bytes, std::string_view alphabet) {
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4);
  std::uint32_t word = 0;
  int bits = 0;
  for (const char c : bytes) {
    word = (word << 8) | static_cast<unsigned char>(c);
    for (bits += 8; bits >= 6;) {
      bits -= 6;
      out.push_back(alphabet[(word >> bits) & 63]);
    }
  }
  if (bits > 0) out.push_back(alphabet[(word << (6 - bits)) & 63]);
  return out;
}

Error bad_base64() {
  return make_error(Code::invalid, "The encoding is not base64.");
}

Result<std::string> decode64(std::string_view text, const std::array<signed char, 256>& table) {
  if (text.size() % 4 == 1) return bad_base64();
  const auto value = [&](std::size_t at) -> std::int32_t {
    return table[static_cast<unsigned char>(text[at])];
  };
  std::string out(text.size() * 3 / 4, '\0');
  std::size_t at = 0;
  char* to = out.data();
  for (; at + 4 <= text.size(); at += 4) {
    const std::int32_t a = value(at), b = value(at + 1), c = value(at + 2), d = value(at + 3);
    if ((a | b | c | d) < 0) return bad_base64();
    const std::int32_t word = (a << 18) | (b << 12) | (c << 6) | d;
    *to++ = static_cast<char>(word >> 16);
    *to++ = static_cast<char>(word >> 8);
    *to++ = static_cast<char>(word);
  }
  // Two or three letters are left, or none. Stray bits would be a second spelling of the same bytes.
  if (at == text.size()) return out;
  const bool two = text.size() - at == 2;
  const std::int32_t a = value(at), b = value(at + 1), c = two ? 0 : value(at + 2);
  if ((a | b | c) < 0 || (two ? b & 15 : c & 3) != 0) return bad_base64();
  *to++ = static_cast<char>((a << 2) | (b >> 4));
  if (!two) *to = static_cast<char>((b << 4) | (c >> 2));
  return out;
}

bool is_space(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r');
}

}  // namespace

std::string_view trim(std::string_view text) {
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  std::size_t from = 0;
  for (std::size_t at = text.find(separator); at != std::string_view::npos; at = text.find(separator, from)) {
    parts.push_back(text.substr(from, at - from));
    from = at + 1;
  }
  parts.push_back(text.substr(from));
  return parts;
}

std::vector<std::string_view> split_words(std::string_view text) {
  std::vector<std::string_view> words = split(text, ' ');
  std::erase_if(words, [](std::string_view word) { return word.empty(); });
  return words;
}

std::string join(const std::vector<std::string>& parts, std::string_view separator) {
  std::string out;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (i > 0) out.append(separator);
    out.append(parts[i]);
  }
  return out;
}

static char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
}

std::string to_lower_ascii(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), lower);
  return out;
}

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, [](char x, char y) { return lower(x) == lower(y); });
}

bool is_utf8(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(text[at]); };
    const unsigned char first = byte(i);
    if (first < 0x80) {
      ++i;
      continue;
    }
    std::size_t more = 0;
    std::uint32_t point = 0, least = 0;
    if (first >= 0xC2 && first <= 0xDF) {
      more = 1, point = first & 0x1FU, least = 0x80;
    } else if ((first & 0xF0) == 0xE0) {
      more = 2, point = first & 0x0FU, least = 0x800;
    } else if (first >= 0xF0 && first <= 0xF4) {
      more = 3, point = first & 0x07U, least = 0x10000;
    } else {
      return false;
    }
    if (i + more >= text.size()) return false;
    for (std::size_t k = 1; k <= more; ++k) {
      if ((byte(i + k) & 0xC0) != 0x80) return false;
      point = (point << 6) | (byte(i + k) & 0x3FU);
    }
    if (point < least || point > 0x10FFFF || (point >= 0xD800 && point <= 0xDFFF)) return false;
    i += more + 1;
  }
  return true;
}

bool is_control(char byte) {
  return static_cast<unsigned char>(byte) < 0x20 || byte == 0x7F;
}

bool has_control(std::string_view text) {
  return std::ranges::any_of(text, is_control);
}

std::string legible(std::string_view text, char instead) {
  std::string out(text);
  const bool whole = is_utf8(text);
  std::ranges::replace_if(
      out, [whole](char c) { return is_control(c) || (!whole && static_cast<unsigned char>(c) > 0x7F); },
      instead);
  return out;
}

std::string_view cut_utf8(std::string_view text, std::size_t bytes) {
  if (text.size() <= bytes) return text;
  while (bytes > 0 && (static_cast<unsigned char>(text[bytes]) & 0xC0) == 0x80) --bytes;
  return text.substr(0, bytes);
}

Result<std::int64_t> parse_integer(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (fault != std::errc() || end != text.data() + text.size())
    return make_error(Code::invalid, "This is not a whole number.");
  return value;
}

std::string hex_encode(std::string_view bytes) {
  static constexpr std::string_view kDigits = "0123456789abcdef";
  std::string out;
  out.reserve(bytes.size() * 2);
  for (const char c : bytes) {
    out.push_back(kDigits[static_cast<unsigned char>(c) >> 4]);
    out.push_back(kDigits[static_cast<unsigned char>(c) & 15]);
  }
  return out;
}

Result<std::string> hex_decode(std::string_view text) {
  const auto digit = [](char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
  };
  if (text.size() % 2 != 0) return make_error(Code::invalid, "The encoding is not hexadecimal.");
  std::string out;
  for (std::size_t i = 0; i < text.size(); i += 2) {
    const int high = digit(text[i]), low = digit(text[i + 1]);
    if (high < 0 || low < 0) return make_error(Code::invalid, "The encoding is not hexadecimal.");
    out.push_back(static_cast<char>(high * 16 + low));
  }
  return out;
}

std::string base64_encode(std::string_view bytes) {
  std::string out = encode64(bytes, kStandard);
  out.append((4 - out.size() % 4) % 4, '=');
  return out;
}

Result<std::string> base64_decode(std::string_view text) {
  if (text.size() % 4 != 0) return make_error(Code::invalid, "The encoding is not base64.");
  for (int i = 0; i < 2 && text.ends_with('='); ++i) text.remove_suffix(1);
  return decode64(text, kFromStandard);
}

std::string base64url_encode(std::string_view bytes) {
  return encode64(bytes, kUrlSafe);
}
Result<std::string> base64url_decode(std::string_view text) {
  return decode64(text, kFromUrlSafe);
}

}  // namespace lanyard
