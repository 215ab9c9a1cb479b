// The tables of this room: accounts, account_words, identities, addresses, requests, its counters, and one
// row of settings. Only rows_*.cc name them. Every statement is answered from an index; what can be many has
// a limit.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "domain/accounts/account.h"
#include "domain/accounts/approvals.h"
#include "platform/store/database.h"

namespace lanyard::accounts::rows {

using store::Connection;

// An account with what only this room needs.
struct Record {
  Account account;
  // Fields that a person or an administrator has set ("name institution"): what the upstream says does not
  // replace them.
  std::string kept;
  // SHA-256 (hexadecimal) of the administrator's entry that was applied last; "" : none.
  std::string entry_digest;
};

Result<std::optional<Record>> find(Connection& connection, const AccountId& id);
Result<Record> get(Connection& connection, const AccountId& id);  // Code::not_found
Result<std::optional<Record>> find_by_number(Connection& connection, std::int64_t number);
Result<std::optional<Record>> find_by_username(Connection& connection, std::string_view username);
Result<bool> has_username(Connection& connection, std::string_view username);
// Follows merged_into to the account that counts. Code::internal for a loop (attack row 118).
Result<Record> follow(Connection& connection, Record record);

Status insert(Connection& connection, const Record& record);
// Code::conflict when the row is not at record.account.version any more; moves the version on.
Status update(Connection& connection, Record& record);
Status touch_seen(Connection& connection, const AccountId& id, Time at);

Result<std::vector<Account>> list(Connection& connection, std::optional<State> state, std::int64_t after,
                                  std::int64_t limit);
// Accounts with a word that begins with `prefix`, each once, in the order of its first such word.
Result<std::vector<Account>> search(Connection& connection, std::optional<State> state,
                                    std::string_view prefix, const std::optional<Account>& after,
                                    std::int64_t limit);
Result<std::vector<AccountId>> list_same_word(Connection& connection, std::string_view word,
                                              const AccountId& except, std::int64_t limit);
Status set_words(Connection& connection, const Account& account, const std::vector<std::string>& words);
// The same for an account that has none yet.
Status add_words(Connection& connection, const Account& account, const std::vector<std::string>& words);
Status set_words_state(Connection& connection, const Account& account);
Result<std::int64_t> count(Connection& connection, State state, std::int64_t most);
Result<bool> has_other_active_admin(Connection& connection, const AccountId& id);

// The last of `count` numbers that nobody has; a negative count gives the last ones back within the same
// transaction.
Result<std::int64_t> take_numbers(Connection& connection, std::int64_t count);
Result<RequestId> next_request_id(Connection& connection);
// True for exactly one caller, ever.
Result<bool> use_admin_email(Connection& connection);
// The row `bootstrap` of the table settings. Closing: true for exactly one caller, ever.
Result<bool> bootstrap_is_closed(Connection& connection);
Result<bool> close_bootstrap(Connection& connection, const AccountId& account, Time at);

Result<std::optional<Identity>> find_identity(Connection& connection, std::string_view issuer,
                                              std::string_view subject);
Status insert_identity(Connection& connection, const Identity& identity);
Status touch_identity(Connection& connection, const Identity& identity);  // source and last login
Result<std::vector<Identity>> list_identities(Connection& connection, const AccountId& account);

Status erase_identity(Connection& connection, const Identity& identity);

struct Vouched {
  Address address;              // address.address is an address_key
  std::string issuer, subject;  // the identity that asserted it; "" : an administrator
};
Result<std::vector<Vouched>> list_addresses(Connection& connection, const AccountId& account);
Status put_address(Connection& connection, const AccountId& account, const Vouched& vouched, Time at);
Status erase_address(Connection& connection, const AccountId& account, std::string_view key);
Status consume_prepared(Connection& connection, const AccountId& account);
Result<std::vector<AccountId>> list_prepared(Connection& connection, std::string_view key,
                                             std::int64_t limit);
Result<std::vector<AccountId>> list_holders(Connection& connection, std::string_view key, bool verified,
                                            std::int64_t limit);

Status insert_request(Connection& connection, const Request& request);
Result<std::optional<Request>> find_request(Connection& connection, const RequestId& id);
Result<std::optional<Request>> find_open(Connection& connection, const AccountId& account);
Result<std::optional<Request>> find_latest(Connection& connection, const AccountId& account);
Result<bool> close_request(Connection& connection,
                           const Request& decided);  // false: it was not open any more
Status set_request_note(Connection& connection, const RequestId& id, std::string_view note);
Result<std::vector<Request>> list_open(Connection& connection, const std::optional<Request>& after,
                                       std::int64_t limit);

// Every statement above, for the test that looks at their plans.
std::vector<const store::Stmt*> account_statements();
std::vector<const store::Stmt*> login_statements();

}  // namespace lanyard::accounts::rows
