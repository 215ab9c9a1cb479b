// The half of rows.h that is about identities, addresses and join requests.
#include <utility>

#include "domain/accounts/rows.h"

#define REQUEST_COLUMNS \
  "id, account_id, opened_at, note, decision, decided_at, decided_by, door, reason, version"

namespace lanyard::accounts::rows {
namespace {

using store::Row;
using store::Stmt;

const Stmt kFindIdentity{
    "SELECT issuer, subject, account_id, source, created_at, last_login_at, username, groups FROM identities "
    "WHERE issuer = $1 AND subject = $2"};
const Stmt kInsertIdentity{
    "INSERT INTO identities (issuer, subject, account_id, source, created_at, last_login_at, username, "
    "groups) "
    "VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"};
const Stmt kTouchIdentity{
    "UPDATE identities SET source = $1, last_login_at = $2, username = $3, groups = $4 WHERE issuer = $5 AND "
    "subject = $6"};
const Stmt kEraseIdentity{"DELETE FROM identities WHERE issuer = $1 AND subject = $2"};
const Stmt kListIdentities{
    "SELECT issuer, subject, account_id, source, created_at, last_login_at, username, groups FROM identities "
    "WHERE account_id = $1 ORDER BY created_at, issuer, subject LIMIT 200"};
const Stmt kListAddresses{
    "SELECT address, verified, is_primary, prepared, issuer, subject FROM addresses "
    "WHERE account_id = $1 ORDER BY is_primary DESC, address LIMIT 200"};
const Stmt kPutAddress{
    "INSERT INTO addresses (account_id, address, verified, is_primary, issuer, subject, prepared, "
    "created_at) "
    "VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (account_id, address) DO UPDATE SET "
    "verified = excluded.verified, is_primary = excluded.is_primary, issuer = excluded.issuer, "
    "subject = excluded.subject, prepared = excluded.prepared"};
const Stmt kEraseAddress{"DELETE FROM addresses WHERE account_id = $1 AND address = $2"};
const Stmt kConsumePrepared{"UPDATE addresses SET prepared = 0 WHERE account_id = $1 AND prepared = 1"};
const Stmt kListPrepared{"SELECT account_id FROM addresses WHERE address = $1 AND prepared = 1 LIMIT $2"};
const Stmt kListHolders{
    "SELECT account_id FROM addresses WHERE address = $1 AND verified = $2 ORDER BY account_id LIMIT $3"};
const Stmt kInsertRequest{"INSERT INTO requests (" REQUEST_COLUMNS
                          ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"};
const Stmt kFindRequest{"SELECT " REQUEST_COLUMNS " FROM requests WHERE id = $1"};
const Stmt kFindOpen{"SELECT " REQUEST_COLUMNS " FROM requests WHERE account_id = $1 AND decision = 'open'"};
const Stmt kFindLatest{"SELECT " REQUEST_COLUMNS
                       " FROM requests WHERE account_id = $1 ORDER BY opened_at DESC, id DESC LIMIT 1"};
const Stmt kCloseRequest{
    "UPDATE requests SET decision = $1, decided_at = $2, decided_by = $3, door = $4, reason = $5, version = "
    "version + 1 "
    "WHERE id = $6 AND decision = 'open' AND version = $7"};
const Stmt kSetRequestNote{"UPDATE requests SET note = $1, version = version + 1 WHERE id = $2"};
const Stmt kListOpen{
    "SELECT " REQUEST_COLUMNS
    " FROM requests WHERE decision = 'open' AND (opened_at, id) > ($1, $2) ORDER BY opened_at, id LIMIT $3"};

// Asserted groups as a JSON list; our own writing, so anything else reads as none.
std::vector<std::string> read_groups(std::string_view text) {
  std::vector<std::string> groups;
  const auto value = json::parse(text);
  if (!value.ok() || value->as_array() == nullptr) return groups;
  for (const json::Value& one : *value->as_array()) {
    if (one.as_string() != nullptr) groups.push_back(*one.as_string());
  }
  return groups;
}

std::string write_groups(const std::vector<std::string>& groups) {
  return json::write(json::Array(groups.begin(), groups.end()));
}

Identity read_identity(const Row& row) {
  return {.issuer = std::string(row.text(0)),
          .subject = std::string(row.text(1)),
          .account = row.id<AccountTag>(2),
          .source = std::string(row.text(3)),
          .created_at = row.time(4),
          .last_login_at = row.time_or_null(5),
          .username = std::string(row.text(6)),
          .groups = read_groups(row.text(7))};
}

Request read_request(const Row& row) {
  return {.id = row.id<RequestTag>(0),
          .account = row.id<AccountTag>(1),
          .opened_at = row.time(2),
          .note = std::string(row.text(3)),
          .decision = std::string(row.text(4)),
          .decided_at = row.time_or_null(5),
          .decided_by = std::string(row.text(6)),
          .door = std::string(row.text(7)),
          .reason = std::string(row.text(8)),
          .version = row.integer(9)};
}

template <class... Args>
Result<std::optional<Request>> find_one_request(Connection& connection, const Stmt& stmt,
                                                const Args&... args) {
  std::optional<Request> request;
  LANYARD_CHECK(connection.query(
      stmt, [&](const Row& row) { request = read_request(row); }, args...));
  return request;
}

}  // namespace

Result<std::optional<Identity>> find_identity(Connection& connection, std::string_view issuer,
                                              std::string_view subject) {
  std::optional<Identity> identity;
  LANYARD_CHECK(connection.query(
      kFindIdentity, [&](const Row& row) { identity = read_identity(row); }, issuer, subject));
  return identity;
}

Status insert_identity(Connection& connection, const Identity& i) {
  LANYARD_CHECK(connection.exec(kInsertIdentity, i.issuer, i.subject, i.account, i.source, i.created_at,
                                i.last_login_at, i.username, write_groups(i.groups)));
  return {};
}

Status touch_identity(Connection& connection, const Identity& i) {
  LANYARD_CHECK(connection.exec(kTouchIdentity, i.source, i.last_login_at, i.username, write_groups(i.groups),
                                i.issuer, i.subject));
  return {};
}

Status erase_identity(Connection& connection, const Identity& i) {
  LANYARD_CHECK(connection.exec(kEraseIdentity, i.issuer, i.subject));
  return {};
}

Result<std::vector<Identity>> list_identities(Connection& connection, const AccountId& account) {
  std::vector<Identity> identities;
  LANYARD_CHECK(connection.query(
      kListIdentities, [&](const Row& row) { identities.push_back(read_identity(row)); }, account));
  return identities;
}

Result<std::vector<Vouched>> list_addresses(Connection& connection, const AccountId& account) {
  std::vector<Vouched> addresses;
  LANYARD_CHECK(connection.query(
      kListAddresses,
      [&](const Row& row) {
        addresses.push_back({.address = {.address = std::string(row.text(0)),
                                         .verified = row.flag(1),
                                         .is_primary = row.flag(2),
                                         .prepared = row.flag(3)},
                             .issuer = std::string(row.text(4)),
                             .subject = std::string(row.text(5))});
      },
      account));
  return addresses;
}

Status put_address(Connection& connection, const AccountId& account, const Vouched& v, Time at) {
  LANYARD_CHECK(connection.exec(kPutAddress, account, v.address.address, v.address.verified,
                                v.address.is_primary, v.issuer, v.subject, v.address.prepared, at));
  return {};
}

Status erase_address(Connection& connection, const AccountId& account, std::string_view key) {
  LANYARD_CHECK(connection.exec(kEraseAddress, account, key));
  return {};
}

Status consume_prepared(Connection& connection, const AccountId& account) {
  LANYARD_CHECK(connection.exec(kConsumePrepared, account));
  return {};
}

Result<std::vector<AccountId>> list_prepared(Connection& connection, std::string_view key,
                                             std::int64_t limit) {
  std::vector<AccountId> ids;
  LANYARD_CHECK(connection.query(
      kListPrepared, [&](const Row& row) { ids.push_back(row.id<AccountTag>(0)); }, key, limit));
  return ids;
}

Result<std::vector<AccountId>> list_holders(Connection& connection, std::string_view key, bool verified,
                                            std::int64_t limit) {
  std::vector<AccountId> ids;
  LANYARD_CHECK(connection.query(
      kListHolders, [&](const Row& row) { ids.push_back(row.id<AccountTag>(0)); }, key, verified, limit));
  return ids;
}

Status insert_request(Connection& connection, const Request& r) {
  LANYARD_CHECK(connection.exec(kInsertRequest, r.id, r.account, r.opened_at, r.note, r.decision,
                                r.decided_at, r.decided_by, r.door, r.reason, r.version));
  return {};
}

Result<std::optional<Request>> find_request(Connection& connection, const RequestId& id) {
  return find_one_request(connection, kFindRequest, id);
}

Result<std::optional<Request>> find_open(Connection& connection, const AccountId& account) {
  return find_one_request(connection, kFindOpen, account);
}

Result<std::optional<Request>> find_latest(Connection& connection, const AccountId& account) {
  return find_one_request(connection, kFindLatest, account);
}

Result<bool> close_request(Connection& connection, const Request& r) {
  LANYARD_TRY(const auto changed, connection.exec(kCloseRequest, r.decision, r.decided_at, r.decided_by,
                                                  r.door, r.reason, r.id, r.version));
  return changed == 1;
}

Status set_request_note(Connection& connection, const RequestId& id, std::string_view note) {
  LANYARD_CHECK(connection.exec(kSetRequestNote, note, id));
  return {};
}

Result<std::vector<Request>> list_open(Connection& connection, const std::optional<Request>& after,
                                       std::int64_t limit) {
  std::vector<Request> requests;
  LANYARD_CHECK(connection.query(
      kListOpen, [&](const Row& row) { requests.push_back(read_request(row)); },
      after ? to_micros(after->opened_at) : std::int64_t{-1},
      after ? std::string_view(after->id.str()) : std::string_view(), limit));
  return requests;
}

std::vector<const store::Stmt*> login_statements() {
  return {&kFindIdentity,  &kInsertIdentity, &kTouchIdentity, &kEraseIdentity,   &kListIdentities,
          &kListAddresses, &kPutAddress,     &kEraseAddress,  &kConsumePrepared, &kListPrepared,
          &kListHolders,   &kInsertRequest,  &kFindRequest,   &kFindOpen,        &kFindLatest,
          &kCloseRequest,  &kSetRequestNote, &kListOpen};
}

}  // namespace lanyard::accounts::rows
