#include "domain/issuers/rows.h"

namespace lanyard::issuers {
namespace {

const store::Stmt kFind{
    "SELECT metadata, keys, jwks_uri, fetched_at, expires_at FROM issuer_keys WHERE issuer = $1"};
const store::Stmt kSave{
    "INSERT INTO issuer_keys (issuer, metadata, keys, jwks_uri, fetched_at, expires_at, failed_at, failures, "
    "last_error) VALUES ($1, $2, $3, $4, $5, $6, NULL, 0, '') "
    "ON CONFLICT (issuer) DO UPDATE SET metadata = excluded.metadata, keys = excluded.keys, "
    "jwks_uri = excluded.jwks_uri, fetched_at = excluded.fetched_at, expires_at = excluded.expires_at, "
    "failed_at = NULL, failures = 0, last_error = '' WHERE issuer_keys.fetched_at <= excluded.fetched_at "
    "OR issuer_keys.fetched_at > $7"};
const store::Stmt kFail{
    "UPDATE issuer_keys SET failed_at = $2, failures = $3, last_error = $4 WHERE issuer = $1"};
const store::Stmt kErase{"DELETE FROM issuer_keys WHERE issuer = $1"};

}  // namespace

Result<std::optional<StoredKeys>> find_stored(store::Database& database, std::string_view issuer) {
  std::optional<StoredKeys> out;
  LANYARD_CHECK(database.read([&](store::Connection& connection) -> Status {
    out.reset();
    LANYARD_CHECK(connection.query(
        kFind,
        [&](const store::Row& row) {
          out = StoredKeys{std::string(row.text(0)), std::string(row.text(1)), std::string(row.text(2)),
                           row.time(3), row.time(4)};
        },
        issuer));
    return {};
  }));
  return out;
}

Status save_stored(store::Database& database, std::string_view issuer, const StoredKeys& stored, Time now) {
  return database.write([&](store::Connection& connection) -> Status {
    LANYARD_CHECK(connection.exec(kSave, issuer, stored.metadata, stored.keys, stored.jwks_uri,
                                  stored.fetched_at, stored.expires_at, now));
    return {};
  });
}

Status note_failure(store::Database& database, std::string_view issuer, Time at, std::int64_t failures,
                    std::string_view reason) {
  return database.write([&](store::Connection& connection) -> Status {
    LANYARD_CHECK(connection.exec(kFail, issuer, at, failures, reason));
    return {};
  });
}

Status erase_stored(store::Database& database, std::string_view issuer) {
  return database.write([&](store::Connection& connection) -> Status {
    LANYARD_CHECK(connection.exec(kErase, issuer));
    return {};
  });
}

}  // namespace lanyard::issuers
