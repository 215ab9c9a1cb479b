// People from a file.
#pragma once

#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"

namespace lanyard::cli {

// JSON Lines when the text begins with "{", otherwise CSV (RFC 4180) with a header line. Fields: subject,
// email, name, institution, experiment, username, issuer, groups (paths; in CSV with ";" between them).
// Errors name the line or entry.
Result<std::vector<json::Object>> parse_people(std::string_view text);

}  // namespace lanyard::cli
