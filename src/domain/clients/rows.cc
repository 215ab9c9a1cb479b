#include "domain/clients/rows.h"

#include "base/json.h"
#include "base/text.h"

namespace lanyard::clients::rows {
namespace {

using store::Blob;
using store::Connection;
using store::Row;
using store::Stmt;

#define LANYARD_CLIENT_COLUMNS                                                                \
  "id, source, name, enabled, owner_id, settings, created_at, updated_at, version, secrets, " \
  "registration_hash, virtual_organisation"

std::string write_secrets(const std::vector<KeptSecret>& secrets) {
  json::Array array;
  for (const KeptSecret& secret : secrets) {
    array.emplace_back(
        json::Object{{"hash", hex_encode(secret.hash)},
                     {"until", secret.until ? json::Value(to_micros(*secret.until)) : json::Value()}});
  }
  return json::write(json::Value(std::move(array)));
}

Result<std::vector<KeptSecret>> read_secrets(std::string_view text) {
  LANYARD_TRY(const auto value, json::parse(text));
  if (value.as_array() == nullptr) return internal_error("clients.secrets is no list");
  std::vector<KeptSecret> secrets;
  for (const json::Value& item : *value.as_array()) {
    if (item.as_object() == nullptr) return internal_error("clients.secrets holds no object");
    KeptSecret secret;
    LANYARD_TRY(const auto hex, json::get_string(*item.as_object(), "hash"));
    LANYARD_TRY(secret.hash, hex_decode(hex));
    const json::Value* until = item.as_object()->find("until");
    if (until != nullptr && until->as_integer() != nullptr) secret.until = from_micros(*until->as_integer());
    secrets.push_back(std::move(secret));
  }
  return secrets;
}

// What stands in columns of its own wins over the settings.
Result<Client> read_client(const Row& row) {
  const auto settings = json::parse_object(row.text(5));
  if (!settings) return internal_error(cat("clients.settings: ", settings.error().message));
  auto parsed = parse_client(*settings);
  if (!parsed) return internal_error(cat("clients.settings: ", parsed.error().message));
  Client client = std::move(*parsed);
  client.id = row.id<ClientTag>(0);
  client.source = row.text(1);
  client.name = row.text(2);
  client.enabled = row.flag(3);
  client.owner.reset();
  if (!row.is_null(4)) client.owner = row.id<AccountTag>(4);
  client.created_at = row.time(6);
  client.updated_at = row.time(7);
  client.version = row.integer(8);
  return client;
}

Result<Held> read_held(const Row& row) {
  Held held;
  LANYARD_TRY(held.client, read_client(row));
  auto secrets = read_secrets(row.text(9));
  if (!secrets) return internal_error(cat("clients.secrets: ", secrets.error().message));
  held.secrets = std::move(*secrets);
  if (!row.is_null(10)) held.registration_hash = row.blob(10);
  return held;
}

std::optional<Blob> blob_or_null(const std::string& bytes) {
  return bytes.empty() ? std::optional<Blob>() : std::optional<Blob>(Blob{bytes});
}

}  // namespace

Status insert(Connection& connection, const Held& held) {
  static const Stmt kInsert{"INSERT INTO clients (" LANYARD_CLIENT_COLUMNS
                            ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)"};
  const Client& c = held.client;
  LANYARD_CHECK(connection.exec(kInsert, c.id, c.source, c.name, c.enabled, c.owner, json::write(to_json(c)),
                                c.created_at, c.updated_at, c.version, write_secrets(held.secrets),
                                blob_or_null(held.registration_hash), c.virtual_organisation));
  return {};
}

Result<std::optional<Held>> find(Connection& connection, std::string_view id) {
  static const Stmt kFind{"SELECT " LANYARD_CLIENT_COLUMNS " FROM clients WHERE id = $1"};
  std::optional<Result<Held>> found;
  LANYARD_CHECK(connection.query(
      kFind, [&](const Row& row) { found = read_held(row); }, id));
  if (!found) return std::optional<Held>();
  if (!found->ok()) return found->error();
  return std::optional<Held>(std::move(found->value()));
}

Result<bool> update(Connection& connection, const Held& held, std::int64_t version) {
  static const Stmt kUpdate{
      "UPDATE clients SET name = $1, enabled = $2, settings = $3, secrets = $4, registration_hash = $5, "
      "updated_at = $6, version = $7, virtual_organisation = $8 WHERE id = $9 AND version = $10"};
  const Client& c = held.client;
  LANYARD_TRY(const std::int64_t changed,
              connection.exec(kUpdate, c.name, c.enabled, json::write(to_json(c)),
                              write_secrets(held.secrets), blob_or_null(held.registration_hash), c.updated_at,
                              c.version, c.virtual_organisation, c.id, version));
  return changed == 1;
}

Result<bool> remove(Connection& connection, std::string_view id) {
  static const Stmt kRemove{"DELETE FROM clients WHERE id = $1"};
  LANYARD_TRY(const std::int64_t changed, connection.exec(kRemove, id));
  return changed == 1;
}

namespace {

// read_client for each row; the first that can not be read is the answer.
class Collected {
 public:
  void operator()(const Row& row) {
    auto client = read_client(row);
    if (client.ok())
      clients_.push_back(std::move(*client));
    else
      broken_ = client.error();
  }
  Result<std::vector<Client>> take() {
    if (broken_) return *broken_;
    return std::move(clients_);
  }

 private:
  std::vector<Client> clients_;
  std::optional<Error> broken_;
};

}  // namespace

Result<std::vector<Client>> list(Connection& connection, std::string_view after, std::int64_t limit) {
  static const Stmt kList{"SELECT " LANYARD_CLIENT_COLUMNS
                          " FROM clients WHERE id > $1 ORDER BY id LIMIT $2"};
  Collected collected;
  LANYARD_CHECK(connection.query(
      kList, [&](const Row& row) { collected(row); }, after, limit));
  return collected.take();
}

Result<std::vector<Client>> list_of_organisation(Connection& connection, std::string_view name,
                                                 std::int64_t limit) {
  static const Stmt kList{"SELECT " LANYARD_CLIENT_COLUMNS
                          " FROM clients WHERE virtual_organisation = $1 AND virtual_organisation <> '' "
                          "ORDER BY id LIMIT $2"};
  Collected collected;
  LANYARD_CHECK(connection.query(
      kList, [&](const Row& row) { collected(row); }, name, limit));
  return collected.take();
}

}  // namespace lanyard::clients::rows
