#include "domain/journal/rows.h"

#include <utility>

#include "base/json.h"
#include "base/text.h"

namespace lanyard::journal::rows {
namespace {

using store::Arg;
using store::Blob;
using store::Row;
using store::Stmt;

constexpr std::size_t kColumns = 14;
constexpr std::size_t kBatch = 16;

std::string insert_sql(std::size_t count) {
  std::string sql =
      "INSERT INTO journal (seq, at, event, actor_kind, actor_id, actor_label, subject_kind, subject_id, "
      "address, "
      "request_id, data, concerns, previous_hash, hash) VALUES ";
  for (std::size_t row = 0; row < count; ++row) {
    sql.append(row == 0 ? "(" : ", (");
    for (std::size_t column = 1; column <= kColumns; ++column)
      sql.append(cat(column == 1 ? "$" : ", $", row * kColumns + column));
    sql.append(")");
  }
  return sql;
}

// One statement for a lone entry, which nearly every change has, and one for a batch.
const Stmt kAdvance{
    "INSERT INTO journal_head (name, seq, hash) VALUES ('journal', $1, $2) "
    "ON CONFLICT (name) DO UPDATE SET seq = journal_head.seq + excluded.seq RETURNING seq, hash"};
const Stmt kSetHeadHash{"UPDATE journal_head SET hash = $1 WHERE name = 'journal'"};
const Stmt kFindHead{"SELECT seq, hash FROM journal_head WHERE name = 'journal'"};
const Stmt kInsertOne{
    "INSERT INTO journal (seq, at, event, actor_kind, actor_id, actor_label, subject_kind, subject_id, "
    "address, "
    "request_id, data, concerns, previous_hash, hash) "
    "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)"};
const Stmt kChained{
    "SELECT seq, at, event, actor_kind, actor_id, actor_label, subject_kind, subject_id, address, "
    "request_id, data, "
    "concerns, previous_hash, hash FROM journal WHERE seq > $1 AND seq <= $2 ORDER BY seq LIMIT $3"};
const Stmt kConcerned{
    "SELECT seq, concerns, previous_hash, hash FROM journal WHERE seq > $1 ORDER BY seq LIMIT $2"};
const Stmt kLastSeq{"SELECT seq FROM journal ORDER BY seq DESC LIMIT 1"};

void append_args(std::vector<Arg>& args, const Chained& entry) {
  const Link& link = entry.link;
  args.insert(args.end(), {link.seq, link.at, link.event, link.actor_kind, link.actor_id, link.actor_label,
                           link.subject_kind, link.subject_id, link.address, link.request_id, link.data,
                           link.concerns, Blob{entry.previous_hash}, Blob{entry.hash}});
}

Chained read_chained(const Row& row) {
  return {.link = {.seq = row.integer(0),
                   .at = row.integer(1),
                   .event = row.text(2),
                   .actor_kind = row.text(3),
                   .actor_id = row.text(4),
                   .actor_label = row.text(5),
                   .subject_kind = row.text(6),
                   .subject_id = row.text(7),
                   .address = row.text(8),
                   .request_id = row.text(9),
                   .data = row.text(10),
                   .concerns = row.text(11)},
          .previous_hash = row.blob(12),
          .hash = row.blob(13)};
}

Result<Entry> read_entry(const Row& row) {
  const Link link = read_chained(row).link;
  LANYARD_TRY(auto data, json::parse_object(link.data));
  Entry entry{.seq = link.seq,
              .at = from_micros(link.at),
              .event = std::string(link.event),
              .actor_kind = std::string(link.actor_kind),
              .actor_id = std::string(link.actor_id),
              .actor_label = std::string(link.actor_label),
              .subject = {std::string(link.subject_kind), std::string(link.subject_id)},
              .address = std::string(link.address),
              .request_id = std::string(link.request_id),
              .data = std::move(data)};
  entry.everybody = link.concerns == "*";
  if (!entry.everybody) entry.account = AccountId(std::string(link.concerns));
  return entry;
}

}  // namespace

Result<Head> advance(store::Connection& connection, std::int64_t count) {
  Head head;
  LANYARD_CHECK(connection.query(
      kAdvance,
      [&](const Row& row) {
        head.seq = row.integer(0) - count;
        head.hash = row.blob(1);
      },
      count, Blob{first_previous_hash()}));
  return head;
}

Status set_head_hash(store::Connection& connection, std::string_view hash) {
  LANYARD_CHECK(connection.exec(kSetHeadHash, Blob{hash}));
  return {};
}

Result<std::optional<Head>> find_head(store::Connection& connection) {
  std::optional<Head> head;
  LANYARD_CHECK(connection.query(kFindHead, [&](const Row& row) {
    head = Head{row.integer(0), std::string(row.blob(1))};
  }));
  return head;
}

Status insert(store::Connection& connection, const std::vector<Chained>& entries) {
  static const std::string batch_sql = insert_sql(kBatch);
  // A batch saves ways to a server. SQLite has none to save, and would only read the long text anew each
  // time.
  const std::size_t in_batches = connection.engine() == store::Engine::sqlite ? 0 : entries.size();
  std::size_t done = 0;
  std::vector<Arg> args;
  for (; in_batches >= done + kBatch; done += kBatch) {
    args.clear();
    for (std::size_t i = 0; i < kBatch; ++i) append_args(args, entries[done + i]);
    LANYARD_CHECK(connection.run_once(batch_sql, args, nullptr));
  }
  for (; done < entries.size(); ++done) {
    const Chained& e = entries[done];
    const Link& l = e.link;
    LANYARD_CHECK(connection.exec(kInsertOne, l.seq, l.at, l.event, l.actor_kind, l.actor_id, l.actor_label,
                                  l.subject_kind, l.subject_id, l.address, l.request_id, l.data, l.concerns,
                                  Blob{e.previous_hash}, Blob{e.hash}));
  }
  return {};
}

Result<std::int64_t> each_chained(store::Connection& connection, std::int64_t after, std::int64_t last,
                                  std::int64_t limit, const std::function<void(const Chained&)>& each) {
  return connection.query(
      kChained, [&](const Row& row) { each(read_chained(row)); }, after, last, limit);
}

Result<std::int64_t> each_concerned(store::Connection& connection, std::int64_t after, std::int64_t limit,
                                    const std::function<void(const Concerned&)>& each) {
  return connection.query(
      kConcerned,
      [&](const Row& row) {
        each({.seq = row.integer(0),
              .concerns = row.text(1),
              .previous_hash = row.blob(2),
              .hash = row.blob(3)});
      },
      after, limit);
}

Result<std::optional<std::int64_t>> last_seq(store::Connection& connection) {
  std::optional<std::int64_t> seq;
  LANYARD_CHECK(connection.query(kLastSeq, [&](const Row& row) { seq = row.integer(0); }));
  return seq;
}

Result<std::vector<Entry>> list(store::Connection& connection, Direction direction, std::int64_t seq,
                                const Filter& filter, std::int64_t limit) {
  if (filter.subject_kind.empty() != filter.subject_id.empty())
    return make_error(Code::invalid, "A subject of the journal is named by its kind and its id together.");
  if (limit < 1 || limit > 1000)
    return make_error(Code::invalid, "A page of the journal has 1 to 1000 entries.");
  std::string sql =
      "SELECT seq, at, event, actor_kind, actor_id, actor_label, subject_kind, subject_id, address, "
      "request_id, data, "
      "concerns, previous_hash, hash FROM journal WHERE seq ";
  sql.append(direction == Direction::after ? "> $1" : "< $1");
  std::vector<Arg> args{seq};
  const std::pair<const char*, const std::string*> fields[] = {{"subject_kind", &filter.subject_kind},
                                                               {"subject_id", &filter.subject_id},
                                                               {"actor_id", &filter.actor_id},
                                                               {"event", &filter.event},
                                                               {"request_id", &filter.request_id}};
  for (const auto& [column, value] : fields) {
    if (value->empty()) continue;
    args.emplace_back(*value);
    sql.append(cat(" AND ", std::string_view(column), " = $", args.size()));
  }
  args.emplace_back(limit);
  sql.append(cat(" ORDER BY seq ", std::string_view(direction == Direction::after ? "ASC" : "DESC"),
                 " LIMIT $", args.size()));

  std::vector<Entry> entries;
  Status readable;
  const store::Connection::EachRow each = [&](const Row& row) {
    auto entry = read_entry(row);
    if (entry.ok()) {
      entries.push_back(std::move(entry).value());
    } else if (readable.ok()) {
      readable = internal_error(cat("journal entry ", row.integer(0), ": ", entry.error().message));
    }
  };
  LANYARD_CHECK(connection.run_once(sql, args, &each));
  LANYARD_CHECK(readable);
  return entries;
}

}  // namespace lanyard::journal::rows
