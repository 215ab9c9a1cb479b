// Whose tokens we believe, and what must hold for one of them (TK3-TK6; RFC 9068, RFC 8725, RFC 7519, WLCG
// token profile). There is no form of check that leaves out issuer, audience, algorithm or time.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "base/time.h"
#include "domain/issuers/publisher.h"
#include "platform/crypto/keys.h"

namespace lanyard::issuers {

// One configured issuer. Immutable once built.
struct Trust {
  enum class Profile { any, rfc9068, wlcg };
  std::string id;                      // configured name
  std::string issuer;                  // exact `iss`
  std::vector<std::string> audiences;  // one of them must be in `aud`
  std::string required_scope;          // a whole word of `scope`, case-sensitive; "": none
  std::vector<crypto::Algorithm> algorithms;
  Profile profile = Profile::any;
  bool any_audience = false;  // "https://wlcg.cern.ch/jwt/v1/any" counts as ours
  Duration skew = std::chrono::seconds(60);
  Duration longest_life = std::chrono::hours(24);
  std::string username_claim, name_claim, email_claim, groups_claim;
};

struct Verified {
  std::shared_ptr<const Trust> trust;
  std::string subject;
  std::vector<std::string> scopes;  // words of `scope` (a string only; an array grants nothing)
  Time expires_at{};                // without skew
  std::string token_id;             // jti, may be empty
  json::Object claims;
};

// What a check without waiting can say.
struct Checked {
  std::optional<Verified> verified;
  // Final. unauthenticated: 401; forbidden: the scope is missing, 403; unavailable: this issuer's keys are
  // past their hard expiry and cannot be had, 503. The message is a short reason without token text.
  std::optional<Error> refused;
  bool must_wait = false;  // keys have to be fetched first: use verify() on a thread that may wait
  // It says that it is one of our own. Nothing of it was checked: callers::Callers does.
  bool is_own = false;
};

// Thread-safe.
class Tokens {
 public:
  struct Entry {
    std::shared_ptr<const Trust> trust;
    std::shared_ptr<Publisher> keys;
  };
  // Two entries for one `iss`: the first counts. `own_issuers`: ours whose tokens are taken.
  Tokens(std::vector<Entry> entries, const Clock& clock, std::vector<std::string> own_issuers = {});
  Tokens(const Tokens&) = delete;
  Tokens& operator=(const Tokens&) = delete;

  // Cheap refusals first (size, form, issuer, time, audience), then the signature; never blocks, never
  // touches the database. A token of an issuer that is not configured causes no outgoing request. The cost of
  // a refusal does not depend on how many issuers there are.
  Checked check(std::string_view token) const;
  // The same, and waits for keys where check() would say must_wait.
  Result<Verified> verify(std::string_view token) const;

  // For `lanyard issuer test-token`: every rule in order with its outcome, stops at the first refusal.
  struct Step {
    std::string rule, outcome;  // "audience", "ok" or the reason
    bool passed = false;
  };
  std::vector<Step> explain(std::string_view token) const;

  const std::vector<Entry>& entries() const { return entries_; }
  const Entry* find(std::string_view id) const;             // by configured name
  const Entry* find_issuer(std::string_view issuer) const;  // by exact `iss`

 private:
  std::vector<Entry> entries_;
  std::unordered_map<std::string_view, const Entry*> by_issuer_;  // views into entries_
  const Clock& clock_;
  std::vector<std::string> own_issuers_;
};

}  // namespace lanyard::issuers
