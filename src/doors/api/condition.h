// ETags of versions, and If-Match (RFC 9110 section 13.1.1), so that nobody overwrites what they have not
// seen.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace lanyard::doors::api {

std::string etag_of(std::int64_t version);  // "\"7\""

// Whether one of the listed tags is this version's; "*" is every version's. A weak tag never is.
// Code::invalid for text that is no list of entity tags.
Result<bool> condition_holds(std::string_view if_match, std::int64_t version);

}  // namespace lanyard::doors::api
