#include "domain/tokens/key_rows.h"

#include "base/text.h"

namespace lanyard::tokens::key_rows {

using store::Blob;
using store::Connection;
using store::Row;
using store::Stmt;

std::string place(std::string_view kid) {
  return cat("signing_keys/sealed/", kid);
}

Status insert(Connection& connection, const KeyRow& row) {
  static const Stmt kInsert{
      "INSERT INTO signing_keys (kid, algorithm, sealed, public, created_at, active_at, retired_at, gone_at) "
      "VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"};
  LANYARD_CHECK(connection.exec(kInsert, row.kid, row.algorithm, Blob{row.sealed}, row.public_json,
                                row.created_at, row.active_at, row.retired_at, row.gone_at));
  return {};
}

Result<std::vector<KeyRow>> list(Connection& connection) {
  static const Stmt kList{
      "SELECT kid, algorithm, sealed, public, created_at, active_at, retired_at, gone_at FROM signing_keys "
      "ORDER BY created_at DESC, kid"};
  std::vector<KeyRow> found;
  LANYARD_CHECK(connection.query(kList, [&](const Row& row) {
    KeyRow one;
    one.kid = row.text(0);
    one.algorithm = row.text(1);
    one.sealed = row.blob(2);
    one.public_json = row.text(3);
    one.created_at = row.time(4);
    one.active_at = row.time(5);
    one.retired_at = row.time_or_null(6);
    one.gone_at = row.time_or_null(7);
    found.push_back(std::move(one));
  }));
  return found;
}

Status set_end(Connection& connection, std::string_view kid, Time retired_at, Time gone_at) {
  static const Stmt kEnd{"UPDATE signing_keys SET retired_at = $1, gone_at = $2 WHERE kid = $3"};
  LANYARD_CHECK(connection.exec(kEnd, retired_at, gone_at, kid));
  return {};
}

}  // namespace lanyard::tokens::key_rows
