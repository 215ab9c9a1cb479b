// Logins that a person adds to an account and takes away again (Directory::link_identity, unlink_identity).
#include <algorithm>
#include <utility>

#include "base/text.h"
#include "domain/accounts/asserted.h"
#include "domain/accounts/directory.h"
#include "domain/accounts/events.h"
#include "domain/accounts/filing.h"

namespace lanyard::accounts {
namespace {

Status require_own(const AccountId& id, const access::Actor& actor) {
  if (actor.kind == access::ActorKind::account && actor.account == id) return {};
  return access::require(actor, access::Permission::change_accounts);
}

Status require_in_order(const Account& account) {
  if (may_sign_in(account.state) && account.state != State::rejected) return {};
  return make_error(Code::forbidden, cat("The account is ", to_string(account.state), "."),
                    "Ask the people who run this site.");
}

Error belongs_elsewhere() {
  return make_error(Code::conflict, "This login belongs to another account.",
                    "Ask an administrator to join the two accounts.");
}

// What the identity vouched for is not vouched for any more. A primary address stays, without its proof.
Status withdraw_addresses(Filing& filing, rows::Record& record, const Identity& identity) {
  LANYARD_TRY(auto addresses, rows::list_addresses(filing.connection, record.account.id));
  for (rows::Vouched& one : addresses) {
    if (one.issuer != identity.issuer || one.subject != identity.subject) continue;
    if (!one.address.is_primary) {
      LANYARD_CHECK(rows::erase_address(filing.connection, record.account.id, one.address.address));
      continue;
    }
    one.address.verified = false;
    one.issuer = one.subject = "";
    record.account.email_verified = false;
    LANYARD_CHECK(rows::put_address(filing.connection, record.account.id, one, filing.now));
  }
  return {};
}

}  // namespace

Status Directory::link_identity(const AccountId& id, const Arrival& arrival, const access::Actor& actor) {
  LANYARD_CHECK(require_own(id, actor));
  const Asserted asserted = read_asserted(arrival);
  const Status linked =
      ledger_.change(actor, [&](store::Connection& connection, journal::Notes& notes) -> Status {
        Filing filing(connection, notes, ledger_.clock().now());
        LANYARD_TRY(auto record, rows::get(connection, id));
        const Account before = record.account;
        LANYARD_CHECK(require_in_order(before));
        LANYARD_TRY(auto identity, rows::find_identity(connection, arrival.issuer, arrival.subject));
        if (identity && identity->account != id) return belongs_elsewhere();
        const bool is_new = !identity;
        if (is_new) {
          identity = Identity{
              .issuer = arrival.issuer, .subject = arrival.subject, .account = id, .created_at = filing.now};
        }
        identity->source = arrival.source.empty() ? arrival.issuer : arrival.source;
        identity->username = arrival.username;
        identity->groups = arrival.groups;
        identity->last_login_at = filing.now;
        if (!is_new) return rows::touch_identity(connection, *identity);
        LANYARD_CHECK(rows::insert_identity(connection, *identity));
        LANYARD_CHECK(refresh(filing, record, *identity, asserted));
        filing.note(
            events::kIdentityLinked, record.account,
            {{"issuer", arrival.issuer}, {"subject", arrival.subject}, {"because", "both_sides_proven"}});
        return filing.save(record, before);
      });
  if (linked.ok() || linked.error().code != Code::conflict) return linked;
  // Somebody was faster with this very identity: it is theirs, or another tab of the same person did it.
  LANYARD_TRY(const auto owner, find_by_identity(arrival.issuer, arrival.subject));
  if (owner && owner->id == id) return {};
  return linked;
}

Status Directory::unlink_identity(const AccountId& id, std::string_view issuer, std::string_view subject,
                                  const access::Actor& actor) {
  LANYARD_CHECK(require_own(id, actor));
  return ledger_.change(actor, [&](store::Connection& connection, journal::Notes& notes) -> Status {
    Filing filing(connection, notes, ledger_.clock().now());
    LANYARD_TRY(auto record, rows::get(connection, id));
    const Account before = record.account;
    LANYARD_TRY(const auto identities, rows::list_identities(connection, id));
    const auto found = std::ranges::find_if(
        identities, [&](const Identity& one) { return one.issuer == issuer && one.subject == subject; });
    if (found == identities.end())
      return make_error(Code::not_found, "This login does not belong to the account.");
    if (identities.size() == 1)
      return make_error(Code::conflict, "This is the only login that leads to the account.",
                        "Add another login first.");
    LANYARD_CHECK(rows::erase_identity(connection, *found));
    LANYARD_CHECK(withdraw_addresses(filing, record, *found));
    filing.note(events::kIdentityUnlinked, record.account,
                {{"issuer", found->issuer}, {"subject", found->subject}});
    // The row's version moves, so that of two removals at once one is repeated and finds what is left.
    return filing.save(record, before);
  });
}

}  // namespace lanyard::accounts
