// The roster: finding accounts, and letting a proven identity arrive at one.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/random.h"
#include "base/result.h"
#include "domain/access/access.h"
#include "domain/accounts/account.h"
#include "domain/journal/journal.h"

namespace lanyard::accounts {

// What an unknown identity becomes.
enum class Newcomer { pending, approved, active, refused };

// An identity that was proven a moment ago, by a login or by a token.
struct Arrival {
  std::string issuer, subject;      // exact
  std::string source;               // configured provider or issuer id
  std::string username;             // already normalised and allowed by admission; "" : none asserted
  std::vector<std::string> groups;  // asserted by the source
  std::string name, given_name, family_name, institution;
  std::string email;            // as asserted; canonicalised here
  bool email_verified = false;  // the boolean true in the same document as `email`, nothing else counts
  std::vector<std::string> verified_alternates;
  bool trusted_for_addresses =
      false;  // this source may complete an account that was prepared for the address
  Newcomer newcomer = Newcomer::pending;
  bool make_admin = false;  // admission said so (admin_users), at each login; approves who is pending
  std::string admin_email;  // SX2: the configured bootstrap address
  std::string note;
  bool is_login = true;  // a person at a browser; false for a bearer token
};

struct Arrived {
  Account account;
  enum class How {
    known_identity,
    prepared_identity,
    prepared_address,
    created,
    created_linkable
  } how = How::known_identity;
  bool activated_now = false;
  // A verified address of this identity is already another account's: the person may link after proving both
  // sides.
  std::optional<AccountId> may_link;
};
std::string_view to_string(Arrived::How how);

struct NewAccount {             // SX3, AR10, API
  std::string issuer, subject;  // both or none
  std::string email, name, institution, experiment;
  std::optional<std::string> username;
  State state = State::approved;
  bool is_admin = false;
  std::string source;  // "command line", "users file", …
};

struct Listing {
  std::optional<State> state;
  std::string search;       // prefix of name, e-mail address or user name
  std::int64_t after = 0;   // number of the last one seen (keyset)
  std::int64_t limit = 50;  // 1..200
};

struct ProfileChange {
  std::optional<std::string> name, institution, experiment, note;
  std::optional<std::int64_t> version;  // If-Match: Code::conflict when it moved
};

// Thread-safe. Every change goes through the ledger.
class Directory {
 public:
  Directory(journal::Ledger& ledger, Random& random) : ledger_(ledger), random_(random) {}

  // AR2, SX2, SX3, SX6, TK6: identity, then an address that an administrator prepared and this source may
  // complete, then a new account. merged_into is followed. Refreshes what the upstream says about the person.
  // Never matches on an unverified address; never on alternates alone (attack rows 93-96, 100, 102).
  Result<Arrived> arrive(const Arrival& arrival, const access::Actor& actor);

  // Only reads: for tokens of identities that are already known.
  Result<std::optional<Account>> find_by_identity(std::string_view issuer, std::string_view subject);
  struct Known {
    Account account;
    Identity identity;
  };
  Result<std::optional<Known>> find_known(std::string_view issuer, std::string_view subject);
  Result<Account> get_account(const AccountId& id);
  Result<Account> get_by_number(std::int64_t number);
  // An id, a number, a user name or an e-mail address, as typed on the command line. Ambiguous:
  // Code::conflict.
  Result<Account> find_by_words(std::string_view words);
  Result<std::vector<Account>> list_accounts(const Listing& listing);
  Result<std::vector<Identity>> list_identities(const AccountId& id);
  Result<std::vector<Address>> list_addresses(const AccountId& id);
  Result<std::int64_t> count(State state);  // 1,001 stands for more than 1,000

  // Code::conflict when the identity or user name exists.
  Result<Account> create(const NewAccount& account, const access::Actor& actor);
  // Many at once, in one transaction, in their order. An entry that can not be made keeps no other from being
  // made; who is there already is left alone, so that it can be said again after an interruption.
  struct Outcome {
    AccountId id;  // made now, or there already; empty when refused
    bool is_new = false;
    std::optional<Error> refused;  // conflict or invalid
  };
  static constexpr std::size_t kMostAtOnce = 500;
  Result<std::vector<Outcome>> create_many(const std::vector<NewAccount>& accounts,
                                           const access::Actor& actor);
  // SX5: creates, or brings an existing one with that identity up to date. Tells whether anything changed.
  struct Upserted {
    Account account;
    enum class Change { none, created, updated } change = Change::none;
  };
  Result<Upserted> create_or_update(const NewAccount& account, const access::Actor& actor);

  Result<Account> change_profile(const AccountId& id, const ProfileChange& change,
                                 const access::Actor& actor);
  // Attack row 117: the last active administrator stays one. `version` is If-Match: Code::conflict when it
  // moved.
  Result<Account> set_admin(const AccountId& id, bool is_admin, const access::Actor& actor,
                            std::optional<std::int64_t> version = {});

  // Adds an identity that was proven a moment ago to an account that is signed in in the same browser (attack
  // rows 97-99; the door proves both sides). Linking it again is no change. Code::conflict when it is another
  // account's: an administrator has to merge the two.
  Status link_identity(const AccountId& id, const Arrival& arrival, const access::Actor& actor);
  // Code::not_found when it is not theirs, Code::conflict for the last one.
  Status unlink_identity(const AccountId& id, std::string_view issuer, std::string_view subject,
                         const access::Actor& actor);

  // The first administrator by the one-time link: at most once in the life of a database, whatever becomes of
  // that account (attack row 116).
  Result<bool> bootstrap_is_closed();
  // Makes the account an active administrator, and closes bootstrap for ever in the same transaction. Exactly
  // one caller wins; Code::conflict for all others.
  Result<Account> complete_bootstrap(const AccountId& id, const access::Actor& actor);

 private:
  journal::Ledger& ledger_;
  Random& random_;
};

}  // namespace lanyard::accounts
