// The half of rows.h that is about accounts and their words.
#include <algorithm>
#include <utility>

#include "base/json.h"
#include "base/text.h"
#include "domain/accounts/names.h"
#include "domain/accounts/rows.h"

#define ACCOUNT_COLUMNS                                                                         \
  "a.id, a.number, a.home, a.kind, a.username, a.name, a.given_name, a.family_name, a.email, "  \
  "a.email_verified, "                                                                          \
  "a.institution, a.experiment, a.profile, a.state, a.state_reason, a.is_admin, a.expires_at, " \
  "a.merged_into, a.uid, "                                                                      \
  "a.gid, a.created_at, a.updated_at, a.last_seen_at, a.version, a.kept, a.entry_digest"

namespace lanyard::accounts::rows {
namespace {

using store::Blob;
using store::Row;
using store::Stmt;

const Stmt kFind{"SELECT " ACCOUNT_COLUMNS " FROM accounts a WHERE a.id = $1"};
const Stmt kFindByNumber{"SELECT " ACCOUNT_COLUMNS " FROM accounts a WHERE a.number = $1"};
const Stmt kFindByUsername{"SELECT " ACCOUNT_COLUMNS " FROM accounts a WHERE a.username = $1"};
const Stmt kHasUsername{"SELECT 1 FROM accounts WHERE username = $1"};
const Stmt kInsert{
    "INSERT INTO accounts (id, number, home, kind, username, name, given_name, family_name, email, "
    "email_verified, "
    "institution, experiment, profile, state, state_reason, is_admin, expires_at, merged_into, uid, gid, "
    "created_at, "
    "updated_at, last_seen_at, version, kept, entry_digest) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, "
    "$11, $12, "
    "$13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26)"};
const Stmt kUpdate{
    "UPDATE accounts SET username = $1, name = $2, given_name = $3, family_name = $4, email = $5, "
    "email_verified = $6, "
    "institution = $7, experiment = $8, profile = $9, state = $10, state_reason = $11, is_admin = $12, "
    "expires_at = $13, "
    "merged_into = $14, uid = $15, gid = $16, updated_at = $17, last_seen_at = $18, kept = $19, entry_digest "
    "= $20, "
    "version = version + 1 WHERE id = $21 AND version = $22"};
const Stmt kTouchSeen{"UPDATE accounts SET last_seen_at = $1 WHERE id = $2"};
const Stmt kList{"SELECT " ACCOUNT_COLUMNS " FROM accounts a WHERE a.number > $1 ORDER BY a.number LIMIT $2"};
const Stmt kListState{"SELECT " ACCOUNT_COLUMNS
                      " FROM accounts a WHERE a.state = $1 AND a.number > $2 ORDER BY a.number LIMIT $3"};
// A word counts only where the account has no earlier word within the range, so that nobody is listed twice.
#define FIRST_WORD_ONLY                                                                                     \
  " AND NOT EXISTS (SELECT 1 FROM account_words e WHERE e.number = w.number AND e.word >= $1 AND e.word < " \
  "w.word)"
const Stmt kSearch{
    "SELECT " ACCOUNT_COLUMNS
    " FROM account_words w JOIN accounts a ON a.number = w.number WHERE w.word >= $1 AND w.word < $2 AND "
    "(w.word, w.number) > ($3, $4)" FIRST_WORD_ONLY " ORDER BY w.word, w.number LIMIT $5"};
const Stmt kSearchState{"SELECT " ACCOUNT_COLUMNS
                        " FROM account_words w JOIN accounts a ON a.number = w.number WHERE w.state = $6 AND "
                        "w.word >= $1 AND w.word < $2 AND "
                        "(w.word, w.number) > ($3, $4)" FIRST_WORD_ONLY
                        " ORDER BY w.word, w.number LIMIT $5"};
const Stmt kSameWord{
    "SELECT a.id FROM account_words w JOIN accounts a ON a.number = w.number WHERE w.word = $1 AND a.id <> "
    "$2 "
    "ORDER BY w.number LIMIT $3"};
const Stmt kEraseWords{"DELETE FROM account_words WHERE number = $1"};
const Stmt kInsertWord{"INSERT INTO account_words (word, number, state) VALUES ($1, $2, $3)"};
const Stmt kWordsState{"UPDATE account_words SET state = $1 WHERE number = $2"};
const Stmt kCount{"SELECT COUNT(*) FROM (SELECT 1 FROM accounts WHERE state = $1 LIMIT $2) AS counted"};
const Stmt kOtherAdmin{
    "SELECT id FROM accounts WHERE is_admin = 1 AND state = 'active' AND id <> $1 LIMIT 1"};
const Stmt kTakeNumbers{
    "UPDATE counters SET value = value + $1 WHERE name = 'account_number' RETURNING value"};
const Stmt kNextRequest{
    "UPDATE counters SET value = value + 1 WHERE name = 'request_number' RETURNING value"};
const Stmt kFindBootstrap{"SELECT 1 FROM settings WHERE name = 'bootstrap'"};
const Stmt kCloseBootstrap{
    "INSERT INTO settings (name, value, set_at) VALUES ('bootstrap', $1, $2) ON CONFLICT (name) DO NOTHING"};
const Stmt kUseAdminEmail{"UPDATE counters SET value = 1 WHERE name = 'admin_email_used' AND value = 0"};

// A row that this program can not read is a fault of the installation, not of the caller.
Result<Record> read_record(const Row& row) {
  auto state = parse_state(row.text(13));
  auto profile = json::parse_object(row.text(12));
  if (!state.ok() || !profile.ok())
    return internal_error(cat("account ", row.text(0), " has an unreadable row"));
  Account a{.id = row.id<AccountTag>(0),
            .number = row.integer(1),
            .home = std::string(row.text(2)),
            .kind = row.text(3) == "service" ? Kind::service : Kind::person,
            .username = row.text_or_null(4),
            .name = std::string(row.text(5)),
            .given_name = std::string(row.text(6)),
            .family_name = std::string(row.text(7)),
            .email = std::string(row.text(8)),
            .email_verified = row.flag(9),
            .institution = std::string(row.text(10)),
            .experiment = std::string(row.text(11)),
            .profile = std::move(profile).value(),
            .state = state.value(),
            .state_reason = std::string(row.text(14)),
            .is_admin = row.flag(15),
            .expires_at = row.time_or_null(16),
            .uid = row.integer_or_null(18),
            .gid = row.integer_or_null(19),
            .created_at = row.time(20),
            .updated_at = row.time(21),
            .last_seen_at = row.time_or_null(22),
            .version = row.integer(23)};
  if (auto merged = row.text_or_null(17)) a.merged_into = AccountId(*std::move(merged));
  return Record{
      .account = std::move(a), .kept = std::string(row.text(24)), .entry_digest = std::string(row.text(25))};
}

constexpr std::size_t kUsualPage = 50;

template <class... Args>
Result<std::vector<Record>> list_records(Connection& connection, const Stmt& stmt, const Args&... args) {
  std::vector<Record> records;
  Status readable;
  LANYARD_CHECK(connection.query(
      stmt,
      [&](const Row& row) {
        if (records.size() == 1) records.reserve(kUsualPage);  // large, and dear to move
        auto record = read_record(row);
        if (record.ok()) {
          records.push_back(std::move(record).value());
        } else {
          readable = std::move(record).error();
        }
      },
      args...));
  LANYARD_CHECK(readable);
  return records;
}

template <class... Args>
Result<std::vector<Account>> list_accounts(Connection& connection, const Stmt& stmt, const Args&... args) {
  LANYARD_TRY(auto records, list_records(connection, stmt, args...));
  std::vector<Account> accounts;
  accounts.reserve(records.size());
  for (Record& record : records) accounts.push_back(std::move(record.account));
  return accounts;
}

template <class... Args>
Result<std::optional<Record>> find_record(Connection& connection, const Stmt& stmt, const Args&... args) {
  LANYARD_TRY(auto records, list_records(connection, stmt, args...));
  if (records.empty()) return std::optional<Record>();
  return std::optional<Record>(std::move(records.front()));
}

std::string_view kind_text(Kind kind) {
  return kind == Kind::service ? "service" : "person";
}

// The least text that is greater than every text with this prefix; search words never hold the byte 0xFF.
std::string behind_prefix(std::string_view prefix) {
  return cat(prefix, '\xFF');
}

}  // namespace

Result<std::optional<Record>> find(Connection& connection, const AccountId& id) {
  return find_record(connection, kFind, id);
}

Result<Record> get(Connection& connection, const AccountId& id) {
  LANYARD_TRY(auto found, find(connection, id));
  if (!found) return make_error(Code::not_found, "There is no such account.");
  return *std::move(found);
}

Result<std::optional<Record>> find_by_number(Connection& connection, std::int64_t number) {
  return find_record(connection, kFindByNumber, number);
}

Result<std::optional<Record>> find_by_username(Connection& connection, std::string_view username) {
  return find_record(connection, kFindByUsername, username);
}

Result<bool> has_username(Connection& connection, std::string_view username) {
  LANYARD_TRY(const auto rows, connection.query(
                                   kHasUsername, [](const Row&) {}, username));
  return rows > 0;
}

Result<Record> follow(Connection& connection, Record record) {
  for (int hops = 0; record.account.merged_into; ++hops) {
    if (hops == 8) return internal_error(cat("account ", record.account.id.str(), " is merged in a loop"));
    LANYARD_TRY(record, get(connection, AccountId(*record.account.merged_into)));
  }
  return record;
}

Status insert(Connection& connection, const Record& record) {
  const Account& a = record.account;
  LANYARD_CHECK(connection.exec(kInsert, a.id, a.number, a.home, kind_text(a.kind), a.username, a.name,
                                a.given_name, a.family_name, a.email, a.email_verified, a.institution,
                                a.experiment, json::write(a.profile), to_string(a.state), a.state_reason,
                                a.is_admin, a.expires_at, a.merged_into, a.uid, a.gid, a.created_at,
                                a.updated_at, a.last_seen_at, a.version, record.kept, record.entry_digest));
  return {};
}

Status update(Connection& connection, Record& record) {
  Account& a = record.account;
  LANYARD_TRY(
      const auto changed,
      connection.exec(kUpdate, a.username, a.name, a.given_name, a.family_name, a.email, a.email_verified,
                      a.institution, a.experiment, json::write(a.profile), to_string(a.state), a.state_reason,
                      a.is_admin, a.expires_at, a.merged_into, a.uid, a.gid, a.updated_at, a.last_seen_at,
                      record.kept, record.entry_digest, a.id, a.version));
  if (changed != 1)
    return make_error(Code::conflict, "The account was changed meanwhile.",
                      "Look at it again, then repeat your change.");
  ++a.version;
  return {};
}

Status touch_seen(Connection& connection, const AccountId& id, Time at) {
  LANYARD_CHECK(connection.exec(kTouchSeen, at, id));
  return {};
}

Result<std::vector<Account>> list(Connection& connection, std::optional<State> state, std::int64_t after,
                                  std::int64_t limit) {
  if (state) return list_accounts(connection, kListState, to_string(*state), after, limit);
  return list_accounts(connection, kList, after, limit);
}

Result<std::vector<Account>> search(Connection& connection, std::optional<State> state,
                                    std::string_view prefix, const std::optional<Account>& after,
                                    std::int64_t limit) {
  std::string from_word(prefix);
  std::int64_t from_number = 0;
  if (after) {
    std::optional<std::string> first;
    for (std::string& word : search_words(*after))
      if (word.starts_with(prefix) && (!first || word < *first)) first = std::move(word);
    if (!first)
      return make_error(Code::conflict, "The last account of this page does not match the search any more.",
                        "Start the list again.");
    from_word = *std::move(first);
    from_number = after->number;
  }
  const std::string end = behind_prefix(prefix);
  if (state)
    return list_accounts(connection, kSearchState, Blob{prefix}, Blob{end}, Blob{from_word}, from_number,
                         limit, to_string(*state));
  return list_accounts(connection, kSearch, Blob{prefix}, Blob{end}, Blob{from_word}, from_number, limit);
}

Result<std::vector<AccountId>> list_same_word(Connection& connection, std::string_view word,
                                              const AccountId& except, std::int64_t limit) {
  std::vector<AccountId> ids;
  LANYARD_CHECK(connection.query(
      kSameWord, [&](const Row& row) { ids.push_back(row.id<AccountTag>(0)); }, Blob{word}, except, limit));
  return ids;
}

Status set_words(Connection& connection, const Account& account, const std::vector<std::string>& words) {
  LANYARD_CHECK(connection.exec(kEraseWords, account.number));
  return add_words(connection, account, words);
}

Status add_words(Connection& connection, const Account& account, const std::vector<std::string>& words) {
  for (const std::string& word : words)
    LANYARD_CHECK(connection.exec(kInsertWord, Blob{word}, account.number, to_string(account.state)));
  return {};
}

Status set_words_state(Connection& connection, const Account& account) {
  LANYARD_CHECK(connection.exec(kWordsState, to_string(account.state), account.number));
  return {};
}

Result<std::int64_t> count(Connection& connection, State state, std::int64_t most) {
  std::int64_t counted = 0;
  LANYARD_CHECK(connection.query(
      kCount, [&](const Row& row) { counted = row.integer(0); }, to_string(state), most));
  return counted;
}

Result<bool> has_other_active_admin(Connection& connection, const AccountId& id) {
  LANYARD_TRY(const auto rows, connection.query(
                                   kOtherAdmin, [](const Row&) {}, id));
  return rows > 0;
}

Result<std::int64_t> take_numbers(Connection& connection, std::int64_t count) {
  std::int64_t number = -1;
  LANYARD_CHECK(connection.query(
      kTakeNumbers, [&](const Row& row) { number = row.integer(0); }, count));
  if (number < 0) return internal_error("the counter 'account_number' is missing");
  return number;
}

Result<RequestId> next_request_id(Connection& connection) {
  std::int64_t number = 0;
  LANYARD_CHECK(connection.query(kNextRequest, [&](const Row& row) { number = row.integer(0); }));
  if (number < 1) return internal_error("the counter 'request_number' is missing");
  std::string text(15, '0');
  for (auto digit = text.rbegin(); number > 0; ++digit, number /= 36)
    *digit = "0123456789abcdefghijklmnopqrstuvwxyz"[number % 36];
  return RequestId(std::move(text));
}

Result<bool> use_admin_email(Connection& connection) {
  LANYARD_TRY(const auto changed, connection.exec(kUseAdminEmail));
  return changed == 1;
}

Result<bool> bootstrap_is_closed(Connection& connection) {
  LANYARD_TRY(const auto found, connection.query(kFindBootstrap, [](const Row&) {}));
  return found == 1;
}

Result<bool> close_bootstrap(Connection& connection, const AccountId& account, Time at) {
  LANYARD_TRY(const auto inserted, connection.exec(kCloseBootstrap, account, at));
  return inserted == 1;
}

std::vector<const store::Stmt*> account_statements() {
  return {&kFind,        &kFindByNumber,  &kFindByUsername, &kHasUsername,   &kInsert,      &kUpdate,
          &kTouchSeen,   &kList,          &kListState,      &kSearch,        &kSearchState, &kSameWord,
          &kEraseWords,  &kInsertWord,    &kWordsState,     &kCount,         &kOtherAdmin,  &kTakeNumbers,
          &kNextRequest, &kUseAdminEmail, &kFindBootstrap,  &kCloseBootstrap};
}

}  // namespace lanyard::accounts::rows
