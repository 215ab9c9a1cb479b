// A client's certificate that a trusted proxy hands on in a header (RFC 8705 section 6.2, attack row 173).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "platform/net/request_data.h"

namespace lanyard::net {

// Exactly one PEM block, percent-encoded once, and nothing around it but one line feed: DER. Anything else,
// two blocks or another encoding included, is an empty optional.
std::optional<std::string> parse_escaped_certificate(std::string_view text);

// Fills in the certificate from the header `name`; absent or empty means that there is none. False when it
// stands there twice or can not be read.
bool read_certificate_header(std::string_view name, Request::Data& data);

}  // namespace lanyard::net
