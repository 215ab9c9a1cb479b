// What an administrator says about people beforehand (Directory::create, Directory::create_or_update).
#include <utility>

#include "base/text.h"
#include "domain/accounts/directory.h"
#include "domain/accounts/events.h"
#include "domain/accounts/filing.h"
#include "domain/accounts/names.h"
#include "domain/accounts/usernames.h"
#include "platform/crypto/digest.h"

namespace lanyard::accounts {
namespace {

constexpr std::int64_t kMostHolders = 20;

// The entry in the form in which it is stored.
struct Entry {
  NewAccount given;
  std::string key;     // of the address; "" : none
  std::string digest;  // tells whether the same entry was applied before
};

std::string digest_of(const NewAccount& entry) {
  json::Array fields{entry.issuer, entry.subject,     entry.email,
                     entry.name,   entry.institution, entry.experiment};
  fields.emplace_back(entry.username ? json::Value(*entry.username) : json::Value());
  fields.emplace_back(to_string(entry.state));
  fields.emplace_back(entry.is_admin);
  return hex_encode(crypto::sha256_bytes(json::write(std::move(fields))));
}

Result<Entry> read_entry(const NewAccount& given) {
  Entry entry{.given = given};
  NewAccount& e = entry.given;
  if (e.issuer.empty() != e.subject.empty())
    return make_error(Code::invalid, "An identity is named by its issuer and its subject together.");
  for (const std::string* part : {&e.issuer, &e.subject})
    if (part->size() > 1024 || !is_utf8(*part) || has_control(*part))
      return make_error(Code::invalid,
                        "The issuer or the subject holds bytes that no identity has, or is too long.");
  if (e.issuer.empty() && e.email.empty())
    return make_error(Code::invalid,
                      "An account needs an identity or an e-mail address by which its person is recognised.");
  if (e.state != State::pending && e.state != State::approved && e.state != State::active)
    return make_error(Code::invalid, "A new account is pending, approved or active.");
  if (e.is_admin && e.state == State::pending)
    return make_error(Code::invalid, "A pending account can not be an administrator.");
  if (!e.email.empty()) {
    LANYARD_TRY(e.email, canonical_address(e.email));
    entry.key = address_key(e.email);
  }
  e.name = clean_name(e.name);
  e.institution = clean_name(e.institution);
  e.experiment = clean_name(e.experiment);
  entry.digest = digest_of(e);
  return entry;
}

// One address is prepared for one account only; a second would make both unusable.
Status require_unprepared(Filing& filing, const Entry& entry, const AccountId& except) {
  if (entry.key.empty()) return {};
  LANYARD_TRY(const auto others, rows::list_prepared(filing.connection, entry.key, 2));
  for (const AccountId& other : others)
    if (other != except)
      return make_error(Code::conflict, cat("The address ", entry.given.email,
                                            " is prepared for the account ", other.str(), " already."));
  return {};
}

Status put_primary(Filing& filing, rows::Record& record, const Entry& entry, bool prepared) {
  Account& account = record.account;
  LANYARD_TRY(auto addresses, rows::list_addresses(filing.connection, account.id));
  rows::Vouched mine{.address = {.address = entry.key, .is_primary = true, .prepared = prepared}};
  for (rows::Vouched& row : addresses) {
    if (row.address.address == entry.key) {
      mine.issuer = row.issuer;
      mine.subject = row.subject;
      mine.address.verified = row.address.verified;
    } else if (row.address.is_primary && row.issuer.empty()) {
      LANYARD_CHECK(rows::erase_address(filing.connection, account.id, row.address.address));
    } else if (row.address.is_primary) {
      row.address.is_primary = false;
      LANYARD_CHECK(rows::put_address(filing.connection, account.id, row, filing.now));
    }
  }
  account.email = entry.given.email;
  account.email_verified = mine.address.verified;
  return rows::put_address(filing.connection, account.id, mine, filing.now);
}

// Takes over the fields that the entry names, and marks them as set.
std::vector<std::string> apply_fields(rows::Record& record, const NewAccount& entry) {
  std::vector<std::string> changed;
  const auto set = [&](const char* field, std::string& value, const std::string& wanted) {
    if (wanted.empty()) return;
    keep_field(record.kept, field);
    if (value == wanted) return;
    value = wanted;
    changed.emplace_back(field);
  };
  set("name", record.account.name, entry.name);
  set("institution", record.account.institution, entry.institution);
  set("experiment", record.account.experiment, entry.experiment);
  if (!entry.email.empty()) keep_field(record.kept, "email");
  return changed;
}

// Everything that can be wrong with an entry, before anything is written.
Result<rows::Record> plan_prepared(Filing& filing, const Entry& entry, Random& random) {
  const NewAccount& given = entry.given;
  LANYARD_CHECK(require_unprepared(filing, entry, {}));
  rows::Record record;
  record.entry_digest = entry.digest;
  Account& account = record.account;
  account.id = make_id<AccountTag>(random);
  apply_fields(record, given);
  account.is_admin = given.is_admin;
  LANYARD_TRY(account.state,
              next(std::nullopt, given.state == State::pending ? Event::request : Event::prepare));
  if (given.state == State::active) LANYARD_CHECK(move(account, Event::activate));
  if (given.username) {
    LANYARD_TRY(account.username, claim_username(filing.connection, *given.username));
  }
  account.email = given.email;
  return record;
}

Result<Account> write_prepared(Filing& filing, rows::Record& record, const Entry& entry) {
  const NewAccount& given = entry.given;
  Account& account = record.account;
  LANYARD_CHECK(filing.add(record));
  if (!entry.key.empty())  // the only address of an account that is new
    LANYARD_CHECK(rows::put_address(filing.connection, account.id,
                                    {.address = {.address = entry.key, .is_primary = true, .prepared = true}},
                                    filing.now));
  if (!given.issuer.empty())
    LANYARD_CHECK(rows::insert_identity(
        filing.connection,
        {.issuer = given.issuer, .subject = given.subject, .account = account.id, .created_at = filing.now}));
  if (account.state == State::pending) {
    LANYARD_CHECK(filing.open_request(account.id, ""));
    filing.note(events::kRequested, account, {{"source", given.source}});
  } else {
    filing.note(events::kCreated, account, {{"source", given.source}, {"state", to_string(account.state)}});
  }
  if (account.is_admin) filing.note(events::kAdminGranted, account, {{"because", given.source}});
  return std::move(account);
}

Result<Account> add_prepared(Filing& filing, const Entry& entry, Random& random) {
  LANYARD_TRY(rows::Record record, plan_prepared(filing, entry, random));
  return write_prepared(filing, record, entry);
}

// Brings an existing account up to an entry that is new or was changed. Who was suspended, rejected or closed
// stays so; an entry gives, it never takes away.
Result<bool> bring_up(Filing& filing, rows::Record& record, const Entry& entry, bool unused) {
  Account& account = record.account;
  const Account before = account;
  if (record.entry_digest == entry.digest) return false;
  record.entry_digest = entry.digest;
  std::vector<std::string> changed = apply_fields(record, entry.given);
  if (!entry.key.empty() && (account.email != entry.given.email || unused)) {
    if (unused) LANYARD_CHECK(require_unprepared(filing, entry, account.id));
    LANYARD_CHECK(put_primary(filing, record, entry, unused));
    if (account.email != before.email) changed.emplace_back("email");
  }
  if (entry.given.username && usable_username(*entry.given.username) != account.username) {
    LANYARD_TRY(account.username, claim_username(filing.connection, *entry.given.username));
    changed.emplace_back("username");
  }
  if (account.state == State::pending && entry.given.state != State::pending) {
    LANYARD_CHECK(move(account, Event::approve));
    LANYARD_CHECK(filing.end_request(account.id, "approved", entry.given.source, ""));
    filing.note(events::kApproved, account, {{"door", entry.given.source}});
  }
  if (account.state == State::approved && entry.given.state == State::active) {
    LANYARD_CHECK(move(account, Event::activate));
    filing.note(events::kActivated, account, {{"door", entry.given.source}});
  }
  if (entry.given.is_admin && !account.is_admin && may_read(account.state)) {
    account.is_admin = true;
    filing.note(events::kAdminGranted, account, {{"because", entry.given.source}});
  }
  const bool differs =
      !changed.empty() || account.state != before.state || account.is_admin != before.is_admin;
  if (!changed.empty())
    filing.note(events::kPrepared, account,
                {{"fields", json::Array(changed.begin(), changed.end())}, {"source", entry.given.source}});
  if (!differs) {
    LANYARD_CHECK(rows::update(filing.connection, record));
    return false;
  }
  LANYARD_CHECK(filing.save(record, before));
  return true;
}

struct Existing {
  rows::Record record;
  bool unused = false;  // nobody has arrived at it
};

Result<std::optional<Existing>> find_existing(Filing& filing, const Entry& entry) {
  if (!entry.given.issuer.empty()) {
    LANYARD_TRY(const auto identity,
                rows::find_identity(filing.connection, entry.given.issuer, entry.given.subject));
    if (!identity) return std::optional<Existing>();
    LANYARD_TRY(auto record, rows::get(filing.connection, identity->account));
    LANYARD_TRY(record, rows::follow(filing.connection, std::move(record)));
    return std::optional<Existing>({std::move(record), identity->source.empty()});
  }
  LANYARD_TRY(const auto prepared, rows::list_prepared(filing.connection, entry.key, 1));
  if (!prepared.empty()) {
    LANYARD_TRY(auto record, rows::get(filing.connection, prepared.front()));
    return std::optional<Existing>({std::move(record), true});
  }
  // Used meanwhile: still the account that an entry made, and never one that only has the same address.
  for (const bool verified : {true, false}) {
    LANYARD_TRY(const auto holders, rows::list_holders(filing.connection, entry.key, verified, kMostHolders));
    for (const AccountId& id : holders) {
      LANYARD_TRY(auto record, rows::get(filing.connection, id));
      if (!record.entry_digest.empty() && record.account.state != State::closed)
        return std::optional<Existing>({std::move(record), false});
    }
  }
  return std::optional<Existing>();
}

}  // namespace

Result<Account> Directory::create(const NewAccount& given, const access::Actor& actor) {
  LANYARD_CHECK(access::require(actor, access::Permission::change_accounts));
  LANYARD_TRY(const Entry entry, read_entry(given));
  Account created;
  const Status written =
      ledger_.change(actor, [&](store::Connection& connection, journal::Notes& notes) -> Status {
        Filing filing(connection, notes, ledger_.clock().now());
        if (!given.issuer.empty()) {
          LANYARD_TRY(const auto identity, rows::find_identity(connection, given.issuer, given.subject));
          if (identity)
            return make_error(Code::conflict, cat("This identity leads to the account ",
                                                  identity->account.str(), " already."));
        }
        LANYARD_TRY(created, add_prepared(filing, entry, random_));
        return {};
      });
  LANYARD_CHECK(written);
  return created;
}

// One entry of many; what can not be made is said in its place.
static Result<Directory::Outcome> prepare_one(Filing& filing, const Result<Entry>& entry, Random& random) {
  if (!entry.ok()) return Directory::Outcome{{}, false, entry.error()};
  if (!entry->given.issuer.empty()) {
    LANYARD_TRY(const auto identity,
                rows::find_identity(filing.connection, entry->given.issuer, entry->given.subject));
    if (identity) return Directory::Outcome{identity->account, false, {}};
  } else {
    LANYARD_TRY(const auto prepared, rows::list_prepared(filing.connection, entry->key, 1));
    if (!prepared.empty()) return Directory::Outcome{prepared.front(), false, {}};
  }
  auto record = plan_prepared(filing, *entry, random);
  if (!record.ok()) {
    const bool is_theirs = record.error().code == Code::conflict || record.error().code == Code::invalid;
    if (!is_theirs) return record.error();
    return Directory::Outcome{{}, false, record.error()};
  }
  LANYARD_TRY(const Account made, write_prepared(filing, *record, *entry));
  return Directory::Outcome{made.id, true, {}};
}

Result<std::vector<Directory::Outcome>> Directory::create_many(const std::vector<NewAccount>& given,
                                                               const access::Actor& actor) {
  LANYARD_CHECK(access::require(actor, access::Permission::change_accounts));
  if (given.size() > kMostAtOnce)
    return make_error(Code::invalid, cat("At most ", kMostAtOnce, " people are prepared at once."));
  std::vector<Result<Entry>> entries;
  entries.reserve(given.size());
  for (const NewAccount& one : given) entries.push_back(read_entry(one));
  std::vector<Outcome> outcomes;
  const Status written =
      ledger_.change(actor, [&](store::Connection& connection, journal::Notes& notes) -> Status {
        outcomes.clear();
        Filing filing(connection, notes, ledger_.clock().now());
        filing.expect(static_cast<std::int64_t>(entries.size()));
        for (const Result<Entry>& entry : entries) {
          LANYARD_TRY(Outcome outcome, prepare_one(filing, entry, random_));
          outcomes.push_back(std::move(outcome));
        }
        return filing.give_back_numbers();
      });
  LANYARD_CHECK(written);
  return outcomes;
}

Result<Directory::Upserted> Directory::create_or_update(const NewAccount& given, const access::Actor& actor) {
  LANYARD_CHECK(access::require(actor, access::Permission::change_accounts));
  LANYARD_TRY(const Entry entry, read_entry(given));
  Upserted upserted;
  const Status written =
      ledger_.change(actor, [&](store::Connection& connection, journal::Notes& notes) -> Status {
        Filing filing(connection, notes, ledger_.clock().now());
        LANYARD_TRY(auto existing, find_existing(filing, entry));
        if (!existing) {
          LANYARD_TRY(upserted.account, add_prepared(filing, entry, random_));
          upserted.change = Upserted::Change::created;
          return {};
        }
        LANYARD_TRY(const bool changed, bring_up(filing, existing->record, entry, existing->unused));
        upserted.account = std::move(existing->record.account);
        upserted.change = changed ? Upserted::Change::updated : Upserted::Change::none;
        return {};
      });
  LANYARD_CHECK(written);
  return upserted;
}

}  // namespace lanyard::accounts
