#include "domain/tokens/grants.h"

#include <algorithm>

#include "base/text.h"
#include "domain/tokens/grant_rows.h"
#include "domain/tokens/refresh_token.h"

namespace lanyard::tokens {
namespace {

// How long one stays when it is over: whoever signs out is signed out at applications whose tokens ran out
// hours ago too (OIDC Back-Channel Logout).
constexpr Duration kKept = std::chrono::hours(24);
constexpr std::size_t kSaltBytes = 16;
// An unchanged refresh token moves its idle time at most so often: a write for each use would buy nothing.
constexpr Duration kTouchEvery = std::chrono::hours(1);

// One set of words for everything, so that nobody learns which part was wrong.
Error not_good() {
  return make_error(Code::unauthenticated, "The refresh token is not good, or not any more.",
                    "Sign in again.");
}

bool is_over(const TokenGrant& grant, Time now) {
  return grant.ended_at || now >= grant.expires_at || now >= grant.idle_until;
}

journal::Note ended_note(const TokenGrant& grant, const std::string& reason) {
  return {.event = "grant.ended",
          .subject = {"account", grant.account.str()},
          .data = json::Object{{"grant", grant.id.str()}, {"client", grant.client.str()}, {"reason", reason}},
          .account = grant.account};
}

}  // namespace

Grants::Grants(journal::Ledger& ledger, const crypto::Sealer& sealer, Random& random)
    : ledger_(ledger), random_(random), keys_(sealer.derive_all("refresh tokens")) {}

TokenGrantId Grants::make_id() {
  return lanyard::make_id<TokenGrantTag>(random_);
}

Status Grants::insert(store::Connection& connection, journal::Notes& notes, TokenGrant& grant,
                      const clients::Lives& lives) {
  const Time now = ledger_.clock().now();
  grant.generation = 0;
  grant.salt = random_.bytes(kSaltBytes);
  grant.created_at = grant.rotated_at = now;
  grant.expires_at = std::min(grant.expires_at == Time{} ? Time::max() : grant.expires_at, now + lives.grant);
  grant.idle_until = std::min(grant.expires_at, now + lives.refresh_token);
  grant.user_agent = cut_utf8(grant.user_agent, 200);
  if (grant.sid.empty()) grant.sid = grant.session;
  LANYARD_CHECK(rows::insert(connection, grant));
  notes.add({.event = "grant.created",
             .subject = {"account", grant.account.str()},
             .data = json::Object{{"grant", grant.id.str()},
                                  {"client", grant.client.str()},
                                  {"kind", grant.kind},
                                  {"scope", join(grant.scopes, " ")}},
             .account = {}});
  return {};
}

Secret Grants::refresh_token(const TokenGrant& grant) {
  return write_refresh_token(keys_.front(), grant.id, grant.salt, grant.generation);
}

Result<Grants::Refreshed> Grants::refresh(const clients::Client& client, const Secret& token) {
  const auto parts = read_refresh_token(token.reveal());
  if (!parts) return not_good();
  std::optional<Refreshed> won;
  access::Actor actor = access::system_actor("refresh");
  LANYARD_CHECK(ledger_.change(actor, [&](store::Connection& connection, journal::Notes& notes) -> Status {
    won.reset();
    const Time now = ledger_.clock().now();
    LANYARD_TRY(auto found, rows::find(connection, parts->grant));
    if (!found || found->client != client.id || !mac_holds(keys_, *parts, found->salt)) return {};
    TokenGrant& grant = *found;
    if (is_over(grant, now) || parts->generation > grant.generation) return {};
    const Time idle_until = std::min(grant.expires_at, now + client.lives.refresh_token);
    const bool is_present = parts->generation == grant.generation;
    if (is_present && client.refresh == clients::RefreshPolicy::none) {
      if (now - grant.rotated_at >= kTouchEvery) {
        LANYARD_CHECK(rows::touch(connection, grant.id, now, idle_until));
      }
      won.emplace(Refreshed{std::move(grant), token, false});
      return {};
    }
    if (is_present) {
      LANYARD_CHECK(rows::rotate(connection, grant.id, now, idle_until));
      ++grant.generation;
      grant.rotated_at = now;
      grant.idle_until = idle_until;
      const Secret next = refresh_token(grant);
      won.emplace(Refreshed{std::move(grant), next, false});
      return {};
    }
    const bool in_grace = client.refresh == clients::RefreshPolicy::grace &&
                          parts->generation + 1 == grant.generation && now - grant.rotated_at <= client.grace;
    if (in_grace) {
      notes.add({.event = "grant.refreshed_late",
                 .subject = {"account", grant.account.str()},
                 .data = json::Object{{"grant", grant.id.str()}, {"client", grant.client.str()}},
                 .account = {}});
      const Secret next = refresh_token(grant);
      won.emplace(Refreshed{std::move(grant), next, true});
      return {};
    }
    // Attack row 74: somebody else holds a copy. Nobody knows who of the two is the thief.
    return end_in(connection, notes, grant.id, "a refresh token was used twice");
  }));
  if (!won) return not_good();
  return *std::move(won);
}

Result<TokenGrant> Grants::find_by_token(const Secret& token) {
  const auto parts = read_refresh_token(token.reveal());
  if (!parts) return not_good();
  LANYARD_TRY(auto grant, get(parts->grant));
  if (!mac_holds(keys_, *parts, grant.salt) || parts->generation > grant.generation) return not_good();
  return grant;
}

Result<TokenGrant> Grants::get(const TokenGrantId& id) {
  std::optional<TokenGrant> found;
  LANYARD_CHECK(ledger_.database().read([&](store::Connection& connection) -> Status {
    LANYARD_TRY(found, rows::find(connection, id));
    return {};
  }));
  if (!found) return make_error(Code::not_found, "There is no such grant.");
  return *std::move(found);
}

Status Grants::end(const TokenGrantId& id, const std::string& reason, const access::Actor& actor) {
  return ledger_.change(actor, [&](store::Connection& connection, journal::Notes& notes) {
    return end_in(connection, notes, id, reason);
  });
}

Status Grants::end_in(store::Connection& connection, journal::Notes& notes, const TokenGrantId& id,
                      const std::string& reason) {
  LANYARD_TRY(const auto found, rows::find(connection, id));
  if (!found) return {};
  LANYARD_TRY(const bool ended, rows::end(connection, id, ledger_.clock().now(), reason));
  if (ended) notes.add(ended_note(*found, reason));
  return {};
}

Status Grants::end_of_session(store::Connection& connection, journal::Notes& notes,
                              const std::string& session, const std::string& reason) {
  LANYARD_TRY(const auto all, rows::list_of_session(connection, session));
  for (const TokenGrant& grant : all) {
    if (!is_offline(grant)) LANYARD_CHECK(end_in(connection, notes, grant.id, reason));
  }
  return {};
}

Status Grants::move_session(store::Connection& connection, const std::string& former,
                            const std::string& next) {
  return rows::move_session(connection, former, next);
}

Result<std::int64_t> Grants::end_of_client(const AccountId& account, const ClientId& client,
                                           const std::string& reason, const access::Actor& actor) {
  std::int64_t count = 0;
  LANYARD_CHECK(ledger_.change(actor, [&](store::Connection& connection, journal::Notes& notes) -> Status {
    LANYARD_TRY(const auto all, rows::list_of_client(connection, account, client, ledger_.clock().now()));
    count = static_cast<std::int64_t>(all.size());
    for (const TokenGrant& grant : all) {
      LANYARD_CHECK(end_in(connection, notes, grant.id, reason));
    }
    return {};
  }));
  return count;
}

Result<std::int64_t> Grants::end_all_of_client(const ClientId& client, const std::string& reason,
                                               const access::Actor& actor) {
  constexpr std::int64_t kAtOnce = 200;  // so that no transaction is long
  std::int64_t count = 0;
  for (bool more = true; more;) {
    std::vector<TokenGrant> some;
    LANYARD_CHECK(ledger_.change(actor, [&](store::Connection& connection, journal::Notes& notes) -> Status {
      LANYARD_TRY(some, rows::list_of_whole_client(connection, client, ledger_.clock().now(), kAtOnce));
      for (const TokenGrant& grant : some) {
        LANYARD_CHECK(end_in(connection, notes, grant.id, reason));
      }
      return {};
    }));
    count += static_cast<std::int64_t>(some.size());
    more = static_cast<std::int64_t>(some.size()) == kAtOnce;
  }
  return count;
}

Result<std::vector<TokenGrant>> Grants::list(const AccountId& account) {
  std::vector<TokenGrant> all;
  LANYARD_CHECK(ledger_.database().read([&](store::Connection& connection) -> Status {
    LANYARD_TRY(all, rows::list(connection, account, ledger_.clock().now()));
    return {};
  }));
  return all;
}

Result<std::int64_t> Grants::sweep(std::int64_t most) {
  std::int64_t swept = 0;
  LANYARD_CHECK(ledger_.database().write([&](store::Connection& connection) -> Status {
    LANYARD_TRY(swept, rows::sweep(connection, ledger_.clock().now() - kKept, most));
    return {};
  }));
  return swept;
}

bool is_of(const TokenGrant& grant, const clients::Client& client) {
  return grant.client == client.id && grant.created_at >= client.created_at;
}

bool is_offline(const TokenGrant& grant) {
  return std::ranges::find(grant.scopes, "offline_access") != grant.scopes.end();
}

bool looks_like_refresh_token(std::string_view text) {
  return read_refresh_token(text).has_value();
}

bool is_present(const TokenGrant& grant, std::string_view token) {
  const auto parts = read_refresh_token(token);
  return parts && parts->grant == grant.id && parts->generation == grant.generation;
}

}  // namespace lanyard::tokens
