#include "lib/refresh.h"

#include <algorithm>

#include "base/text.h"

namespace lanyard::lib {
namespace {

constexpr Duration kUsual = std::chrono::minutes(5);

Error nobody(std::string_view issuer) {
  return make_error(Code::unauthenticated, cat("Nobody is signed in at ", issuer, "."), "Run lanyard login.");
}

Status refresh(const Caller& caller, Held& held) {
  if (held.refresh_token.empty())
    return make_error(Code::unauthenticated, "The token ends, and there is nothing to refresh it with.",
                      "Run lanyard login again.");
  LANYARD_TRY(const Metadata metadata, discover(caller.client, caller.reach, held.issuer, Spelling::exact));
  Form form{{"grant_type", "refresh_token"}, {"refresh_token", std::string(held.refresh_token.reveal())}};
  if (!held.audience.empty()) form.add("audience", held.audience);
  LANYARD_TRY(TokenAnswer answer,
              ask_for_tokens(caller, metadata.token_endpoint, form, ClientProof{held.client_id, {}, false}));
  if (!answer.granted) return explain_error(answer);
  take(held, std::move(*answer.granted), caller.clock.now());
  return {};
}

}  // namespace

bool is_due(const Held& held, std::optional<Duration> if_under, Time now) {
  if (!held.expires_at) return false;
  const Duration life = *held.expires_at - held.obtained_at;
  return *held.expires_at - now <= if_under.value_or(std::min(kUsual, life / 2));
}

Result<Fresh> fresh_token(const Caller& caller, const TokenStore& store, std::string_view issuer,
                          std::string_view organisation, std::optional<Duration> if_under) {
  LANYARD_TRY(auto found, store.find(issuer, organisation));
  if (!found) return nobody(issuer);
  if (!is_due(*found, if_under, caller.clock.now())) return Fresh{std::move(*found), false, {}};
  LANYARD_TRY(const Lock lock, store.lock(issuer, organisation));
  const Secret before = found->access_token;
  LANYARD_TRY(found, store.find(issuer, organisation));
  if (!found) return nobody(issuer);
  // Whoever held the lock has refreshed it a moment ago.
  const bool is_new = !equal_in_constant_time(before.reveal(), found->access_token.reveal());
  const Time now = caller.clock.now();
  if (is_new && (!found->expires_at || now < *found->expires_at)) return Fresh{std::move(*found), true, {}};
  Held held = *found;
  if (const Status done = refresh(caller, held); !done.ok()) {
    const bool still_good = found->expires_at && now < *found->expires_at;
    if (!still_good) return done.error();
    return Fresh{std::move(*found), false, done.error()};
  }
  LANYARD_CHECK(store.keep(held));
  return Fresh{std::move(held), true, {}};
}

}  // namespace lanyard::lib
