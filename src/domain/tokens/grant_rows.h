// The only file that names the table token_grants.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "domain/tokens/grants.h"
#include "platform/store/database.h"

namespace lanyard::tokens::rows {

Status insert(store::Connection& connection, const TokenGrant& grant);
Result<std::optional<TokenGrant>> find(store::Connection& connection, const TokenGrantId& id);
// The generation moves on by one.
Status rotate(store::Connection& connection, const TokenGrantId& id, Time now, Time idle_until);
Status touch(store::Connection& connection, const TokenGrantId& id, Time now, Time idle_until);
// False when it had ended before.
Result<bool> end(store::Connection& connection, const TokenGrantId& id, Time now, std::string_view reason);
Result<std::vector<TokenGrant>> list(store::Connection& connection, const AccountId& account, Time now);
Result<std::vector<TokenGrant>> list_of_session(store::Connection& connection, std::string_view session);
Status move_session(store::Connection& connection, std::string_view former, std::string_view next);
Result<std::vector<TokenGrant>> list_of_client(store::Connection& connection, const AccountId& account,
                                               const ClientId& client, Time now);
Result<std::vector<TokenGrant>> list_of_whole_client(store::Connection& connection, const ClientId& client,
                                                     Time now, std::int64_t most);  // live ones
Result<std::int64_t> sweep(store::Connection& connection, Time now, std::int64_t most);

}  // namespace lanyard::tokens::rows
