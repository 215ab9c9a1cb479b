#include "domain/accounts/approvals.h"

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "domain/accounts/events.h"
#include "domain/accounts/filing.h"
#include "domain/accounts/names.h"

namespace lanyard::accounts {
namespace {

constexpr std::int64_t kMostLookAlikes = 5;

template <class Find>
Result<std::optional<Request>> read_request(journal::Ledger& ledger, Find&& find) {
  std::optional<Request> request;
  const Status read = ledger.database().read([&](store::Connection& connection) -> Status {
    LANYARD_TRY(request, find(connection));
    return {};
  });
  LANYARD_CHECK(read);
  return request;
}

// Other accounts with one of the same addresses, or with the same name.
Result<std::vector<AccountId>> list_look_alikes(store::Connection& connection, const Account& account) {
  std::vector<AccountId> ids;
  const auto add = [&](const std::vector<AccountId>& found) {
    for (const AccountId& id : found) {
      if (id == account.id || std::find(ids.begin(), ids.end(), id) != ids.end()) continue;
      if (ids.size() < static_cast<std::size_t>(kMostLookAlikes)) ids.push_back(id);
    }
  };
  if (!account.email.empty()) {
    for (const bool verified : {true, false}) {
      LANYARD_TRY(const auto holders,
                  rows::list_holders(connection, address_key(account.email), verified, kMostLookAlikes + 1));
      add(holders);
    }
  }
  if (!account.name.empty()) {
    LANYARD_TRY(const auto namesakes,
                rows::list_same_word(connection, search_word(account.name), account.id, kMostLookAlikes));
    add(namesakes);
  }
  return ids;
}

Error decided_already(const Account& account, const std::optional<Request>& latest) {
  if (!latest || !latest->decided_at)
    return make_error(Code::conflict,
                      cat("The account is ", to_string(account.state), "; there is nothing to decide."));
  return make_error(Code::conflict, cat("The request was ", latest->decision, " by ", latest->decided_by,
                                        " at ", format_rfc3339(*latest->decided_at), "."));
}

std::string_view event_name(Event event) {
  switch (event) {
    case Event::activate:
      return events::kActivated;
    case Event::suspend:
      return events::kSuspended;
    case Event::restore:
      return events::kRestored;
    case Event::reset:
      return events::kReset;
    case Event::close:
      return events::kClosed;
    default:
      return {};
  }
}

}  // namespace

Result<std::vector<Pending>> Approvals::list_pending(const RequestId& after, std::int64_t limit) {
  if (limit < 1 || limit > 200) return make_error(Code::invalid, "A page has 1 to 200 requests.");
  std::vector<Pending> pending;
  const Status read = ledger_.database().read([&](store::Connection& connection) -> Status {
    std::optional<Request> last;
    if (!after.empty()) {
      LANYARD_TRY(last, rows::find_request(connection, after));
      if (!last) return make_error(Code::not_found, "There is no such request.");
    }
    LANYARD_TRY(auto requests, rows::list_open(connection, last, limit));
    for (Request& request : requests) {
      LANYARD_TRY(auto record, rows::get(connection, request.account));
      Pending one{.request = std::move(request), .account = std::move(record.account)};
      LANYARD_TRY(one.identities, rows::list_identities(connection, one.account.id));
      LANYARD_TRY(one.look_alikes, list_look_alikes(connection, one.account));
      pending.push_back(std::move(one));
    }
    return {};
  });
  LANYARD_CHECK(read);
  return pending;
}

Result<std::optional<Request>> Approvals::find_open(const AccountId& account) {
  return read_request(ledger_,
                      [&](store::Connection& connection) { return rows::find_open(connection, account); });
}

Result<std::optional<Request>> Approvals::find_latest(const AccountId& account) {
  return read_request(ledger_,
                      [&](store::Connection& connection) { return rows::find_latest(connection, account); });
}

Result<Account> Approvals::decide(const AccountId& id, const Decision& decision, const access::Actor& actor) {
  LANYARD_CHECK(access::require(actor, access::Permission::decide_requests));
  const bool approve = decision.answer == Decision::Answer::approve;
  const std::string reason = clean_note(decision.reason);
  Account decided;
  const Status written =
      ledger_.change(actor, [&](store::Connection& connection, journal::Notes& notes) -> Status {
        Filing filing(connection, notes, ledger_.clock().now());
        LANYARD_TRY(auto record, rows::get(connection, id));
        Account& account = record.account;
        const Account before = account;
        LANYARD_TRY(const auto latest, rows::find_latest(connection, id));
        if (!move(account, approve ? Event::approve : Event::reject).ok())
          return decided_already(before, latest);
        if (decision.seen_version && (!latest || latest->version != *decision.seen_version))
          return make_error(Code::conflict, "The request was changed since you saw it.",
                            "Look at it again, then decide.");
        // Letting in somebody who was rejected is a decision of its own, on a request of its own.
        if (!latest || latest->decision != "open") LANYARD_CHECK(filing.open_request(id, ""));
        account.state_reason = approve ? std::string() : reason;
        LANYARD_CHECK(filing.end_request(id, approve ? "approved" : "rejected", decision.door, reason));
        LANYARD_CHECK(filing.save(record, before));
        filing.note(approve ? events::kApproved : events::kRejected, account,
                    {{"door", decision.door}, {"reason", reason}, {"from", to_string(before.state)}});
        decided = std::move(account);
        return {};
      });
  LANYARD_CHECK(written);
  return decided;
}

Result<Account> Approvals::settle(const Account& seen, const access::Actor& actor) {
  if (seen.state != State::approved) return seen;
  Account settled;
  const Status written =
      ledger_.change(actor, [&](store::Connection& connection, journal::Notes& notes) -> Status {
        Filing filing(connection, notes, ledger_.clock().now());
        LANYARD_TRY(auto record, rows::get(connection, seen.id));
        const Account before = record.account;
        if (before.state == State::approved) {
          LANYARD_CHECK(move(record.account, Event::activate));
          LANYARD_CHECK(filing.save(record, before));
          filing.note(events::kActivated, record.account, {{"because", "nothing_left_to_do"}});
        }
        settled = std::move(record.account);
        return {};
      });
  LANYARD_CHECK(written);
  return settled;
}

Result<Account> Approvals::apply(const AccountId& id, Event event, const std::string& reason,
                                 const access::Actor& actor) {
  LANYARD_CHECK(access::require(actor, access::Permission::change_accounts));
  const std::string_view name = event_name(event);
  if (name.empty())
    return make_error(Code::invalid, cat("\"", to_string(event), "\" is not a change that can be applied."));
  const std::string shown = clean_note(reason);
  Account applied;
  const Status written =
      ledger_.change(actor, [&](store::Connection& connection, journal::Notes& notes) -> Status {
        Filing filing(connection, notes, ledger_.clock().now());
        LANYARD_TRY(auto record, rows::get(connection, id));
        Account& account = record.account;
        const Account before = account;
        LANYARD_CHECK(move(account, event));
        if (event != Event::activate && event != Event::restore)
          LANYARD_CHECK(filing.require_other_admin(before));
        account.state_reason = event == Event::activate || event == Event::restore ? std::string() : shown;
        // Somebody who begins again, or has left, does not come back as an administrator.
        if (event == Event::reset || event == Event::close) account.is_admin = false;
        if (event == Event::activate) LANYARD_CHECK(filing.end_request(id, "approved", "directly", shown));
        if (event == Event::close) {
          LANYARD_CHECK(filing.end_request(id, "withdrawn", "directly", shown));
          LANYARD_CHECK(
              rows::consume_prepared(connection, id));  // its address may be prepared for another account
        }
        if (event == Event::reset) LANYARD_CHECK(filing.open_request(id, ""));
        LANYARD_CHECK(filing.save(record, before));
        filing.note(name, account, {{"from", to_string(before.state)}, {"reason", shown}});
        if (before.is_admin && !account.is_admin)
          filing.note(events::kAdminRevoked, account, {{"because", to_string(event)}});
        applied = std::move(account);
        return {};
      });
  LANYARD_CHECK(written);
  return applied;
}

}  // namespace lanyard::accounts
