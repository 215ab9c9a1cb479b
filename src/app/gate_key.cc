#include "app/gate_key.h"

#include "app/house.h"
#include "base/text.h"

namespace lanyard::app {
namespace {

using store::Row;
using store::Stmt;

constexpr std::string_view kName = "gate_identity_key";
constexpr std::string_view kPlace = "settings/value/gate_identity_key";

Result<std::string> find(store::Database& database) {
  static const Stmt kFind{"SELECT value FROM settings WHERE name = $1"};
  std::string value;
  LANYARD_CHECK(database.read([&](store::Connection& connection) -> Status {
    LANYARD_CHECK(connection.query(
        kFind, [&](const Row& row) { value = row.text(0); }, kName));
    return {};
  }));
  return value;
}

}  // namespace

Result<crypto::PrivateKey> gate_key(Floors& floors) {
  static const Stmt kKeep{
      "INSERT INTO settings (name, value, set_at) VALUES ($1, $2, $3) ON CONFLICT (name) DO NOTHING"};
  LANYARD_TRY(std::string kept, find(*floors.database));
  if (kept.empty()) {
    LANYARD_TRY(const auto fresh, crypto::PrivateKey::generate(crypto::Algorithm::es256));
    const std::string sealed =
        base64_encode(floors.sealer.seal(fresh.to_pem().reveal(), kPlace, floors.ground.random));
    LANYARD_CHECK(floors.database->write([&](store::Connection& connection) -> Status {
      LANYARD_CHECK(connection.exec(kKeep, kName, sealed, floors.ground.clock.now()));
      return {};
    }));
    // Another replica may have been first: what stands there counts.
    LANYARD_TRY(kept, find(*floors.database));
  }
  LANYARD_TRY(const std::string bytes, base64_decode(kept));
  auto opened = floors.sealer.open(bytes, kPlace);
  if (!opened) {
    return make_error(Code::invalid, "The database was sealed with another server.secret_key.",
                      "Put the key with which this database was made into server.secret_key; several keys "
                      "are separated by \";\".");
  }
  return crypto::PrivateKey::from_pem(crypto::Algorithm::es256, Secret(std::move(*opened)));
}

}  // namespace lanyard::app
