// The only file that names the table credentials.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "domain/credentials/credentials.h"
#include "platform/store/database.h"

namespace lanyard::credentials::rows {

// Code::conflict when the hash is there already.
Status insert(store::Connection& connection, const Credential& credential, std::string_view hash);
Result<std::optional<Credential>> find_by_hash(store::Connection& connection, std::string_view hash);
Result<std::optional<Credential>> find_by_id(store::Connection& connection, const CredentialId& id);
Result<std::vector<Credential>> list(store::Connection& connection, const AccountId& account);
// True when it was this call that revoked it.
Result<bool> revoke(store::Connection& connection, const CredentialId& id, Time now);
Result<std::int64_t> revoke_all(store::Connection& connection, const AccountId& account, Time now);
Status touch(store::Connection& connection, const CredentialId& id, Time now, Time before);

}  // namespace lanyard::credentials::rows
