// The table of clients.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "domain/clients/client.h"
#include "platform/store/database.h"

namespace lanyard::clients::rows {

struct KeptSecret {
  std::string hash;           // keyed
  std::optional<Time> until;  // a former one, good until then
};

// A client with what is kept beside it and never shown.
struct Held {
  Client client;
  std::vector<KeptSecret> secrets;  // newest first
  std::string registration_hash;    // keyed; "" : none
};

// Code::conflict when the id is taken.
Status insert(store::Connection& connection, const Held& held);
Result<std::optional<Held>> find(store::Connection& connection, std::string_view id);
// All but id, source, owner and creation. False when `version` is not the stored one any more; otherwise the
// stored one becomes `held.client.version`.
Result<bool> update(store::Connection& connection, const Held& held, std::int64_t version);
Result<bool> remove(store::Connection& connection, std::string_view id);
Result<std::vector<Client>> list(store::Connection& connection, std::string_view after, std::int64_t limit);
Result<std::vector<Client>> list_of_organisation(store::Connection& connection, std::string_view name,
                                                 std::int64_t limit);

}  // namespace lanyard::clients::rows
