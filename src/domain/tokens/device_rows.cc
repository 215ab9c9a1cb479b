#include "domain/tokens/device_rows.h"

#include "base/text.h"
#include "domain/tokens/scopes.h"

namespace lanyard::tokens::rows {
namespace {

using store::Blob;
using store::Connection;
using store::Row;
using store::Stmt;

#define LANYARD_DEVICE_COLUMNS                                                                      \
  "hash, client, scope, audience, bound_to, state, grant_id, account_id, issuer, subject, source, " \
  "session_id, auth_time, address, user_agent, wait_seconds, polled_at, created_at, expires_at"

std::string_view to_string(DeviceState state) {
  switch (state) {
    case DeviceState::waiting:
      return "waiting";
    case DeviceState::approved:
      return "approved";
    case DeviceState::denied:
      return "denied";
    case DeviceState::used:
      return "used";
  }
  return "used";
}

DeviceState parse_state(std::string_view text) {
  for (const DeviceState state : {DeviceState::waiting, DeviceState::approved, DeviceState::denied})
    if (text == to_string(state)) return state;
  return DeviceState::used;
}

StoredDevice read(const Row& row) {
  StoredDevice stored;
  DeviceRequest& request = stored.request;
  stored.hash = row.blob(0);
  request.client = row.id<ClientTag>(1);
  request.scopes = words_of(row.text(2));
  request.audience = words_of(row.text(3));
  request.bound_to = row.text(4);
  request.state = parse_state(row.text(5));
  request.grant = row.id<TokenGrantTag>(6);
  if (!row.is_null(7)) request.account = row.id<AccountTag>(7);
  request.issuer = row.text(8);
  request.subject = row.text(9);
  request.source = row.text(10);
  request.session = row.text(11);
  request.auth_time = row.time(12);
  request.address = row.text(13);
  request.user_agent = row.text(14);
  stored.wait_seconds = row.integer(15);
  stored.polled_at = row.time(16);
  request.created_at = row.time(17);
  request.expires_at = row.time(18);
  return stored;
}

Result<std::optional<StoredDevice>> one(Connection& connection, const Stmt& stmt, std::string_view key) {
  std::optional<StoredDevice> found;
  LANYARD_CHECK(connection.query(
      stmt, [&](const Row& row) { found = read(row); }, Blob{key}));
  return found;
}

}  // namespace

Status insert_device(Connection& connection, const StoredDevice& device, std::string_view user_hash) {
  static const Stmt kInsert{
      "INSERT INTO device_codes (" LANYARD_DEVICE_COLUMNS
      ", user_hash) VALUES ($1, $2, $3, $4, $5, 'waiting', $6, NULL, '', '', '', '', 0, $7, $8, $9, 0, $10, "
      "$11, $12)"};
  const DeviceRequest& r = device.request;
  const std::string scope = join(r.scopes, " "), audience = join(r.audience, " ");
  LANYARD_CHECK(connection.exec(kInsert, Blob{device.hash}, r.client, scope, audience, r.bound_to, r.grant,
                                r.address, r.user_agent, device.wait_seconds, r.created_at, r.expires_at,
                                Blob{user_hash}));
  return {};
}

Result<std::optional<StoredDevice>> find_device(Connection& connection, std::string_view hash) {
  static const Stmt kFind{"SELECT " LANYARD_DEVICE_COLUMNS " FROM device_codes WHERE hash = $1"};
  return one(connection, kFind, hash);
}

Result<std::optional<StoredDevice>> find_device_by_user(Connection& connection, std::string_view user_hash) {
  static const Stmt kFind{"SELECT " LANYARD_DEVICE_COLUMNS " FROM device_codes WHERE user_hash = $1"};
  return one(connection, kFind, user_hash);
}

Result<bool> decide_device(Connection& connection, std::string_view hash, DeviceState state,
                           const DeviceRequest& by) {
  static const Stmt kDecide{
      "UPDATE device_codes SET state = $2, account_id = $3, issuer = $4, subject = $5, source = $6, "
      "session_id = $7, auth_time = $8 WHERE hash = $1 AND state = 'waiting'"};
  const std::optional<AccountId> account = by.account.empty() ? std::nullopt : std::optional(by.account);
  LANYARD_TRY(const std::int64_t changed,
              connection.exec(kDecide, Blob{hash}, to_string(state), account, by.issuer, by.subject,
                              by.source, by.session, by.auth_time));
  return changed == 1;
}

Status note_poll(Connection& connection, std::string_view hash, Time now, std::int64_t wait_seconds) {
  static const Stmt kNote{"UPDATE device_codes SET polled_at = $2, wait_seconds = $3 WHERE hash = $1"};
  LANYARD_CHECK(connection.exec(kNote, Blob{hash}, now, wait_seconds));
  return {};
}

Result<bool> use_device(Connection& connection, std::string_view hash, const ClientId& client) {
  static const Stmt kUse{
      "UPDATE device_codes SET state = 'used' WHERE hash = $1 AND client = $2 AND state = 'approved'"};
  LANYARD_TRY(const std::int64_t changed, connection.exec(kUse, Blob{hash}, client));
  return changed == 1;
}

Result<std::int64_t> sweep_devices(Connection& connection, Time now, std::int64_t most) {
  static const Stmt kSweep{
      "DELETE FROM device_codes WHERE hash IN (SELECT hash FROM device_codes WHERE expires_at < $1 ORDER BY "
      "expires_at LIMIT $2)"};
  return connection.exec(kSweep, now, most);
}

}  // namespace lanyard::tokens::rows
