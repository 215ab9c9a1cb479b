#include "domain/tokens/once.h"

#include <string>

#include "base/text.h"
#include "platform/crypto/digest.h"

namespace lanyard::tokens {
namespace {

using store::Blob;
using store::Stmt;

// Length in front of each part, so that no two triples have one text.
std::string key_of(std::string_view kind, std::string_view owner, std::string_view text) {
  return crypto::sha256_bytes(cat(kind.size(), ":", kind, owner.size(), ":", owner, text));
}

}  // namespace

Result<bool> Once::first_time(std::string_view kind, std::string_view owner, std::string_view text,
                              Time until) {
  bool is_first = false;
  LANYARD_CHECK(database_.write([&](store::Connection& connection) -> Status {
    LANYARD_TRY(is_first, first_time_in(connection, kind, owner, text, until));
    return {};
  }));
  return is_first;
}

Result<bool> Once::first_time_in(store::Connection& connection, std::string_view kind, std::string_view owner,
                                 std::string_view text, Time until) {
  static const Stmt kInsert{
      "INSERT INTO once (hash, expires_at) VALUES ($1, $2) ON CONFLICT (hash) DO NOTHING"};
  const std::string key = key_of(kind, owner, text);
  LANYARD_TRY(const std::int64_t added, connection.exec(kInsert, Blob{key}, until));
  return added == 1;
}

Result<bool> Once::was_seen(std::string_view kind, std::string_view owner, std::string_view text) {
  static const Stmt kFind{"SELECT 1 FROM once WHERE hash = $1"};
  const std::string key = key_of(kind, owner, text);
  std::int64_t found = 0;
  LANYARD_CHECK(database_.read([&](store::Connection& connection) -> Status {
    LANYARD_TRY(found, connection.query(
                           kFind, [](const store::Row&) {}, Blob{key}));
    return {};
  }));
  return found == 1;
}

Result<std::int64_t> Once::sweep(std::int64_t most) {
  static const Stmt kSweep{
      "DELETE FROM once WHERE hash IN (SELECT hash FROM once WHERE expires_at < $1 ORDER BY expires_at LIMIT "
      "$2)"};
  std::int64_t swept = 0;
  LANYARD_CHECK(database_.write([&](store::Connection& connection) -> Status {
    LANYARD_TRY(swept, connection.exec(kSweep, clock_.now(), most));
    return {};
  }));
  return swept;
}

}  // namespace lanyard::tokens
