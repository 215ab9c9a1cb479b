// Reading what a caller sent: JSON bodies, and the members of one. Every error names the member.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

#include "base/json.h"
#include "base/result.h"
#include "platform/net/http.h"

namespace lanyard::doors::api {

// False for anything but application/json: forms and plain text are what a foreign page can send without
// being asked first (attack row 136).
bool says_json(const net::Request& request);
inline constexpr std::size_t kLongestBody = 64 * 1024, kLongestList = 512 * 1024;  // bytes
// An object of at most so many bytes. Code::invalid, or too_large.
Result<json::Object> read_body(const net::Request& request, std::size_t longest = kLongestBody);

// Members that are not in `known` are refused by name, never ignored (attack row 111).
Status require_known(const json::Object& body, std::initializer_list<std::string_view> known);
// Absent: an empty optional. Of another kind, null included: Code::invalid.
Result<std::optional<std::string>> find_text(const json::Object& body, std::string_view name);
Result<std::string> text_or_empty(const json::Object& body, std::string_view name);
Result<std::optional<bool>> find_flag(const json::Object& body, std::string_view name);
Result<std::optional<std::int64_t>> find_integer(const json::Object& body, std::string_view name);
// Must be there and hold something.
Result<std::string> get_words(const json::Object& body, std::string_view name);

}  // namespace lanyard::doors::api
