// The rules that a request's target, Host and lengths must keep, one small function a rule.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "platform/net/http.h"

namespace lanyard::net {

// RFC 9110 section 5.6.2.
bool is_token(std::string_view text);
// Field content: visible characters, spaces, tabs and bytes over 0x7F.
bool is_field_value(std::string_view text);
// ASCII, any case; `lower` is in lower case already.
bool same_name(std::string_view text, std::string_view lower);

Method parse_method(std::string_view text);

// One to eighteen digits without a leading zero; anything else is not a length (attack row 123).
std::optional<std::uint64_t> parse_length(std::string_view text);

// "name", "name:port", "1.2.3.4", "[::1]:8443": a host and nothing else, in particular no user information.
bool is_host(std::string_view text);

// Percent-decodes once. The result points into `raw` when there was nothing to decode, otherwise into
// `memory`. An empty optional: the path is one of those that http.h refuses (attack row 130).
std::optional<std::string_view> normalise_path(std::string_view raw, std::string& memory);

}  // namespace lanyard::net
