// URLs (RFC 3986) and forms (application/x-www-form-urlencoded).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace lanyard {

struct Url {
  std::string scheme;  // lower case
  std::string host;    // lower case; an IPv6 literal without its brackets
  bool host_is_ip = false;
  std::uint16_t port = 0;  // the scheme's own when none was written
  std::string path;        // as written, at least "/" for http and https
  std::optional<std::string> query;

  // "https://example.org" or "https://example.org:8443"; the default port is left out.
  std::string origin() const;
  std::string str() const;
  bool is_loopback() const;  // 127.0.0.0/8, ::1 or the name "localhost"
};

// Absolute http or https URL without user information and without fragment; anything else is Code::invalid
// with the reason. Control characters, spaces and backslashes are refused, not repaired.
Result<Url> parse_url(std::string_view text);

// The origin of a URL that must have no path, query or fragment ("https://wiki.example.org").
Result<std::string> parse_origin(std::string_view text);

std::string percent_encode(std::string_view text);  // everything but RFC 3986 unreserved
// "%41" -> "A"; a stray percent sign, a bad digit or a NUL is Code::invalid.
Result<std::string> percent_decode(std::string_view text);

// Names and values in order. Used for queries and for form bodies.
class Form {
 public:
  using Pair = std::pair<std::string, std::string>;
  Form() = default;
  Form(std::initializer_list<Pair> pairs) : pairs_(pairs) {}
  void add(std::string name, std::string value) { pairs_.emplace_back(std::move(name), std::move(value)); }
  // The one value of that name. Absent: an empty optional. Written twice: Code::invalid (RFC 6749
  // section 3.1).
  Result<std::optional<std::string>> find(std::string_view name) const;
  // Must be there exactly once and not be empty.
  Result<std::string> get(std::string_view name) const;
  std::string value_or(std::string_view name, std::string_view fallback) const;  // twice counts as absent
  const std::vector<Pair>& pairs() const { return pairs_; }
  std::string encode() const;

 private:
  std::vector<Pair> pairs_;
};

// At most `most` pairs; a bad percent escape or text that is not UTF-8 is Code::invalid.
Result<Form> parse_form(std::string_view text, std::size_t most = 200);

// Appends "?a=b&c=d" or "&a=b&c=d" to a URL.
std::string with_query(std::string_view url, const Form& form);

}  // namespace lanyard
