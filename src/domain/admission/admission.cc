#include "domain/admission/admission.h"

#include <algorithm>

#include "base/text.h"

namespace lanyard::admission {
namespace {

constexpr std::size_t kLongestName = 255;
constexpr std::size_t kMostSteps = 9;

bool lists(const std::vector<std::string>& entries, std::string_view name) {
  return std::ranges::any_of(entries,
                             [&](const std::string& entry) { return equal_ignoring_case(entry, name); });
}

// The walk: each rule adds one step; after a refusal nothing is asked any more.
class Walk {
 public:
  explicit Walk(const Rules& rules) : rules_(rules) { verdict_.trace.reserve(kMostSteps); }

  void pass(std::string_view rule, std::string_view setting, std::string outcome) {
    verdict_.trace.push_back({std::string(rule), full(setting), std::move(outcome), true});
  }
  void skip(std::string_view rule, std::string_view setting) { pass(rule, setting, "not set"); }
  // `why` is for the operator, `words` for the person.
  Walk& refuse(std::string_view rule, std::string_view setting, const std::string& why, std::string words,
               std::string next) {
    verdict_.trace.push_back({std::string(rule), full(setting), why, false});
    verdict_.refusal =
        make_error(Code::forbidden, std::move(words), std::move(next), cat(full(setting), ": ", why));
    verdict_.admitted = false;
    return *this;
  }
  Verdict& verdict() { return verdict_; }
  Verdict take() { return std::move(verdict_); }

 private:
  std::string full(std::string_view setting) const { return cat(rules_.source, ".", setting); }
  const Rules& rules_;
  Verdict verdict_;
};

constexpr std::string_view kAskOperator =
    "If you think that you should have access, ask the people who run this service.";

struct Names {
  std::string full, local, domain;  // "mia@uni.example" -> itself, "mia", "uni.example"
};

// At the first "@", so that a second one ends up in the domain and never matches an allowed one (attack row
// 101).
Names take_apart(std::string_view raw) {
  Names names;
  names.full = to_lower_ascii(raw);
  const std::size_t at = names.full.find('@');
  names.local = names.full.substr(0, at);
  if (at != std::string::npos) names.domain = names.full.substr(at + 1);
  return names;
}

// A name with one institution allowed loses that institution's domain; otherwise it keeps it, since the same
// local part at two institutions is two people. The map's result is used as it is written, once.
std::string normalise(const Rules& rules, const Names& names) {
  const bool cut = rules.identity_provider.size() == 1 &&
                   equal_ignoring_case(rules.identity_provider.front(), names.domain);
  const std::string& name = cut ? names.local : names.full;
  for (const std::string* key : {&names.full, &name}) {
    const auto found = rules.username_map.find(*key);
    if (found != rules.username_map.end()) return found->second;
  }
  return name;
}

bool is_usable_name(std::string_view name) {
  return name.size() <= kLongestName && trim(name) == name && !has_control(name) && is_utf8(name) &&
         name.find('/') == std::string_view::npos;
}

// GL5, for a login and for every later use. Returns false when the walk has ended.
bool check_lists(const Rules& rules, std::string_view username, const std::vector<std::string>& groups,
                 Walk& walk) {
  if (rules.blocked_users.empty()) {
    walk.skip("blocked", "admission.blocked_users");
  } else if (!username.empty() && lists(rules.blocked_users, username)) {
    walk.refuse("blocked", "admission.blocked_users", cat("\"", username, "\" is on the list"),
                "Access for this login is blocked.", std::string(kAskOperator));
    return false;
  } else {
    walk.pass("blocked", "admission.blocked_users", "passed");
  }

  if (rules.allowed_users.empty() && rules.allowed_groups.empty()) {
    walk.skip("allowed", "admission.allowed_users");
  } else if (!username.empty() && lists(rules.allowed_users, username)) {
    walk.pass("allowed", "admission.allowed_users", "passed");
  } else if (!username.empty() && lists(rules.admin_users, username)) {
    walk.pass("allowed", "admission.admin_users", "passed");
  } else if (std::ranges::any_of(groups, [&](const std::string& group) {
               return std::ranges::find(rules.allowed_groups, group) != rules.allowed_groups.end();
             })) {
    walk.pass("allowed", "admission.allowed_groups", "passed");
  } else {
    walk.refuse(
        "allowed", rules.allowed_users.empty() ? "admission.allowed_groups" : "admission.allowed_users",
        username.empty() ? "no user name was asserted"
                         : cat("\"", username, "\" is not on it, and in no allowed group"),
        "This login is not on the list of people who may use this service.", std::string(kAskOperator));
    return false;
  }
  return true;
}

bool check_enabled(const Rules& rules, Walk& walk) {
  if (rules.enabled) {
    walk.pass("enabled", "enabled", "passed");
    return true;
  }
  walk.refuse("enabled", "enabled", "switched off", "This way of signing in is switched off.",
              "Choose another one.");
  return false;
}

}  // namespace

Verdict admit(const Rules& rules, const Claimed& claimed) {
  Walk walk(rules);
  if (!check_enabled(rules, walk)) return walk.take();

  if (!rules.issuer.empty() && claimed.issuer != rules.issuer) {
    return walk
        .refuse("issuer", "issuer", cat("the login came from \"", claimed.issuer, "\""),
                "The answer of your institution's login names another issuer than the one we asked.",
                "Try again; if it stays, tell the people who run this service.")
        .take();
  }
  walk.pass("issuer", "issuer", "passed");
  if (claimed.subject.empty() || claimed.subject.size() > kLongestName || has_control(claimed.subject) ||
      !is_utf8(claimed.subject)) {
    return walk
        .refuse("subject", "issuer", "the subject is empty, too long or has control characters",
                "Your institution's login did not say who you are in a usable way.",
                "Tell the people who run that login.")
        .take();
  }
  walk.pass("subject", "issuer", "passed");

  const Names names = take_apart(claimed.username);
  const std::string institution =
      rules.identity_provider_claim.empty() ? names.domain : to_lower_ascii(claimed.institution);
  if (rules.identity_provider.empty()) {
    walk.skip("institution", "admission.identity_provider");
  } else if (institution.empty() || !lists(rules.identity_provider, institution)) {
    return walk
        .refuse("institution", "admission.identity_provider",
                institution.empty() ? std::string("the login names no institution")
                                    : cat("\"", institution, "\" is not on the list"),
                "Your institution is not one of those whose people may sign in here.",
                "Sign in with the login of an allowed institution, or link it to your other login there.")
        .take();
  } else {
    walk.pass("institution", "admission.identity_provider", cat("passed as \"", institution, "\""));
  }

  const std::string username = normalise(rules, names);
  if (!is_usable_name(username)) {
    return walk
        .refuse("user name", "admission.username_map",
                "the name has a slash or control characters, or is too long",
                "The user name that your login sends can not be used here.", std::string(kAskOperator))
        .take();
  }
  walk.pass("user name", "admission.username_map",
            username.empty() ? std::string("none asserted") : cat("\"", username, "\""));
  walk.verdict().username = username;

  if (rules.username_pattern.text().empty()) {
    walk.skip("pattern", "admission.username_pattern");
  } else if (username.empty() || !rules.username_pattern.matches_all(username)) {
    return walk
        .refuse("pattern", "admission.username_pattern", cat("\"", username, "\" does not match as a whole"),
                "The user name that your login sends is not of the kind that this service accepts.",
                std::string(kAskOperator))
        .take();
  } else {
    walk.pass("pattern", "admission.username_pattern", "passed");
  }

  if (!check_lists(rules, username, claimed.groups, walk)) return walk.take();

  walk.verdict().is_admin = !username.empty() && lists(rules.admin_users, username);
  walk.pass("administrator", "admission.admin_users", walk.verdict().is_admin ? "yes" : "no");
  walk.verdict().admitted = true;
  return walk.take();
}

Verdict still_admitted(const Rules& rules, std::string_view username,
                       const std::vector<std::string>& groups) {
  Walk walk(rules);
  if (!check_enabled(rules, walk)) return walk.take();
  if (!check_lists(rules, username, groups, walk)) return walk.take();
  walk.verdict().username = std::string(username);
  walk.verdict().admitted = true;
  return walk.take();
}

json::Array to_json(const std::vector<Step>& trace) {
  json::Array steps;
  for (const Step& step : trace) {
    steps.push_back(json::Object{
        {"rule", step.rule}, {"setting", step.setting}, {"outcome", step.outcome}, {"passed", step.passed}});
  }
  return steps;
}

}  // namespace lanyard::admission
