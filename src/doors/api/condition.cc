#include "doors/api/condition.h"

#include "base/text.h"

namespace lanyard::doors::api {

std::string etag_of(std::int64_t version) {
  return cat("\"", version, "\"");
}

Result<bool> condition_holds(std::string_view if_match, std::int64_t version) {
  if (trim(if_match) == "*") return true;
  const std::string wanted = etag_of(version);
  bool holds = false;
  for (const std::string_view piece : split(if_match, ',')) {
    const std::string_view tag = trim(piece);
    const std::string_view opaque = tag.starts_with("W/") ? tag.substr(2) : tag;
    if (opaque.size() < 2 || opaque.front() != '"' || opaque.back() != '"' ||
        opaque.find('"', 1) != opaque.size() - 1) {
      return make_error(Code::invalid, "If-Match is not an entity tag.",
                        "Send the ETag as it was answered, with its quotes.");
    }
    holds = holds || tag == wanted;
  }
  return holds;
}

}  // namespace lanyard::doors::api
