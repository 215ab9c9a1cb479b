// The first administrator by the one-time link (Directory::complete_bootstrap).
#include <utility>

#include "domain/accounts/directory.h"
#include "domain/accounts/events.h"
#include "domain/accounts/filing.h"

namespace lanyard::accounts {
namespace {

constexpr std::string_view kBecause = "bootstrap";

Status make_active(Filing& filing, Account& account) {
  if (account.state == State::pending || account.state == State::rejected) {
    LANYARD_CHECK(move(account, Event::approve));
    LANYARD_CHECK(filing.end_request(account.id, "approved", kBecause, ""));
    filing.note(events::kApproved, account, {{"door", kBecause}, {"because", kBecause}});
  }
  if (account.state == State::active) return {};
  LANYARD_CHECK(move(account, Event::activate));
  filing.note(events::kActivated, account, {{"because", kBecause}});
  return {};
}

}  // namespace

Result<bool> Directory::bootstrap_is_closed() {
  bool closed = false;
  LANYARD_CHECK(ledger_.database().read([&](store::Connection& connection) -> Status {
    LANYARD_TRY(closed, rows::bootstrap_is_closed(connection));
    return {};
  }));
  return closed;
}

Result<Account> Directory::complete_bootstrap(const AccountId& id, const access::Actor& actor) {
  Account made;
  LANYARD_CHECK(ledger_.change(actor, [&](store::Connection& connection, journal::Notes& notes) -> Status {
    Filing filing(connection, notes, ledger_.clock().now());
    LANYARD_TRY(const bool won, rows::close_bootstrap(connection, id, filing.now));
    if (!won) {
      return make_error(Code::conflict, "The first administrator was made already.",
                        "Ask that administrator to make you one too.");
    }
    LANYARD_TRY(auto record, rows::get(connection, id));
    const Account before = record.account;
    LANYARD_CHECK(make_active(filing, record.account));
    if (!record.account.is_admin) {
      record.account.is_admin = true;
      filing.note(events::kAdminGranted, record.account, {{"because", kBecause}});
    }
    filing.note(events::kBootstrapCompleted, record.account, {});
    LANYARD_CHECK(filing.save(record, before));
    made = std::move(record.account);
    return {};
  }));
  return made;
}

}  // namespace lanyard::accounts
