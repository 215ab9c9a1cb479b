#include "doors/api/paging.h"

#include <algorithm>

#include "base/secret.h"
#include "base/text.h"
#include "platform/crypto/digest.h"

namespace lanyard::doors::api {
namespace {

constexpr std::int64_t kUsualPage = 50;
constexpr std::int64_t kLongestPage = 200;
constexpr std::size_t kMacBytes = 32;

std::string mac(std::string_view key, std::string_view scope, std::string_view position) {
  return crypto::hmac_sha256(key, cat(scope.size(), ":", scope, position));
}

Error bad_cursor() {
  return make_error(Code::invalid, "This cursor was not made for this query.",
                    "Use next_cursor of the page before, with the same path and filters, or start without.");
}

}  // namespace

Result<std::int64_t> read_limit(const Form& query, std::int64_t fallback, std::int64_t most) {
  LANYARD_TRY(const auto text, query.find("limit"));
  if (!text) return fallback;
  const auto limit = parse_integer(*text);
  if (limit.ok() && *limit >= 1 && *limit <= most) return *limit;
  return make_error(Code::invalid, cat("\"limit\" is a whole number from 1 to ", most, "."));
}

std::string scope_of(std::string_view path, const Form& query) {
  std::vector<Form::Pair> filters;
  for (const Form::Pair& pair : query.pairs())
    if (pair.first != "cursor" && pair.first != "limit") filters.push_back(pair);
  std::ranges::sort(filters);
  std::string scope(path);
  for (const auto& [name, value] : filters)
    scope.append("\n").append(percent_encode(name)).append("=").append(percent_encode(value));
  return scope;
}

std::string seal_cursor(std::string_view key, std::string_view scope, std::string_view position) {
  return base64url_encode(cat(mac(key, scope, position), position));
}

Result<std::string> open_cursor(std::string_view key, std::string_view scope, std::string_view cursor) {
  auto bytes = base64url_decode(cursor);
  if (!bytes.ok() || bytes->size() <= kMacBytes) return bad_cursor();
  std::string position = bytes->substr(kMacBytes);
  if (!equal_in_constant_time(std::string_view(*bytes).substr(0, kMacBytes), mac(key, scope, position)))
    return bad_cursor();
  return position;
}

Result<Page> read_page(std::string_view key, std::string_view path, const Form& query) {
  Page page;
  page.scope = scope_of(path, query);
  LANYARD_TRY(page.limit, read_limit(query, kUsualPage, kLongestPage));
  LANYARD_TRY(const auto cursor, query.find("cursor"));
  if (cursor) {
    LANYARD_TRY(page.position, open_cursor(key, page.scope, *cursor));
  }
  return page;
}

json::Object page_of(std::string_view key, const Page& page, json::Array items,
                     const std::optional<std::string>& last) {
  const bool full = last && static_cast<std::int64_t>(items.size()) == page.limit;
  json::Value next = full ? json::Value(seal_cursor(key, page.scope, *last)) : json::Value();
  return json::Object{{"items", std::move(items)}, {"next_cursor", std::move(next)}};
}

}  // namespace lanyard::doors::api
