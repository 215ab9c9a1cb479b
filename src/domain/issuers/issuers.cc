#include "domain/issuers/issuers.h"

#include <algorithm>

#include "base/text.h"
#include "domain/issuers/token_rules.h"

namespace lanyard::issuers {
namespace {

// Code::unavailable may be the word of a rule that would do better on a thread that may wait.
Status walk(Candidate& candidate) {
  for (const auto& rule : token_rules()) LANYARD_CHECK(rule.check(candidate));
  return {};
}

Verified verified(Candidate&& c) {
  return {c.entry->trust, std::move(c.subject),  std::move(c.scopes),
          c.expires_at,   std::move(c.token_id), std::move(c.claims)};
}

bool says_one_of(const Candidate& candidate, const std::vector<std::string>& issuers) {
  const json::Value* iss =
      candidate.entry == nullptr && !issuers.empty() ? candidate.claims.find("iss") : nullptr;
  return iss != nullptr && iss->as_string() != nullptr &&
         std::find(issuers.begin(), issuers.end(), *iss->as_string()) != issuers.end();
}

}  // namespace

Tokens::Tokens(std::vector<Entry> entries, const Clock& clock, std::vector<std::string> own_issuers)
    : entries_(std::move(entries)), clock_(clock), own_issuers_(std::move(own_issuers)) {
  for (const auto& entry : entries_) by_issuer_.emplace(entry.trust->issuer, &entry);
}

const Tokens::Entry* Tokens::find_issuer(std::string_view issuer) const {
  const auto found = by_issuer_.find(issuer);
  return found == by_issuer_.end() ? nullptr : found->second;
}

const Tokens::Entry* Tokens::find(std::string_view id) const {
  for (const auto& entry : entries_) {
    if (entry.trust->id == id) return &entry;
  }
  return nullptr;
}

Checked Tokens::check(std::string_view token) const {
  Candidate candidate{.token = token, .now = clock_.now(), .tokens = this, .patience = Patience::none};
  auto status = walk(candidate);
  Checked out;
  if (status.ok()) {
    out.verified = verified(std::move(candidate));
  } else if (says_one_of(candidate, own_issuers_)) {
    out.is_own = true;
  } else if (status.error().code == Code::unavailable && candidate.entry->keys->worth_waiting()) {
    out.must_wait = true;
  } else {
    out.refused = std::move(status).error();
  }
  return out;
}

Result<Verified> Tokens::verify(std::string_view token) const {
  Candidate candidate{.token = token, .now = clock_.now(), .tokens = this, .patience = Patience::may_wait};
  LANYARD_CHECK(walk(candidate));
  return verified(std::move(candidate));
}

std::vector<Tokens::Step> Tokens::explain(std::string_view token) const {
  Candidate candidate{.token = token, .now = clock_.now(), .tokens = this, .patience = Patience::may_wait};
  std::vector<Step> steps;
  for (const auto& rule : token_rules()) {
    const auto status = rule.check(candidate);
    steps.push_back({std::string(rule.name), status.ok() ? "ok" : status.error().message, status.ok()});
    if (!status.ok()) break;
  }
  return steps;
}

}  // namespace lanyard::issuers
