// The half of Directory that finds and reads, and the changes of a profile. Arrivals stand in arrive.cc, what
// is made beforehand in prepare.cc.
#include "domain/accounts/directory.h"

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "domain/accounts/events.h"
#include "domain/accounts/filing.h"
#include "domain/accounts/names.h"

namespace lanyard::accounts {
namespace {

constexpr std::int64_t kCounted = 1000;

template <class T, class Find>
Result<T> read_one(journal::Ledger& ledger, Find&& find) {
  T value{};
  const Status read = ledger.database().read([&](store::Connection& connection) -> Status {
    LANYARD_TRY(value, find(connection));
    return {};
  });
  LANYARD_CHECK(read);
  return value;
}

Error no_such_account() {
  return make_error(Code::not_found, "There is no such account.");
}

Error changed_meanwhile() {
  return make_error(Code::conflict, "The account was changed meanwhile.",
                    "Look at it again, then repeat your change.");
}

// Every reading of the words, as accounts that count.
Result<std::vector<Account>> list_meant(store::Connection& connection, std::string_view words) {
  std::vector<Account> meant;
  const auto add = [&](std::optional<rows::Record> record) -> Status {
    if (!record) return {};
    LANYARD_TRY(auto counts, rows::follow(connection, *std::move(record)));
    const auto same = [&](const Account& a) { return a.id == counts.account.id; };
    if (std::none_of(meant.begin(), meant.end(), same)) meant.push_back(std::move(counts.account));
    return {};
  };
  if (is_id_text(words)) {
    LANYARD_TRY(auto found, rows::find(connection, AccountId(std::string(words))));
    LANYARD_CHECK(add(std::move(found)));
  }
  if (const auto number = parse_integer(words); number.ok()) {
    LANYARD_TRY(auto found, rows::find_by_number(connection, number.value()));
    LANYARD_CHECK(add(std::move(found)));
  }
  if (const std::string name = usable_username(words); !name.empty()) {
    LANYARD_TRY(auto found, rows::find_by_username(connection, name));
    LANYARD_CHECK(add(std::move(found)));
  }
  const auto address = canonical_address(words);
  if (!address.ok()) return meant;
  // Whoever only claims an address does not stand in the way of the one who proved it.
  for (const bool verified : {true, false}) {
    LANYARD_TRY(const auto holders,
                rows::list_holders(connection, address_key(address.value()), verified, 5));
    for (const AccountId& id : holders) {
      LANYARD_TRY(auto found, rows::find(connection, id));
      LANYARD_CHECK(add(std::move(found)));
    }
    if (!meant.empty()) break;
  }
  return meant;
}

}  // namespace

Result<std::optional<Account>> Directory::find_by_identity(std::string_view issuer,
                                                           std::string_view subject) {
  return read_one<std::optional<Account>>(
      ledger_, [&](store::Connection& connection) -> Result<std::optional<Account>> {
        LANYARD_TRY(const auto identity, rows::find_identity(connection, issuer, subject));
        if (!identity) return std::optional<Account>();
        LANYARD_TRY(auto record, rows::get(connection, identity->account));
        LANYARD_TRY(record, rows::follow(connection, std::move(record)));
        return std::optional<Account>(std::move(record.account));
      });
}

Result<std::optional<Directory::Known>> Directory::find_known(std::string_view issuer,
                                                              std::string_view subject) {
  return read_one<std::optional<Known>>(
      ledger_, [&](store::Connection& connection) -> Result<std::optional<Known>> {
        LANYARD_TRY(auto identity, rows::find_identity(connection, issuer, subject));
        if (!identity) return std::optional<Known>();
        LANYARD_TRY(auto record, rows::get(connection, identity->account));
        LANYARD_TRY(record, rows::follow(connection, std::move(record)));
        return std::optional<Known>(Known{std::move(record.account), *std::move(identity)});
      });
}

Result<Account> Directory::get_account(const AccountId& id) {
  return read_one<Account>(ledger_, [&](store::Connection& connection) -> Result<Account> {
    LANYARD_TRY(auto record, rows::get(connection, id));
    return std::move(record.account);
  });
}

Result<Account> Directory::get_by_number(std::int64_t number) {
  return read_one<Account>(ledger_, [&](store::Connection& connection) -> Result<Account> {
    LANYARD_TRY(auto found, rows::find_by_number(connection, number));
    if (!found) return no_such_account();
    return std::move(found->account);
  });
}

Result<Account> Directory::find_by_words(std::string_view words) {
  const std::string_view typed = trim(words);
  LANYARD_TRY(auto meant, read_one<std::vector<Account>>(ledger_, [&](store::Connection& connection) {
                return list_meant(connection, typed);
              }));
  if (meant.empty()) return no_such_account();
  if (meant.size() == 1) return std::move(meant.front());
  std::string ids;
  for (const Account& account : meant) ids.append(ids.empty() ? "" : ", ").append(account.id.str());
  return make_error(Code::conflict, cat("These words mean several accounts: ", ids, "."),
                    "Use the id of the one you mean.");
}

Result<std::vector<Account>> Directory::list_accounts(const Listing& listing) {
  if (listing.limit < 1 || listing.limit > 200)
    return make_error(Code::invalid, "A page has 1 to 200 accounts.");
  const std::string prefix = search_word(listing.search);
  return read_one<std::vector<Account>>(
      ledger_, [&](store::Connection& connection) -> Result<std::vector<Account>> {
        if (prefix.empty()) return rows::list(connection, listing.state, listing.after, listing.limit);
        std::optional<Account> after;
        if (listing.after != 0) {
          LANYARD_TRY(auto found, rows::find_by_number(connection, listing.after));
          if (!found) return no_such_account();
          after = std::move(found->account);
        }
        return rows::search(connection, listing.state, prefix, after, listing.limit);
      });
}

Result<std::vector<Identity>> Directory::list_identities(const AccountId& id) {
  return read_one<std::vector<Identity>>(
      ledger_, [&](store::Connection& connection) { return rows::list_identities(connection, id); });
}

Result<std::vector<Address>> Directory::list_addresses(const AccountId& id) {
  return read_one<std::vector<Address>>(ledger_,
                                        [&](store::Connection& connection) -> Result<std::vector<Address>> {
                                          LANYARD_TRY(auto vouched, rows::list_addresses(connection, id));
                                          std::vector<Address> addresses;
                                          for (rows::Vouched& v : vouched)
                                            addresses.push_back(std::move(v.address));
                                          return addresses;
                                        });
}

Result<std::int64_t> Directory::count(State state) {
  return read_one<std::int64_t>(
      ledger_, [&](store::Connection& connection) { return rows::count(connection, state, kCounted + 1); });
}

Result<Account> Directory::change_profile(const AccountId& id, const ProfileChange& change,
                                          const access::Actor& actor) {
  const bool own = actor.kind == access::ActorKind::account && actor.account == id;
  if (!own) LANYARD_CHECK(access::require(actor, access::Permission::change_accounts));
  Account changed;
  const Status written =
      ledger_.change(actor, [&](store::Connection& connection, journal::Notes& notes) -> Status {
        Filing filing(connection, notes, ledger_.clock().now());
        LANYARD_TRY(auto record, rows::get(connection, id));
        const Account before = record.account;
        if (own && !may_sign_in(before.state))
          return make_error(Code::forbidden, cat("The account is ", to_string(before.state), "."));
        if (change.version && *change.version != before.version) return changed_meanwhile();
        json::Array fields;
        const auto set = [&](std::string_view field, std::string& value,
                             const std::optional<std::string>& wanted) {
          if (!wanted) return;
          std::string cleaned = clean_name(*wanted);
          keep_field(record.kept, field);
          if (cleaned == value) return;
          value = std::move(cleaned);
          fields.emplace_back(field);
        };
        const std::string kept_before = record.kept;
        set("name", record.account.name, change.name);
        set("institution", record.account.institution, change.institution);
        set("experiment", record.account.experiment, change.experiment);
        if (change.note) {
          LANYARD_TRY(const auto request, rows::find_open(connection, id));
          const std::string note = clean_note(*change.note);
          if (request && request->note != note) {
            LANYARD_CHECK(rows::set_request_note(connection, request->id, note));
            fields.emplace_back("note");
          }
        }
        if (!fields.empty()) {
          filing.note(events::kProfileChanged, record.account,
                      {{"fields", std::move(fields)}, {"by", own ? "person" : "administrator"}});
          LANYARD_CHECK(filing.save(record, before));
        } else if (record.kept != kept_before) {
          LANYARD_CHECK(rows::update(connection, record));
        }
        changed = std::move(record.account);
        return {};
      });
  LANYARD_CHECK(written);
  return changed;
}

Result<Account> Directory::set_admin(const AccountId& id, bool is_admin, const access::Actor& actor,
                                     std::optional<std::int64_t> version) {
  LANYARD_CHECK(access::require(actor, access::Permission::change_accounts));
  Account changed;
  const Status written =
      ledger_.change(actor, [&](store::Connection& connection, journal::Notes& notes) -> Status {
        Filing filing(connection, notes, ledger_.clock().now());
        LANYARD_TRY(auto record, rows::get(connection, id));
        const Account before = record.account;
        changed = before;
        if (version && *version != before.version) return changed_meanwhile();
        if (before.is_admin == is_admin) return {};
        if (is_admin && !may_read(before.state))
          return make_error(
              Code::conflict,
              cat("The account is ", to_string(before.state), " and can not be an administrator."),
              "Approve it first.");
        if (!is_admin) LANYARD_CHECK(filing.require_other_admin(before));
        record.account.is_admin = is_admin;
        filing.note(is_admin ? events::kAdminGranted : events::kAdminRevoked, before,
                    {{"because", "decision"}});
        LANYARD_CHECK(filing.save(record, before));
        changed = std::move(record.account);
        return {};
      });
  LANYARD_CHECK(written);
  return changed;
}

}  // namespace lanyard::accounts
