// Claims of a JWT (RFC 7519) as every reader of tokens takes them.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/json.h"
#include "base/result.h"
#include "base/time.h"

namespace lanyard::crypto {

// NumericDate (RFC 7519 section 2): a number from 1970 to the year 9999, which may have a fraction. Empty
// when the claim is absent; Code::invalid for anything else, texts and overflow included.
Result<std::optional<Time>> numeric_date(const json::Object& claims, std::string_view name);

// nullptr when it is absent or not a text.
const std::string* text_claim(const json::Object& claims, std::string_view name);

}  // namespace lanyard::crypto
