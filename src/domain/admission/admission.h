// Who may come in at all: one ordered list of rules, the same for every provider and issuer, with its trace.
// Pure. Deny beats allow; an empty list restricts nothing; the first refusal ends the walk and names rule and
// setting.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "domain/accounts/directory.h"

namespace lanyard::admission {

// Matches a whole text (GL14): compiled once, at most 256 bytes of input, refused at load when it does not
// compile.
class Pattern {
 public:
  static Result<Pattern> compile(const std::string& expression);  // "" matches everything
  bool matches_all(std::string_view text) const;
  const std::string& text() const { return text_; }

 private:
  struct Compiled;
  std::string text_;
  std::shared_ptr<const Compiled> compiled_;
};

struct Rules {
  // What identities and sessions carry, and how refusals name settings: "providers[globus]", "issuers[grid]".
  std::string source;
  bool enabled = true;
  std::string issuer;  // the only issuer that this source may speak for; "" : not compared
  std::vector<std::string> identity_provider;       // GL9: only these institutions' domains
  std::string identity_provider_claim;              // "" : the domain part of the user name
  std::map<std::string, std::string> username_map;  // keys in lower case
  Pattern username_pattern;
  std::vector<std::string> blocked_users, allowed_users, allowed_groups,
      admin_users;  // GL5; compared after mapping
  accounts::Newcomer newcomers = accounts::Newcomer::pending;
  bool trusted_for_addresses = false;
};

// What a source says about somebody, already verified as coming from it.
struct Claimed {
  std::string issuer, subject;
  std::string username;             // raw
  std::string institution;          // claim named by identity_provider_claim, or ""
  std::vector<std::string> groups;  // asserted by the source
};

struct Step {
  std::string rule;     // "institution", "blocked", …
  std::string setting;  // "providers[globus].admission.identity_provider"
  std::string outcome;  // "passed", "not set", or why not
  bool passed = true;
};

struct Verdict {
  bool admitted = false;
  std::string username;   // normalised (lower case, domain cut by GL9's rule) and mapped
  bool is_admin = false;  // admin_users
  std::vector<Step> trace;
  std::optional<Error> refusal;  // Code::forbidden, in words for the person; the hint names nothing internal
};

// provider enabled -> issuer -> subject well formed -> institution (GL9) -> user name normalised and mapped
// -> pattern (GL14)
// -> blocked -> allowed (users or groups, GL5) -> administrator?
Verdict admit(const Rules& rules, const Claimed& claimed);

// GL5: the part that holds at every later use, for people already logged in: enabled, blocked, allowed.
// `username` is the mapped name that was stored at the last login, `groups` are the asserted ones that were
// stored with it.
Verdict still_admitted(const Rules& rules, std::string_view username, const std::vector<std::string>& groups);

json::Array to_json(const std::vector<Step>& trace);

}  // namespace lanyard::admission
