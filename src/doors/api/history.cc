// The journal, as pages or as lines.
#include <limits>

#include "base/text.h"
#include "doors/api/handlers.h"
#include "doors/api/paging.h"
#include "doors/api/shapes.h"

namespace lanyard::doors::api {
namespace {

constexpr std::int64_t kUsualPage = 100;
constexpr std::int64_t kLongestPage = 1'000;

struct Range {
  bool forward = false;  // oldest first, after `seq`; otherwise newest first, before it
  std::int64_t seq = std::numeric_limits<std::int64_t>::max();
  std::int64_t limit = kUsualPage;
};

Result<std::optional<std::int64_t>> find_seq(const Form& query, std::string_view name) {
  LANYARD_TRY(const auto text, query.find(name));
  if (!text) return std::optional<std::int64_t>();
  const auto seq = parse_integer(*text);
  if (!seq.ok() || *seq < 0)
    return make_error(Code::invalid, cat("\"", name, "\" is the number of an entry."));
  return std::optional<std::int64_t>(*seq);
}

Result<Range> read_range(const Form& query) {
  Range range;
  LANYARD_TRY(range.limit, read_limit(query, kUsualPage, kLongestPage));
  LANYARD_TRY(const auto after, find_seq(query, "after"));
  LANYARD_TRY(const auto before, find_seq(query, "before"));
  if (after && before) return make_error(Code::invalid, "\"after\" and \"before\" exclude one another.");
  range.forward = after.has_value();
  if (after || before) range.seq = after ? *after : *before;
  return range;
}

Result<journal::Filter> read_filter(const Form& query) {
  journal::Filter filter;
  LANYARD_TRY(const auto subject, query.find("subject"));
  if (subject) {
    const std::size_t colon = subject->find(':');
    if (colon == std::string::npos || colon == 0 || colon + 1 == subject->size())
      return make_error(Code::invalid, "\"subject\" is a kind and an id, such as account:0123456789abcde.");
    filter.subject_kind = subject->substr(0, colon);
    filter.subject_id = subject->substr(colon + 1);
  }
  LANYARD_TRY(const auto actor, query.find("actor"));
  LANYARD_TRY(const auto event, query.find("event"));
  LANYARD_TRY(const auto request, query.find("request"));
  filter.actor_id = actor.value_or("");
  filter.event = event.value_or("");
  filter.request_id = request.value_or("");
  return filter;
}

Result<std::vector<journal::Entry>> read_entries(Desk& desk, const Range& range,
                                                 const journal::Filter& filter) {
  std::vector<journal::Entry> entries;
  LANYARD_CHECK(desk.parts.ledger.database().read([&](store::Connection& connection) -> Status {
    const auto list = range.forward ? journal::list_after : journal::list_before;
    LANYARD_TRY(entries, list(connection, range.seq, filter, range.limit));
    return {};
  }));
  return entries;
}

bool wants_lines(const net::Request& request) {
  return request.header_or("Accept", "").find("application/x-ndjson") != std::string_view::npos;
}

Result<net::Response> answer(Desk& desk, const Ask& ask, const journal::Filter& filter) {
  LANYARD_TRY(const Range range, read_range(ask.query));
  LANYARD_TRY(const auto entries, read_entries(desk, range, filter));
  if (wants_lines(ask.request)) {
    std::string lines;
    for (const journal::Entry& entry : entries) {
      json::append(lines, to_json(entry));
      lines.push_back('\n');
    }
    net::Response response(200);
    response.body("application/x-ndjson", std::move(lines));
    return response;
  }
  const bool full = static_cast<std::int64_t>(entries.size()) == range.limit;
  json::Value next = full ? json::Value(entries.back().seq) : json::Value();
  return json_response({{"items", to_array(entries)}, {"next", std::move(next)}});
}

}  // namespace

Result<net::Response> list_journal(Desk& desk, const Ask& ask) {
  LANYARD_TRY(const auto filter, read_filter(ask.query));
  return answer(desk, ask, filter);
}

Result<net::Response> list_account_journal(Desk& desk, const Ask& ask) {
  LANYARD_TRY(const auto id, account_in_path(ask));
  LANYARD_CHECK(desk.parts.directory.get_account(id));
  journal::Filter filter;
  filter.subject_kind = "account";
  filter.subject_id = id.str();
  return answer(desk, ask, filter);
}

}  // namespace lanyard::doors::api
