#include "domain/callers/handing_on.h"

#include <algorithm>

#include "base/text.h"
#include "domain/callers/callers.h"
#include "domain/tokens/scopes.h"

namespace lanyard::callers {
namespace {

Error may_not() {
  return make_error(Code::forbidden, "This token may not make or revoke other tokens.",
                    "Use one with the scope tokens, or the account page.");
}

Result<Time> end_of(const Caller& caller) {
  if (caller.means == Means::api_token) {
    if (!caller.has_scope(kTokensScope) && !caller.has_scope("admin")) return may_not();
    return caller.expires_at;
  }
  // An access token with the scope admin works for an hour; only the word that people were asked about makes
  // more of it.
  if (caller.means != Means::own_token || !caller.has_scope(kTokensScope) || !caller.alive) return may_not();
  const auto& grant = caller.alive->grant;
  return grant && tokens::is_offline(*grant) ? grant->expires_at : caller.expires_at;
}

}  // namespace

Result<HandingOn> what_to_hand_on(const Caller& caller) {
  HandingOn limits;
  LANYARD_TRY(limits.until, end_of(caller));
  limits.scopes = *caller.scopes;
  std::erase(limits.scopes, kTokensScope);
  if (!caller.may_administrate()) std::erase(limits.scopes, "admin");
  if (std::ranges::find(limits.scopes, "admin") != limits.scopes.end()) limits.scopes.emplace_back("account");
  return limits;
}

Status check_handed_on(const HandingOn& limits, const credentials::NewToken& wanted, Time now) {
  if (const std::string* scope = tokens::first_uncovered(limits.scopes, wanted.scopes))
    return make_error(Code::forbidden,
                      cat("The token that asks can not hand on the scope \"", cut_utf8(*scope, 100), "\"."),
                      limits.scopes.empty() ? "It has none to hand on; ask with one that has."
                                            : cat("It can hand on: ", join(limits.scopes, " "), "."));
  if (wanted.life > limits.until - now)
    return make_error(
        Code::invalid, "The new token would outlive what the token that asks was given for.",
        cat("At most ", std::chrono::duration_cast<std::chrono::seconds>(limits.until - now).count(),
            " seconds are left."));
  return {};
}

}  // namespace lanyard::callers
