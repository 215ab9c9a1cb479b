#include "domain/sessions/rows.h"

namespace lanyard::sessions::rows {
namespace {

using store::Blob;
using store::Connection;
using store::Row;
using store::Stmt;

#define LANYARD_SESSION_COLUMNS                                                                     \
  "s.id, s.kind, s.client, s.parent_id, s.account_id, s.issuer, s.subject, s.source, s.auth_time, " \
  "s.created_at, s.seen_at, s.expires_at, "                                                         \
  "s.user_agent, s.address, s.upstream_sid"
constexpr int kColumns = 15;

Session read(const Row& row) {
  Session session;
  session.id = row.id<SessionTag>(0);
  session.kind = row.text(1);
  session.client = row.text(2);
  if (!row.is_null(3)) session.parent = row.id<SessionTag>(3);
  session.account = row.id<AccountTag>(4);
  session.issuer = row.text(5);
  session.subject = row.text(6);
  session.source = row.text(7);
  session.auth_time = row.time(8);
  session.created_at = row.time(9);
  session.seen_at = row.time(10);
  session.expires_at = row.time(11);
  session.user_agent = row.text(12);
  session.address = row.text(13);
  session.upstream_sid = row.text(14);
  return session;
}

}  // namespace

Status insert(Connection& connection, const Session& s, std::string_view hash) {
  static const Stmt kInsert{
      "INSERT INTO sessions (hash, id, kind, client, parent_id, account_id, issuer, subject, source, "
      "auth_time, created_at, seen_at, "
      "expires_at, user_agent, address, upstream_sid) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, "
      "$12, $13, $14, $15, $16)"};
  LANYARD_CHECK(connection.exec(kInsert, Blob{hash}, s.id, s.kind, s.client, s.parent, s.account, s.issuer,
                                s.subject, s.source, s.auth_time, s.created_at, s.seen_at, s.expires_at,
                                s.user_agent, s.address, s.upstream_sid));
  return {};
}

Result<std::optional<Found>> find_by_hash(Connection& connection, std::string_view hash) {
  static const Stmt kFind{"SELECT " LANYARD_SESSION_COLUMNS
                          ", p.id, p.seen_at, p.expires_at FROM sessions s LEFT JOIN sessions p ON p.id = "
                          "s.parent_id WHERE s.hash = $1"};
  std::optional<Found> found;
  LANYARD_CHECK(connection.query(
      kFind,
      [&](const Row& row) {
        Found one;
        one.session = read(row);
        one.parent_is_there = !one.session.parent || !row.is_null(kColumns);
        one.parent_seen_at = row.time_or_null(kColumns + 1);
        one.parent_expires_at = row.time_or_null(kColumns + 2);
        found = std::move(one);
      },
      Blob{hash}));
  return found;
}

Result<std::optional<Session>> find_by_id(Connection& connection, const SessionId& id) {
  static const Stmt kFind{"SELECT " LANYARD_SESSION_COLUMNS " FROM sessions s WHERE s.id = $1"};
  std::optional<Session> found;
  LANYARD_CHECK(connection.query(
      kFind, [&](const Row& row) { found = read(row); }, id));
  return found;
}

Status touch(Connection& connection, const Session& session, Time now, Time before) {
  static const Stmt kTouch{"UPDATE sessions SET seen_at = $1 WHERE id = $2 AND seen_at < $3"};
  LANYARD_CHECK(connection.exec(kTouch, now, session.id, before));
  if (session.parent) LANYARD_CHECK(connection.exec(kTouch, now, *session.parent, before));
  return {};
}

Result<std::int64_t> remove(Connection& connection, const SessionId& id) {
  static const Stmt kChildren{"DELETE FROM sessions WHERE parent_id = $1"};
  static const Stmt kOwn{"DELETE FROM sessions WHERE id = $1"};
  LANYARD_CHECK(connection.exec(kChildren, id));
  return connection.exec(kOwn, id);
}

Result<std::vector<SessionId>> list_ids(Connection& connection, const AccountId& account,
                                        const SessionId& but) {
  static const Stmt kList{
      "SELECT id FROM sessions WHERE account_id = $1 AND id <> $2 AND parent_id IS NULL ORDER BY created_at"};
  std::vector<SessionId> ids;
  LANYARD_CHECK(connection.query(
      kList, [&](const Row& row) { ids.push_back(row.id<SessionTag>(0)); }, account, but));
  return ids;
}

Result<std::int64_t> remove_all(Connection& connection, const AccountId& account, const SessionId& but) {
  static const Stmt kRemove{
      "DELETE FROM sessions WHERE account_id = $1 AND id <> $2 AND (parent_id IS NULL OR parent_id <> $2)"};
  return connection.exec(kRemove, account, but);
}

Result<std::vector<Session>> list(Connection& connection, const AccountId& account, Time now,
                                  Time seen_after) {
  static const Stmt kList{"SELECT " LANYARD_SESSION_COLUMNS
                          " FROM sessions s WHERE s.account_id = $1 AND s.parent_id IS NULL AND s.expires_at "
                          "> $2 AND s.seen_at > $3 "
                          "ORDER BY s.created_at DESC LIMIT 200"};
  std::vector<Session> sessions;
  LANYARD_CHECK(connection.query(
      kList, [&](const Row& row) { sessions.push_back(read(row)); }, account, now, seen_after));
  return sessions;
}

Result<std::vector<Session>> list_children(Connection& connection, const SessionId& parent, Time now) {
  static const Stmt kList{"SELECT " LANYARD_SESSION_COLUMNS
                          " FROM sessions s WHERE s.parent_id = $1 AND s.expires_at > $2 "
                          "ORDER BY s.client, s.created_at LIMIT 200"};
  std::vector<Session> sessions;
  LANYARD_CHECK(connection.query(
      kList, [&](const Row& row) { sessions.push_back(read(row)); }, parent, now));
  return sessions;
}

Result<std::vector<Session>> list_of_identity(Connection& connection, std::string_view issuer,
                                              std::string_view subject) {
  static const Stmt kList{"SELECT " LANYARD_SESSION_COLUMNS
                          " FROM sessions s WHERE s.issuer = $1 AND s.subject = $2 ORDER BY s.created_at"};
  std::vector<Session> sessions;
  LANYARD_CHECK(connection.query(
      kList, [&](const Row& row) { sessions.push_back(read(row)); }, issuer, subject));
  return sessions;
}

Result<std::vector<Session>> list_of_upstream_sid(Connection& connection, std::string_view issuer,
                                                  std::string_view sid) {
  static const Stmt kList{"SELECT " LANYARD_SESSION_COLUMNS
                          " FROM sessions s WHERE s.issuer = $1 AND s.upstream_sid = $2 AND s.upstream_sid "
                          "<> '' ORDER BY s.created_at"};
  std::vector<Session> sessions;
  LANYARD_CHECK(connection.query(
      kList, [&](const Row& row) { sessions.push_back(read(row)); }, issuer, sid));
  return sessions;
}

Result<std::int64_t> sweep(Connection& connection, Time now, std::int64_t most) {
  static const Stmt kSweep{
      "DELETE FROM sessions WHERE hash IN (SELECT hash FROM sessions WHERE expires_at < $1 ORDER BY "
      "expires_at LIMIT $2)"};
  return connection.exec(kSweep, now, most);
}

Status insert_artefact(Connection& connection, std::string_view hash, const StoredArtefact& artefact,
                       Time now) {
  static const Stmt kInsert{
      "INSERT INTO artefacts (hash, kind, client, account_id, data, created_at, expires_at) VALUES ($1, $2, "
      "$3, $4, $5, $6, $7)"};
  LANYARD_CHECK(connection.exec(kInsert, Blob{hash}, artefact.kind, artefact.client, artefact.account,
                                Blob{artefact.sealed}, now, artefact.expires_at));
  return {};
}

Result<std::optional<StoredArtefact>> find_artefact(Connection& connection, std::string_view hash) {
  static const Stmt kFind{
      "SELECT kind, client, account_id, data, expires_at, consumed_at FROM artefacts WHERE hash = $1"};
  std::optional<StoredArtefact> found;
  LANYARD_CHECK(connection.query(
      kFind,
      [&](const Row& row) {
        StoredArtefact one;
        one.kind = row.text(0);
        one.client = row.text(1);
        if (!row.is_null(2)) one.account = row.id<AccountTag>(2);
        one.sealed = row.blob(3);
        one.expires_at = row.time(4);
        one.consumed = !row.is_null(5);
        found = std::move(one);
      },
      Blob{hash}));
  return found;
}

Result<bool> consume_artefact(Connection& connection, std::string_view hash, std::string_view kind,
                              std::string_view client, Time now) {
  static const Stmt kConsume{
      "UPDATE artefacts SET consumed_at = $1 WHERE hash = $2 AND kind = $3 AND client = $4 AND consumed_at "
      "IS NULL"};
  LANYARD_TRY(const std::int64_t changed, connection.exec(kConsume, now, Blob{hash}, kind, client));
  return changed == 1;
}

Result<std::int64_t> sweep_artefacts(Connection& connection, Time now, std::int64_t most) {
  static const Stmt kSweep{
      "DELETE FROM artefacts WHERE hash IN (SELECT hash FROM artefacts WHERE expires_at < $1 ORDER BY "
      "expires_at LIMIT $2)"};
  return connection.exec(kSweep, now, most);
}

}  // namespace lanyard::sessions::rows
