#include "domain/credentials/rows.h"

#include "base/text.h"

namespace lanyard::credentials::rows {
namespace {

using store::Blob;
using store::Connection;
using store::Row;
using store::Stmt;

#define LANYARD_CREDENTIAL_COLUMNS \
  "id, kind, account_id, scope, label, created_at, expires_at, last_used_at, revoked_at"

Credential read(const Row& row) {
  Credential credential;
  credential.id = row.id<CredentialTag>(0);
  credential.kind = row.text(1);
  credential.account = row.id<AccountTag>(2);
  for (const std::string_view word : split_words(row.text(3))) credential.scopes.emplace_back(word);
  credential.label = row.text(4);
  credential.created_at = row.time(5);
  credential.expires_at = row.time_or_null(6);
  credential.last_used_at = row.time_or_null(7);
  credential.revoked_at = row.time_or_null(8);
  return credential;
}

}  // namespace

Status insert(Connection& connection, const Credential& c, std::string_view hash) {
  static const Stmt kInsert{
      "INSERT INTO credentials (id, kind, account_id, client, hash, scope, label, created_at, expires_at) "
      "VALUES ($1, $2, $3, '', $4, $5, $6, $7, $8)"};
  LANYARD_CHECK(connection.exec(kInsert, c.id, c.kind, c.account, Blob{hash}, join(c.scopes, " "), c.label,
                                c.created_at, c.expires_at));
  return {};
}

Result<std::optional<Credential>> find_by_hash(Connection& connection, std::string_view hash) {
  static const Stmt kFind{"SELECT " LANYARD_CREDENTIAL_COLUMNS " FROM credentials WHERE hash = $1"};
  std::optional<Credential> found;
  LANYARD_CHECK(connection.query(
      kFind, [&](const Row& row) { found = read(row); }, Blob{hash}));
  return found;
}

Result<std::optional<Credential>> find_by_id(Connection& connection, const CredentialId& id) {
  static const Stmt kFind{"SELECT " LANYARD_CREDENTIAL_COLUMNS " FROM credentials WHERE id = $1"};
  std::optional<Credential> found;
  LANYARD_CHECK(connection.query(
      kFind, [&](const Row& row) { found = read(row); }, id));
  return found;
}

Result<std::vector<Credential>> list(Connection& connection, const AccountId& account) {
  static const Stmt kList{
      "SELECT " LANYARD_CREDENTIAL_COLUMNS
      " FROM credentials WHERE account_id = $1 AND revoked_at IS NULL ORDER BY created_at DESC LIMIT 200"};
  std::vector<Credential> credentials;
  LANYARD_CHECK(connection.query(
      kList, [&](const Row& row) { credentials.push_back(read(row)); }, account));
  return credentials;
}

Result<bool> revoke(Connection& connection, const CredentialId& id, Time now) {
  static const Stmt kRevoke{"UPDATE credentials SET revoked_at = $1 WHERE id = $2 AND revoked_at IS NULL"};
  LANYARD_TRY(const std::int64_t changed, connection.exec(kRevoke, now, id));
  return changed == 1;
}

Result<std::int64_t> revoke_all(Connection& connection, const AccountId& account, Time now) {
  static const Stmt kRevoke{
      "UPDATE credentials SET revoked_at = $1 WHERE account_id = $2 AND revoked_at IS NULL"};
  return connection.exec(kRevoke, now, account);
}

Status touch(Connection& connection, const CredentialId& id, Time now, Time before) {
  static const Stmt kTouch{
      "UPDATE credentials SET last_used_at = $1 WHERE id = $2 AND (last_used_at IS NULL OR last_used_at < "
      "$3)"};
  LANYARD_CHECK(connection.exec(kTouch, now, id, before));
  return {};
}

}  // namespace lanyard::credentials::rows
