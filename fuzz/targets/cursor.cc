// Two lines: the query of one page, and another query. A cursor is good for the query from which it came and
// no other.
#include <algorithm>

#include "base/text.h"
#include "doors/api/paging.h"
#include "fuzz/fuzz.h"

namespace lanyard::fuzz {
namespace {

constexpr std::string_view kKey = "a key for cursors, 32 bytes long";
constexpr std::string_view kPath = "/api/v1/accounts";

std::vector<Form::Pair> filters(const Form& query) {
  std::vector<Form::Pair> out;
  for (const Form::Pair& pair : query.pairs())
    if (pair.first != "cursor" && pair.first != "limit") out.push_back(pair);
  std::ranges::sort(out);
  return out;
}

void check_page(const Form& query) {
  const auto page = doors::api::read_page(kKey, kPath, query);
  if (!page.ok()) {
    HOLDS(page.error().code == Code::invalid);
    return;
  }
  HOLDS(page->limit >= 1 && page->limit <= 200);
  const auto cursor = query.find("cursor");
  HOLDS(cursor.ok() && cursor->has_value() == !page->position.empty());
  if (*cursor) HOLDS(doors::api::seal_cursor(kKey, page->scope, page->position) == **cursor);
}

void check_sealed(std::string_view scope, std::string_view position) {
  const std::string cursor = doors::api::seal_cursor(kKey, scope, position);
  const auto opened = doors::api::open_cursor(kKey, scope, cursor);
  HOLDS(opened.ok() == !position.empty());
  HOLDS(position.empty() || *opened == position);
  HOLDS(!doors::api::open_cursor(kKey, cat(scope, "\n"), cursor).ok());
  HOLDS(!doors::api::open_cursor("another key for cursors, 32 long", scope, cursor).ok());
  std::string changed = cursor;
  char& one = changed[position.size() % changed.size()];
  one = one == 'A' ? 'B' : 'A';
  HOLDS(!doors::api::open_cursor(kKey, scope, changed).ok());
}

}  // namespace

void cursor(std::string_view input) {
  const auto [first, second] = divide(input);
  const auto one = parse_form(first), other = parse_form(second);
  HOLDS(!doors::api::open_cursor(kKey, kPath, first).ok());
  check_sealed(kPath, first);
  if (one.ok()) check_page(*one);
  if (!one.ok() || !other.ok()) return;
  const std::string scope = doors::api::scope_of(kPath, *one);
  HOLDS((scope == doors::api::scope_of(kPath, *other)) == (filters(*one) == filters(*other)));
  check_sealed(scope, second);
}

}  // namespace lanyard::fuzz
