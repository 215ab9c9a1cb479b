#include "domain/tokens/logouts.h"

#include <algorithm>
#include <array>
#include <limits>
#include <vector>

#include "base/text.h"

namespace lanyard::tokens {
namespace {

using store::Connection;
using store::Row;
using store::Stmt;

constexpr std::string_view kCursor = "back-channel logout";
constexpr std::array<std::string_view, 4> kEvents{"session.ended", "session.all_ended", "account.suspended",
                                                  "account.closed"};
constexpr std::int64_t kAtOnce = 200;  // of each event
constexpr Duration kHold = std::chrono::seconds(30);
constexpr Duration kFirstPause = std::chrono::seconds(10);
constexpr Duration kLongestPause = std::chrono::hours(1);
constexpr Duration kGiveUp = std::chrono::hours(24);

Result<std::int64_t> newest(Connection& connection) {
  LANYARD_TRY(const auto last,
              journal::list_before(connection, std::numeric_limits<std::int64_t>::max(), {}, 1));
  return last.empty() ? 0 : last.front().seq;
}

Result<std::optional<std::int64_t>> find_cursor(Connection& connection) {
  static const Stmt kFind{"SELECT seq FROM journal_cursors WHERE name = $1"};
  std::optional<std::int64_t> seq;
  LANYARD_CHECK(connection.query(
      kFind, [&](const Row& row) { seq = row.integer(0); }, kCursor));
  return seq;
}

struct News {
  std::int64_t from = 0, to = 0;
  std::vector<journal::Entry> entries;
};

// Everything of interest up to a place that all four lists reach.
Result<News> read_news(Connection& connection, std::int64_t from) {
  News news;
  news.from = from;
  LANYARD_TRY(news.to, newest(connection));
  for (const std::string_view event : kEvents) {
    journal::Filter filter;
    filter.event = event;
    LANYARD_TRY(auto some, journal::list_after(connection, from, filter, kAtOnce));
    if (static_cast<std::int64_t>(some.size()) == kAtOnce) news.to = std::min(news.to, some.back().seq);
    std::ranges::move(some, std::back_inserter(news.entries));
  }
  std::erase_if(news.entries, [&](const journal::Entry& entry) { return entry.seq > news.to; });
  return news;
}

struct Told {
  std::string client, account, sid;
};

Result<std::vector<Told>> find_of_session(Connection& connection, std::string_view session) {
  static const Stmt kFind{
      "SELECT DISTINCT client, account_id, sid FROM token_grants WHERE session_id = $1 AND session_id <> ''"};
  std::vector<Told> all;
  LANYARD_CHECK(connection.query(
      kFind,
      [&](const Row& row) {
        all.push_back({std::string(row.text(0)), std::string(row.text(1)), std::string(row.text(2))});
      },
      session));
  return all;
}

// Sessions that ended before were told about then, so only grants that still stand count here.
Result<std::vector<Told>> find_of_account(Connection& connection, std::string_view account) {
  static const Stmt kFind{
      "SELECT DISTINCT client, account_id, sid FROM token_grants WHERE account_id = $1 AND sid <> '' AND "
      "ended_at IS NULL"};
  std::vector<Told> all;
  LANYARD_CHECK(connection.query(
      kFind,
      [&](const Row& row) {
        all.push_back({std::string(row.text(0)), std::string(row.text(1)), std::string(row.text(2))});
      },
      account));
  return all;
}

std::vector<std::string> sessions_of(const journal::Entry& entry) {
  std::vector<std::string> ids;
  if (entry.event == "session.ended") {
    // The person signed in anew, and applications go on.
    if (entry.data.find("continued_by") == nullptr) ids.push_back(entry.subject.id);
    return ids;
  }
  const json::Value* listed = entry.data.find("session_ids");
  const json::Array* all = listed != nullptr ? listed->as_array() : nullptr;
  if (all == nullptr) return ids;
  for (const json::Value& one : *all)
    if (const std::string* id = one.as_string()) ids.push_back(*id);
  return ids;
}

Status queue(Connection& connection, const std::vector<Told>& all, Time now) {
  static const Stmt kQueue{
      "INSERT INTO logout_queue (id, client, account_id, session_id, attempts, next_at, created_at, "
      "last_error) VALUES ($1, $2, $3, $4, 0, $5, $5, '') ON CONFLICT (id) DO NOTHING"};
  for (const Told& one : all) {
    const std::string id = cat(one.sid, ".", one.client);
    LANYARD_CHECK(connection.exec(kQueue, id, one.client, one.account, one.sid, now));
  }
  return {};
}

Status queue_entry(Connection& connection, const journal::Entry& entry, Time now) {
  if (entry.subject.kind == "account" && entry.event.starts_with("account.")) {
    LANYARD_TRY(const auto all, find_of_account(connection, entry.subject.id));
    return queue(connection, all, now);
  }
  for (const std::string& session : sessions_of(entry)) {
    LANYARD_TRY(const auto all, find_of_session(connection, session));
    LANYARD_CHECK(queue(connection, all, now));
  }
  return {};
}

Duration pause_after(std::int64_t attempts) {
  Duration pause = kFirstPause;
  for (std::int64_t i = 1; i < attempts && pause < kLongestPause; ++i) pause *= 3;
  return std::min(pause, kLongestPause);
}

}  // namespace

Result<std::int64_t> Logouts::follow() {
  static const Stmt kBegin{
      "INSERT INTO journal_cursors (name, seq, moved_at) VALUES ($1, $2, $3) ON CONFLICT (name) DO NOTHING"};
  static const Stmt kMove{"UPDATE journal_cursors SET seq = $2, moved_at = $3 WHERE name = $1 AND seq = $4"};
  std::optional<std::int64_t> cursor;
  News news;
  LANYARD_CHECK(ledger_.database().read([&](Connection& connection) -> Status {
    LANYARD_TRY(cursor, find_cursor(connection));
    LANYARD_TRY(news, read_news(connection, cursor.value_or(std::numeric_limits<std::int64_t>::max() - 1)));
    return {};
  }));
  const Time now = ledger_.clock().now();
  if (!cursor) {
    LANYARD_CHECK(ledger_.database().write([&](Connection& connection) -> Status {
      LANYARD_CHECK(connection.exec(kBegin, kCursor, news.to, now));
      return {};
    }));
    return 0;
  }
  // A cursor that stays behind costs nothing: what is passed over has no entry of interest.
  if (news.entries.empty()) return 0;
  LANYARD_CHECK(ledger_.database().write([&](Connection& connection) -> Status {
    LANYARD_TRY(const std::int64_t moved, connection.exec(kMove, kCursor, news.to, now, news.from));
    if (moved == 0) return {};  // another replica was there first
    for (const journal::Entry& entry : news.entries) LANYARD_CHECK(queue_entry(connection, entry, now));
    return {};
  }));
  return static_cast<std::int64_t>(news.entries.size());
}

Result<std::optional<Logout>> Logouts::claim() {
  static const Stmt kLook{"SELECT id FROM logout_queue WHERE next_at <= $1 ORDER BY next_at LIMIT 1"};
  static const Stmt kClaim{
      "UPDATE logout_queue SET attempts = attempts + 1, next_at = $2 WHERE id = (SELECT id FROM logout_queue "
      "WHERE next_at <= $1 ORDER BY next_at LIMIT 1) AND next_at <= $1 "
      "RETURNING id, client, account_id, session_id, attempts, created_at"};
  const Time now = ledger_.clock().now();
  std::int64_t due = 0;
  LANYARD_CHECK(ledger_.database().read([&](Connection& connection) -> Status {
    LANYARD_TRY(due, connection.query(
                         kLook, [](const Row&) {}, now));
    return {};
  }));
  std::optional<Logout> claimed;
  if (due == 0) return claimed;
  LANYARD_CHECK(ledger_.database().write([&](Connection& connection) -> Status {
    claimed.reset();
    LANYARD_CHECK(connection.query(
        kClaim,
        [&](const Row& row) {
          claimed = Logout{std::string(row.text(0)), row.id<ClientTag>(1), row.id<AccountTag>(2),
                           std::string(row.text(3)), row.integer(4),       row.time(5)};
        },
        now, now + kHold));
    return {};
  }));
  return claimed;
}

Status Logouts::done(const Logout& logout) {
  static const Stmt kRemove{"DELETE FROM logout_queue WHERE id = $1"};
  return ledger_.database().write([&](Connection& connection) -> Status {
    LANYARD_CHECK(connection.exec(kRemove, logout.id));
    return {};
  });
}

Result<bool> Logouts::failed(const Logout& logout, std::string_view reason) {
  static const Stmt kLater{"UPDATE logout_queue SET next_at = $2, last_error = $3 WHERE id = $1"};
  const Time next = ledger_.clock().now() + pause_after(logout.attempts);
  if (next > logout.created_at + kGiveUp) {
    LANYARD_CHECK(done(logout));
    return false;
  }
  LANYARD_CHECK(ledger_.database().write([&](Connection& connection) -> Status {
    LANYARD_CHECK(connection.exec(kLater, logout.id, next, cut_utf8(reason, 300)));
    return {};
  }));
  return true;
}

Result<std::int64_t> Logouts::count() {
  static const Stmt kCount{"SELECT COUNT(*) FROM logout_queue"};
  std::int64_t waiting = 0;
  LANYARD_CHECK(ledger_.database().read([&](Connection& connection) -> Status {
    LANYARD_CHECK(connection.query(kCount, [&](const Row& row) { waiting = row.integer(0); }));
    return {};
  }));
  return waiting;
}

}  // namespace lanyard::tokens
