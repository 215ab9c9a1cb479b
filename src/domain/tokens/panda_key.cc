// The PanDA server's own key for a person, as its code makes it from the name in a token.
#include <cstdint>

#include "base/text.h"
#include "domain/tokens/profiles.h"

namespace lanyard::tokens {
namespace {

// Simple case pairs of the scripts in which names are mostly written; others have none or stay as they are,
// which at worst tells two spellings of one name apart.
char32_t to_lower(char32_t c) {
  if ((c >= U'A' && c <= U'Z') || (c >= 0xC0 && c <= 0xDE && c != 0xD7)) return c + 32;
  if (c == 0x130) return U'i';
  if (c == 0x178) return 0xFF;
  if ((c >= 0x100 && c <= 0x137) || (c >= 0x14A && c <= 0x177)) return c | 1;
  if ((c >= 0x139 && c <= 0x148) || (c >= 0x179 && c <= 0x17E)) return (c % 2 == 1) ? c + 1 : c;
  if (c >= 0x391 && c <= 0x3A9 && c != 0x3A2) return c + 32;  // Greek
  if (c >= 0x410 && c <= 0x42F) return c + 32;                // Cyrillic
  if (c >= 0x400 && c <= 0x40F) return c + 80;
  if (c >= 0x531 && c <= 0x556) return c + 48;  // Armenian
  if (c >= 0x1E00 && c <= 0x1EFF && (c < 0x1E96 || c > 0x1E9F)) return c | 1;
  return c;
}

char32_t to_upper(char32_t c) {
  if ((c >= U'a' && c <= U'z') || (c >= 0xE0 && c <= 0xFE && c != 0xF7)) return c - 32;
  if (c == 0x131) return U'I';
  if (c == 0xFF) return 0x178;
  if ((c >= 0x100 && c <= 0x137) || (c >= 0x14A && c <= 0x177)) return c & ~char32_t{1};
  if ((c >= 0x139 && c <= 0x148) || (c >= 0x179 && c <= 0x17E)) return (c % 2 == 0) ? c - 1 : c;
  if (c >= 0x3B1 && c <= 0x3C9 && c != 0x3C2) return c - 32;
  if (c >= 0x430 && c <= 0x44F) return c - 32;
  if (c >= 0x450 && c <= 0x45F) return c - 80;
  if (c >= 0x561 && c <= 0x586) return c - 48;
  if (c >= 0x1E00 && c <= 0x1EFF && (c < 0x1E96 || c > 0x1E9F)) return c & ~char32_t{1};
  return c;
}

// What Python's str.split() takes for space.
bool is_space(char32_t c) {
  return c == 0x20 || (c >= 0x09 && c <= 0x0D) || (c >= 0x1C && c <= 0x1F) || c == 0x85 || c == 0xA0 ||
         c == 0x1680 || (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 || c == 0x202F ||
         c == 0x205F || c == 0x3000;
}

// One character of a text that is UTF-8; a stray byte stands for itself.
char32_t next_character(std::string_view text, std::size_t& at) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(at);
  const std::size_t length = first < 0xC0 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
  if (length == 1 || at + length > text.size()) return byte(at++);
  char32_t c = first & (0xFFU >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) c = (c << 6) | (byte(at + i) & 0x3FU);
  at += length;
  return c;
}

void append_utf8(std::string& out, char32_t c) {
  const auto put = [&](char32_t byte) { out.push_back(static_cast<char>(static_cast<unsigned char>(byte))); };
  if (c < 0x80) return put(c);
  if (c < 0x800) {
    put(0xC0 | (c >> 6));
  } else {
    if (c < 0x10000) {
      put(0xE0 | (c >> 12));
    } else {
      put(0xF0 | (c >> 18));
      put(0x80 | ((c >> 12) & 0x3F));
    }
    put(0x80 | ((c >> 6) & 0x3F));
  }
  put(0x80 | (c & 0x3F));
}

// Each word with a capital letter in front and small ones after it, one space between words.
std::string capitalise(std::string_view name) {
  std::string out;
  bool in_word = false;
  for (std::size_t at = 0; at < name.size();) {
    const char32_t c = next_character(name, at);
    if (is_space(c)) {
      in_word = false;
      continue;
    }
    if (!in_word && !out.empty()) out.push_back(' ');
    append_utf8(out, in_word ? to_lower(c) : to_upper(c));
    in_word = true;
  }
  return out;
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// Digits after a space or an underscore go together with it, wherever they stand.
std::string without_numbers(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const bool starts =
        (text[at] == ' ' || text[at] == '_') && at + 1 < text.size() && is_digit(text[at + 1]);
    if (!starts) {
      out.push_back(text[at++]);
      continue;
    }
    ++at;
    while (at < text.size() && is_digit(text[at])) ++at;
  }
  return out;
}

}  // namespace

std::string panda_name(std::string_view name) {
  return capitalise(name);
}

std::string panda_key(std::string_view name) {
  std::string key;
  for (const char c : without_numbers(capitalise(name)))
    if (c != '(' && c != ')' && c != '\'') key.push_back(c);
  // An e-mail address among the words is dropped while a name of two words is left.
  std::vector<std::string> words;
  for (const std::string_view word : split_words(key))
    if (word.find('@') == std::string_view::npos) words.emplace_back(word);
  return words.size() > 1 ? join(words, " ") : std::string(trim(key));
}

}  // namespace lanyard::tokens
