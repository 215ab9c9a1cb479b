// How a proven identity arrives at an account (Directory::arrive).
#include <utility>

#include "base/text.h"
#include "domain/accounts/asserted.h"
#include "domain/accounts/directory.h"
#include "domain/accounts/events.h"
#include "domain/accounts/filing.h"
#include "domain/accounts/names.h"
#include "domain/accounts/usernames.h"

namespace lanyard::accounts {
namespace {

constexpr int kAttempts = 5;

Status check_identity(const Arrival& arrival) {
  const auto good = [](std::string_view text) {
    return !text.empty() && text.size() <= 1024 && is_utf8(text) && !has_control(text);
  };
  if (good(arrival.issuer) && good(arrival.subject)) return {};
  return make_error(Code::invalid, "The identity provider sent no usable identifier for this person.",
                    "Its operator must send a subject without control characters, of at most 1024 bytes.");
}

// One attempt, inside one transaction.
class Reception {
 public:
  Reception(Filing& filing, const Arrival& arrival, const Asserted& asserted, Random& random)
      : filing_(filing), arrival_(arrival), asserted_(asserted), random_(random) {}

  // AR2: the identifier first, then an address that was prepared, then somebody new.
  Result<Arrived> receive() {
    LANYARD_TRY(auto identity, rows::find_identity(filing_.connection, arrival_.issuer, arrival_.subject));
    if (identity) return known(*std::move(identity));
    LANYARD_TRY(auto prepared, find_prepared());
    if (prepared) return complete(*std::move(prepared));
    return unknown();
  }

 private:
  using How = Arrived::How;

  Result<Arrived> known(Identity identity) {
    LANYARD_TRY(auto record, rows::get(filing_.connection, identity.account));
    LANYARD_TRY(record, rows::follow(filing_.connection, std::move(record)));
    const bool first = identity.source.empty();
    const How how = first ? How::prepared_identity : How::known_identity;
    if (!may_sign_in(record.account.state) || (!arrival_.is_login && !first))
      return Arrived{std::move(record.account), how};
    const bool same_lists = identity.username == arrival_.username && identity.groups == arrival_.groups;
    identity.source = source();
    identity.username = arrival_.username;
    identity.groups = arrival_.groups;
    if (arrival_.is_login) identity.last_login_at = filing_.now;
    LANYARD_CHECK(rows::touch_identity(filing_.connection, identity));
    // Other lists of allowed and blocked people may fit now.
    if (!same_lists) filing_.note(events::kIdentityRefreshed, record.account, {{"source", source()}});
    return settle_in(std::move(record), identity, how);
  }

  // An account that an administrator prepared for exactly this address, and that nobody has used. Only an
  // address that the upstream verified counts, never an alternate, and only from a source that is trusted for
  // addresses (attack rows 93 to 96, 100). A bearer token does not become an administrator this way.
  Result<std::optional<rows::Record>> find_prepared() {
    std::optional<rows::Record> none;
    if (!asserted_.verified || !arrival_.trusted_for_addresses) return none;
    LANYARD_TRY(const auto ids, rows::list_prepared(filing_.connection, asserted_.key, 2));
    if (ids.size() != 1) return none;
    LANYARD_TRY(auto record, rows::get(filing_.connection, ids.front()));
    const Account& account = record.account;
    if (!may_sign_in(account.state) || account.state == State::rejected || account.merged_into) return none;
    if (account.is_admin && !arrival_.is_login) return none;
    return std::optional<rows::Record>(std::move(record));
  }

  Result<Arrived> complete(rows::Record record) {
    LANYARD_TRY(const Identity identity, link(record.account.id));
    filing_.note(
        events::kIdentityLinked, record.account,
        {{"issuer", arrival_.issuer}, {"subject", arrival_.subject}, {"because", "prepared_address"}});
    return settle_in(std::move(record), identity, How::prepared_address);
  }

  Result<Identity> link(const AccountId& account) {
    Identity identity{.issuer = arrival_.issuer,
                      .subject = arrival_.subject,
                      .account = account,
                      .source = source(),
                      .created_at = filing_.now,
                      .username = arrival_.username,
                      .groups = arrival_.groups};
    if (arrival_.is_login) identity.last_login_at = filing_.now;
    LANYARD_CHECK(rows::insert_identity(filing_.connection, identity));
    return identity;
  }

  // What a login and a first arrival have in common once the account is found.
  Result<Arrived> settle_in(rows::Record record, const Identity& identity, How how) {
    const Account before = record.account;
    if (how != How::known_identity) LANYARD_CHECK(rows::consume_prepared(filing_.connection, before.id));
    LANYARD_TRY(auto changed, refresh(filing_, record, identity, asserted_));
    if (how != How::known_identity && !record.account.username) {
      LANYARD_TRY(record.account.username, pick_username(filing_.connection, arrival_.username));
      if (record.account.username) changed.emplace_back("username");
    }
    if (!changed.empty()) note_changes(before, record.account, changed);
    LANYARD_TRY(const bool granted, grant_admin(record));
    if (arrival_.is_login) {
      record.account.last_seen_at = filing_.now;
      note_sign_in(record.account);
    }
    if (!changed.empty() || granted) {
      LANYARD_CHECK(filing_.save(record, before));
    } else if (arrival_.is_login) {
      LANYARD_CHECK(rows::touch_seen(filing_.connection, before.id, filing_.now));
    }
    return Arrived{std::move(record.account), how};
  }

  Result<Arrived> unknown() {
    rows::Record record;
    Account& account = record.account;
    account.id = make_id<AccountTag>(random_);
    LANYARD_TRY(const bool admin, admin_by_rule());
    LANYARD_TRY(account.state, state_for_newcomer(admin));
    account.name = asserted_.name;
    account.given_name = asserted_.given_name;
    account.family_name = asserted_.family_name;
    account.institution = asserted_.institution;
    account.email = asserted_.email;
    account.email_verified = asserted_.verified;
    account.is_admin = admin;
    if (arrival_.is_login) account.last_seen_at = filing_.now;
    LANYARD_TRY(account.username, pick_username(filing_.connection, arrival_.username));
    // Before the account has addresses of its own.
    LANYARD_TRY(auto may_link, find_linkable());

    LANYARD_CHECK(filing_.add(record));
    LANYARD_TRY(const Identity identity, link(account.id));
    LANYARD_TRY(const auto unchanged, refresh(filing_, record, identity, asserted_));
    if (account.state == State::pending) {
      LANYARD_CHECK(filing_.open_request(account.id, clean_note(arrival_.note)));
      filing_.note(events::kRequested, account, {{"issuer", arrival_.issuer}, {"source", source()}});
    } else {
      filing_.note(events::kCreated, account,
                   {{"issuer", arrival_.issuer}, {"source", source()}, {"state", to_string(account.state)}});
    }
    if (admin) filing_.note(events::kAdminGranted, account, {{"because", admin_because()}});
    if (arrival_.is_login) note_sign_in(account);
    Arrived arrived{std::move(account), may_link ? How::created_linkable : How::created};
    arrived.activated_now = arrived.account.state == State::active;
    arrived.may_link = std::move(may_link);
    return arrived;
  }

  Result<State> state_for_newcomer(bool admin) {
    if (admin) return next(std::nullopt, Event::prepare);
    switch (arrival_.newcomer) {
      case Newcomer::pending:
        return next(std::nullopt, Event::request);
      case Newcomer::approved:
        return next(std::nullopt, Event::prepare);
      case Newcomer::active: {
        LANYARD_TRY(const State state, next(std::nullopt, Event::prepare));
        return next(state, Event::activate);
      }
      case Newcomer::refused:
        break;
    }
    return make_error(Code::forbidden, "Only people who are known beforehand may sign in here.",
                      "Ask an administrator of this site to add you.");
  }

  // Somebody else whose verified address this identity proved as well: only an offer, both sides must be
  // proven.
  Result<std::optional<AccountId>> find_linkable() {
    std::vector<std::string> keys;
    if (asserted_.verified) keys.push_back(asserted_.key);
    keys.insert(keys.end(), asserted_.alternates.begin(), asserted_.alternates.end());
    for (const std::string& key : keys) {
      LANYARD_TRY(const auto holders, rows::list_holders(filing_.connection, key, true, 5));
      for (const AccountId& id : holders) {
        LANYARD_TRY(auto holder, rows::get(filing_.connection, id));
        LANYARD_TRY(holder, rows::follow(filing_.connection, std::move(holder)));
        if (may_read(holder.account.state) || holder.account.state == State::pending)
          return std::optional<AccountId>(holder.account.id);
      }
    }
    return std::optional<AccountId>();
  }

  // SX2: closed for ever after its first use (attack row 116); the table remembers it, whatever happens to
  // the account. A bearer token makes no administrator.
  Result<bool> admin_by_rule() {
    if (!arrival_.is_login) return false;
    if (asserted_.verified && !arrival_.admin_email.empty()) {
      const auto configured = canonical_address(arrival_.admin_email);
      if (configured.ok() && address_key(configured.value()) == asserted_.key) {
        LANYARD_TRY(by_admin_email_, rows::use_admin_email(filing_.connection));
      }
    }
    return by_admin_email_ || arrival_.make_admin;
  }
  std::string_view admin_because() const { return by_admin_email_ ? "admin_email" : "admin_users"; }

  // For an account that exists: an administrator is also approved. A rejection stands; somebody decided it.
  Result<bool> grant_admin(rows::Record& record) {
    Account& account = record.account;
    if (account.state == State::rejected) return false;
    LANYARD_TRY(const bool admin, admin_by_rule());
    if (!admin) return false;
    bool changed = false;
    if (account.state == State::pending) {
      LANYARD_CHECK(move(account, Event::approve));
      LANYARD_CHECK(filing_.end_request(account.id, "approved", "configuration", admin_because()));
      filing_.note(events::kApproved, account, {{"door", "configuration"}, {"because", admin_because()}});
      changed = true;
    }
    if (!account.is_admin) {
      account.is_admin = true;
      filing_.note(events::kAdminGranted, account, {{"because", admin_because()}});
      changed = true;
    }
    return changed;
  }

  // Never "", which marks an identity that was made beforehand and has not arrived yet.
  const std::string& source() const { return arrival_.source.empty() ? arrival_.issuer : arrival_.source; }

  void note_sign_in(const Account& account) {
    filing_.note(events::kSignedIn, account, {{"issuer", arrival_.issuer}, {"source", source()}},
                 Filing::Verdicts::stay);
  }

  void note_changes(const Account& before, const Account& after, const std::vector<std::string>& changed) {
    json::Array fields(changed.begin(), changed.end());
    filing_.note(events::kProfileChanged, after, {{"fields", std::move(fields)}, {"by", "sign-in"}});
    // Another name and another address at once look like a subject that the upstream gave to somebody else
    // (attack row 102).
    const bool other_address = !before.email.empty() && address_key(before.email) != address_key(after.email);
    if (other_address && !before.name.empty() && before.name != after.name)
      filing_.note(events::kIdentityAnomaly, after,
                   {{"issuer", arrival_.issuer},
                    {"subject", arrival_.subject},
                    {"name_before", before.name},
                    {"email_before", before.email}},
                   Filing::Verdicts::stay);
  }

  Filing& filing_;
  const Arrival& arrival_;
  const Asserted& asserted_;
  Random& random_;
  bool by_admin_email_ = false;
};

}  // namespace

std::string_view to_string(Arrived::How how) {
  switch (how) {
    case Arrived::How::known_identity:
      return "known_identity";
    case Arrived::How::prepared_identity:
      return "prepared_identity";
    case Arrived::How::prepared_address:
      return "prepared_address";
    case Arrived::How::created:
      return "created";
    case Arrived::How::created_linkable:
      return "created_linkable";
  }
  return "";
}

Result<Arrived> Directory::arrive(const Arrival& arrival, const access::Actor& actor) {
  LANYARD_CHECK(check_identity(arrival));
  // A token of somebody known is the common case and writes nothing.
  if (!arrival.is_login) {
    std::optional<Arrived> known;
    const Status read = ledger_.database().read([&](store::Connection& connection) -> Status {
      LANYARD_TRY(const auto identity, rows::find_identity(connection, arrival.issuer, arrival.subject));
      if (!identity || identity->source.empty()) return {};
      LANYARD_TRY(auto record, rows::get(connection, identity->account));
      LANYARD_TRY(record, rows::follow(connection, std::move(record)));
      known = Arrived{std::move(record.account), Arrived::How::known_identity};
      return {};
    });
    LANYARD_CHECK(read);
    if (known) return *std::move(known);
  }
  const Asserted asserted = read_asserted(arrival);
  // Two first arrivals of one identity: the unique key lets one through, the other finds it at the next
  // attempt.
  for (int attempt = 1;; ++attempt) {
    Arrived arrived;
    const Status status =
        ledger_.change(actor, [&](store::Connection& connection, journal::Notes& notes) -> Status {
          Filing filing(connection, notes, ledger_.clock().now());
          LANYARD_TRY(arrived, Reception(filing, arrival, asserted, random_).receive());
          return {};
        });
    if (status.ok()) return arrived;
    if (status.error().code != Code::conflict || attempt == kAttempts) return status.error();
  }
}

}  // namespace lanyard::accounts
