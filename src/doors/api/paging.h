// Pages by key, and the cursors that lead on: opaque, authenticated, and good only for the query from which
// they came (attack row 145).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/json.h"
#include "base/result.h"
#include "base/url.h"

namespace lanyard::doors::api {

// 1 to `most`; absent: `fallback`.
Result<std::int64_t> read_limit(const Form& query, std::int64_t fallback, std::int64_t most);

// What a cursor is bound to: the path, and the filters in an order that does not depend on the caller.
std::string scope_of(std::string_view path, const Form& query);

std::string seal_cursor(std::string_view key, std::string_view scope, std::string_view position);
// The position; Code::invalid when it was forged, changed, or made for another query.
Result<std::string> open_cursor(std::string_view key, std::string_view scope, std::string_view cursor);

struct Page {
  std::string scope;
  std::string position;  // "" : from the start
  std::int64_t limit = 0;
};
Result<Page> read_page(std::string_view key, std::string_view path, const Form& query);

// {"items": […], "next_cursor": …}. `last` is where the next page begins behind, given when this one is full.
json::Object page_of(std::string_view key, const Page& page, json::Array items,
                     const std::optional<std::string>& last);

}  // namespace lanyard::doors::api
