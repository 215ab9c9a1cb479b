// Why somebody was let in or turned away: what was remembered of their requests, and what stands between now.
#include <algorithm>
#include <limits>

#include "base/text.h"
#include "domain/accounts/events.h"
#include "doors/api/handlers.h"
#include "doors/api/shapes.h"

namespace lanyard::doors::api {
namespace {

constexpr std::size_t kMostTraces = 20;
constexpr std::int64_t kMostOfEvent = 5;

std::vector<explain::Trace> find_traces(const explain::Book& book, std::string_view words) {
  if (auto trace = book.find_by_request(words)) return {*std::move(trace)};
  return book.find(words, kMostTraces);
}

Result<std::optional<accounts::Account>> find_account(Desk& desk, std::string_view words,
                                                      const std::vector<explain::Trace>& traces) {
  accounts::Directory& directory = desk.parts.directory;
  const auto known = std::ranges::find_if(traces, [](const auto& trace) { return !trace.account.empty(); });
  auto found = known != traces.end() ? directory.get_account(known->account)
               : is_id_text(words)   ? directory.get_account(AccountId(std::string(words)))
                                     : directory.find_by_words(words);
  if (!found.ok() && found.error().code == Code::not_found && known == traces.end() && is_id_text(words))
    found = directory.find_by_words(words);
  if (found.ok()) return std::optional(std::move(found).value());
  if (found.error().code == Code::not_found) return std::optional<accounts::Account>();
  return found.error();
}

struct Checked {
  json::Array identities;
  bool admitted = true;
};

json::Object verdict_json(const accounts::Identity& identity,
                          const std::optional<admission::Verdict>& verdict) {
  json::Object shape{{"issuer", identity.issuer}, {"subject", identity.subject},
                     {"source", identity.source}, {"username", identity.username},
                     {"admitted", json::Value()}, {"because", "It was made beforehand and never used."},
                     {"steps", json::Array()}};
  if (!verdict) return shape;
  shape.set("admitted", verdict->admitted);
  shape.set("because", verdict->refusal ? verdict->refusal->message : "Nothing is against it.");
  shape.set("steps", admission::to_json(verdict->trace));
  return shape;
}

// By the rules as they are now. One way in that is open is enough, unless somebody is blocked by name.
Checked check(const admission::RuleBook& book, const std::vector<accounts::Identity>& identities) {
  Checked checked;
  bool any_used = false, any_admitted = false, blocked = false;
  for (const accounts::Identity& identity : identities) {
    std::optional<admission::Verdict> verdict;
    if (!identity.source.empty()) {
      const admission::Rules* rules = book.find(identity.source);
      verdict = rules != nullptr ? admission::still_admitted(*rules, identity.username, identity.groups)
                                 : admission::Verdict{};
      if (rules == nullptr)
        verdict->refusal = make_error(Code::forbidden, "Its source is not in the configuration any more.");
      any_used = true;
      any_admitted = any_admitted || verdict->admitted;
      blocked = blocked ||
                (!verdict->trace.empty() && !verdict->admitted && verdict->trace.back().rule == "blocked");
    }
    checked.identities.emplace_back(verdict_json(identity, verdict));
  }
  checked.admitted = !blocked && (any_admitted || !any_used);
  return checked;
}

Result<json::Array> list_refusals(Desk& desk, const AccountId& account) {
  std::vector<journal::Entry> entries;
  LANYARD_CHECK(desk.parts.ledger.database().read([&](store::Connection& connection) -> Status {
    using namespace accounts::events;
    entries.clear();
    for (const std::string_view event : {kRejected, kSuspended, kReset, kClosed}) {
      journal::Filter filter;
      filter.subject_kind = "account";
      filter.subject_id = account.str();
      filter.event = event;
      LANYARD_TRY(auto some, journal::list_before(connection, std::numeric_limits<std::int64_t>::max(),
                                                  filter, kMostOfEvent));
      std::ranges::move(some, std::back_inserter(entries));
    }
    return {};
  }));
  std::ranges::sort(entries, std::greater<>(), &journal::Entry::seq);
  return to_array(entries);
}

Status add_account(Desk& desk, const accounts::Account& account, json::Object& explanation) {
  LANYARD_TRY(const auto identities, desk.parts.directory.list_identities(account.id));
  Checked checked = check(*desk.parts.rules.get(), identities);
  journey::Facts facts;
  facts.signed_in = true;
  facts.state = account.state;
  facts.expired = account.expires_at && *account.expires_at <= desk.parts.clock.now();
  facts.admitted = checked.admitted;
  LANYARD_TRY(const auto paths, desk.parts.groups.paths_of(account.id));
  LANYARD_TRY(auto refusals, list_refusals(desk, account.id));
  explanation.set("account", to_json(account));
  explanation.set("standing", to_json(journey::next(facts)));
  explanation.set("identities", std::move(checked.identities));
  explanation.set("groups", to_array(paths));
  explanation.set("refusals", std::move(refusals));
  return {};
}

}  // namespace

Result<net::Response> get_explanation(Desk& desk, const Ask& ask) {
  const std::string_view words = ask.request.path_part("words");
  auto traces = find_traces(desk.parts.book, words);
  LANYARD_TRY(const auto account, find_account(desk, words, traces));
  if (!account && traces.empty())
    return make_error(Code::not_found, "Nothing is known of these words.",
                      "Try the request_id of an answer, an account's id, a user name or an address.");
  if (account && traces.empty()) traces = desk.parts.book.find(account->id.str(), kMostTraces);
  json::Object explanation{{"words", words},
                           {"traces", to_array(traces)},
                           {"account", json::Value()},
                           {"standing", json::Value()},
                           {"identities", json::Array()},
                           {"groups", json::Array()},
                           {"refusals", json::Array()}};
  if (account) LANYARD_CHECK(add_account(desk, *account, explanation));
  return json_response(explanation);
}

}  // namespace lanyard::doors::api
