// A token that is good for long enough. However many programs ask at once, the refresh token is used once:
// servers that rotate it end the whole sign-in when they see an old one again.
#pragma once

#include <optional>
#include <string_view>

#include "lib/oauth.h"
#include "lib/token_store.h"

namespace lanyard::lib {

struct Fresh {
  Held held;
  bool refreshed = false;
  // A refresh was due and did not work, but the token is still good.
  std::optional<Error> trouble;
};

// The moment at which the token is to be refreshed: `if_under` before it ends; without it five minutes, or
// half of its life where that is less, so that short tokens are not renewed at each question.
bool is_due(const Held& held, std::optional<Duration> if_under, Time now);

// Code::unauthenticated when nobody signed in, or the sign-in has ended.
Result<Fresh> fresh_token(const Caller& caller, const TokenStore& store, std::string_view issuer,
                          std::string_view organisation, std::optional<Duration> if_under);

}  // namespace lanyard::lib
