#include "domain/tokens/grant_rows.h"

#include "base/text.h"
#include "domain/tokens/scopes.h"

namespace lanyard::tokens::rows {
namespace {

using store::Blob;
using store::Connection;
using store::Row;
using store::Stmt;

#define LANYARD_GRANT_COLUMNS                                                                          \
  "id, client, account_id, issuer, subject, source, kind, scope, audience, session_id, auth_time, "    \
  "bound_to, salt, generation, created_at, rotated_at, idle_until, expires_at, ended_at, end_reason, " \
  "address, user_agent, sid"

TokenGrant read(const Row& row) {
  TokenGrant grant;
  grant.id = row.id<TokenGrantTag>(0);
  grant.client = row.id<ClientTag>(1);
  grant.account = row.id<AccountTag>(2);
  grant.issuer = row.text(3);
  grant.subject = row.text(4);
  grant.source = row.text(5);
  grant.kind = row.text(6);
  grant.scopes = words_of(row.text(7));
  grant.audience = words_of(row.text(8));
  grant.session = row.text(9);
  grant.auth_time = row.time(10);
  grant.bound_to = row.text(11);
  grant.salt = row.blob(12);
  grant.generation = row.integer(13);
  grant.created_at = row.time(14);
  grant.rotated_at = row.time(15);
  grant.idle_until = row.time(16);
  grant.expires_at = row.time(17);
  grant.ended_at = row.time_or_null(18);
  grant.end_reason = row.text(19);
  grant.address = row.text(20);
  grant.user_agent = row.text(21);
  grant.sid = row.text(22);
  return grant;
}

template <class... Args>
Result<std::vector<TokenGrant>> collect(Connection& connection, const Stmt& stmt, const Args&... args) {
  std::vector<TokenGrant> all;
  LANYARD_CHECK(connection.query(
      stmt, [&](const Row& row) { all.push_back(read(row)); }, args...));
  return all;
}

}  // namespace

Status insert(Connection& connection, const TokenGrant& g) {
  static const Stmt kInsert{
      "INSERT INTO token_grants (" LANYARD_GRANT_COLUMNS
      ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, NULL, '', "
      "$19, $20, $21)"};
  const std::string scope = join(g.scopes, " "), audience = join(g.audience, " ");
  LANYARD_CHECK(connection.exec(kInsert, g.id, g.client, g.account, g.issuer, g.subject, g.source, g.kind,
                                scope, audience, g.session, g.auth_time, g.bound_to, Blob{g.salt},
                                g.generation, g.created_at, g.rotated_at, g.idle_until, g.expires_at,
                                g.address, g.user_agent, g.sid));
  return {};
}

Result<std::optional<TokenGrant>> find(Connection& connection, const TokenGrantId& id) {
  static const Stmt kFind{"SELECT " LANYARD_GRANT_COLUMNS " FROM token_grants WHERE id = $1"};
  std::optional<TokenGrant> found;
  LANYARD_CHECK(connection.query(
      kFind, [&](const Row& row) { found = read(row); }, id));
  return found;
}

Status rotate(Connection& connection, const TokenGrantId& id, Time now, Time idle_until) {
  static const Stmt kRotate{
      "UPDATE token_grants SET generation = generation + 1, rotated_at = $2, idle_until = $3 WHERE id = $1"};
  LANYARD_CHECK(connection.exec(kRotate, id, now, idle_until));
  return {};
}

Status touch(Connection& connection, const TokenGrantId& id, Time now, Time idle_until) {
  static const Stmt kTouch{"UPDATE token_grants SET rotated_at = $2, idle_until = $3 WHERE id = $1"};
  LANYARD_CHECK(connection.exec(kTouch, id, now, idle_until));
  return {};
}

Result<bool> end(Connection& connection, const TokenGrantId& id, Time now, std::string_view reason) {
  static const Stmt kEnd{
      "UPDATE token_grants SET ended_at = $2, end_reason = $3 WHERE id = $1 AND ended_at IS NULL"};
  LANYARD_TRY(const std::int64_t changed, connection.exec(kEnd, id, now, reason));
  return changed == 1;
}

Result<std::vector<TokenGrant>> list(Connection& connection, const AccountId& account, Time now) {
  static const Stmt kList{"SELECT " LANYARD_GRANT_COLUMNS
                          " FROM token_grants WHERE account_id = $1 AND ended_at IS NULL AND expires_at > $2 "
                          "AND idle_until > $2 ORDER BY created_at DESC, id LIMIT 1000"};
  return collect(connection, kList, account, now);
}

Result<std::vector<TokenGrant>> list_of_session(Connection& connection, std::string_view session) {
  static const Stmt kList{"SELECT " LANYARD_GRANT_COLUMNS
                          " FROM token_grants WHERE session_id = $1 AND session_id <> '' AND ended_at IS "
                          "NULL"};
  return collect(connection, kList, session);
}

Status move_session(Connection& connection, std::string_view former, std::string_view next) {
  static const Stmt kMove{
      "UPDATE token_grants SET session_id = $2 WHERE session_id = $1 AND session_id <> ''"};
  LANYARD_CHECK(connection.exec(kMove, former, next));
  return {};
}

Result<std::vector<TokenGrant>> list_of_client(Connection& connection, const AccountId& account,
                                               const ClientId& client, Time now) {
  static const Stmt kList{"SELECT " LANYARD_GRANT_COLUMNS
                          " FROM token_grants WHERE account_id = $1 AND client = $2 AND ended_at IS NULL AND "
                          "expires_at > $3"};
  return collect(connection, kList, account, client, now);
}

Result<std::vector<TokenGrant>> list_of_whole_client(Connection& connection, const ClientId& client, Time now,
                                                     std::int64_t most) {
  static const Stmt kList{"SELECT " LANYARD_GRANT_COLUMNS
                          " FROM token_grants WHERE client = $1 AND ended_at IS NULL AND expires_at > $2 "
                          "ORDER BY created_at LIMIT $3"};
  return collect(connection, kList, client, now, most);
}

Result<std::int64_t> sweep(Connection& connection, Time now, std::int64_t most) {
  static const Stmt kSweep{
      "DELETE FROM token_grants WHERE id IN (SELECT id FROM token_grants WHERE expires_at < $1 ORDER BY "
      "expires_at LIMIT $2)"};
  return connection.exec(kSweep, now, most);
}

}  // namespace lanyard::tokens::rows
