// Small tools on text: joining, cutting, cases, numbers, encodings. All of them are exact: nothing is
// guessed.
#pragma once

#include <charconv>
#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace lanyard {

namespace text_detail {
inline void append(std::string& out, std::string_view part) {
  out.append(part);
}
inline void append(std::string& out, char part) {
  out.push_back(part);
}
void append_integer(std::string& out, std::int64_t value);
void append_unsigned(std::string& out, std::uint64_t value);
template <std::integral I>
requires(!std::same_as<I, char> && !std::same_as<I, bool>) void append(std::string& out, I value) {
  if constexpr (std::signed_integral<I>) {
    append_integer(out, value);
  } else {
    append_unsigned(out, value);
  }
}
}  // namespace text_detail

// cat("user ", 7, " of ", name): one string, numbers in decimal.
template <class... Parts>
std::string cat(const Parts&... parts) {
  std::string out;
  (text_detail::append(out, parts), ...);
  return out;
}

std::string_view trim(std::string_view text);                                // C white space on both ends
std::vector<std::string_view> split(std::string_view text, char separator);  // keeps empty parts
std::vector<std::string_view> split_words(std::string_view text);  // at single spaces, empty parts dropped
std::string join(const std::vector<std::string>& parts, std::string_view separator);
std::string to_lower_ascii(std::string_view text);
bool equal_ignoring_case(std::string_view a, std::string_view b);  // ASCII only
bool is_utf8(std::string_view text);  // well formed: no overlong form, no surrogate, nothing over U+10FFFF
bool is_control(char byte);           // below 0x20, or 0x7F
bool has_control(std::string_view text);
// What came from outside, fit for one line of a message or a column: each control character is `instead`, and
// so is each byte over 0x7F when the whole is not UTF-8.
std::string legible(std::string_view text, char instead);
// Cuts to at most `bytes`, never inside a UTF-8 character.
std::string_view cut_utf8(std::string_view text, std::size_t bytes);

// The whole text, decimal digits with an optional leading minus; no space, no plus.
Result<std::int64_t> parse_integer(std::string_view text);

std::string hex_encode(std::string_view bytes);  // lower case
Result<std::string> hex_decode(std::string_view text);
std::string base64_encode(std::string_view bytes);
Result<std::string> base64_decode(std::string_view text);  // padding required, canonical
// RFC 7515 section 2: no padding, no white space, no stray bits in the last character.
std::string base64url_encode(std::string_view bytes);
Result<std::string> base64url_decode(std::string_view text);

}  // namespace lanyard
