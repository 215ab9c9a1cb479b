// The only file that names the tables sessions and artefacts.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "domain/sessions/artefacts.h"
#include "domain/sessions/sessions.h"
#include "platform/store/database.h"

namespace lanyard::sessions::rows {

struct Found {
  Session session;
  bool parent_is_there = true;  // true for sessions without a parent
  std::optional<Time> parent_seen_at, parent_expires_at;
};

Status insert(store::Connection& connection, const Session& session, std::string_view hash);
Result<std::optional<Found>> find_by_hash(store::Connection& connection, std::string_view hash);
Result<std::optional<Session>> find_by_id(store::Connection& connection, const SessionId& id);
// Moves seen_at of a session and its parent when it is older than `before`.
Status touch(store::Connection& connection, const Session& session, Time now, Time before);
// The session and its children; how many rows went.
Result<std::int64_t> remove(store::Connection& connection, const SessionId& id);
// Of the account, without children, except one.
Result<std::vector<SessionId>> list_ids(store::Connection& connection, const AccountId& account,
                                        const SessionId& but);
// Everything of the account, except one session and its children.
Result<std::int64_t> remove_all(store::Connection& connection, const AccountId& account,
                                const SessionId& but);
Result<std::vector<Session>> list(store::Connection& connection, const AccountId& account, Time now,
                                  Time seen_after);
Result<std::vector<Session>> list_children(store::Connection& connection, const SessionId& parent, Time now);
// With their children, which come from the same login.
Result<std::vector<Session>> list_of_identity(store::Connection& connection, std::string_view issuer,
                                              std::string_view subject);
Result<std::vector<Session>> list_of_upstream_sid(store::Connection& connection, std::string_view issuer,
                                                  std::string_view sid);
Result<std::int64_t> sweep(store::Connection& connection, Time now, std::int64_t most);

struct StoredArtefact {
  std::string kind, client;
  std::optional<AccountId> account;
  std::string sealed;
  Time expires_at{};
  bool consumed = false;
};
Status insert_artefact(store::Connection& connection, std::string_view hash, const StoredArtefact& artefact,
                       Time now);
Result<std::optional<StoredArtefact>> find_artefact(store::Connection& connection, std::string_view hash);
// True for exactly one caller: kind and client are part of the condition.
Result<bool> consume_artefact(store::Connection& connection, std::string_view hash, std::string_view kind,
                              std::string_view client, Time now);
Result<std::int64_t> sweep_artefacts(store::Connection& connection, Time now, std::int64_t most);

}  // namespace lanyard::sessions::rows
