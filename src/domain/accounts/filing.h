// One change being written: the transaction, its notes and its time, with the steps that arrivals,
// preparation and decisions share. Lives inside one run of Ledger::change.
#pragma once

#include <string>
#include <string_view>

#include "base/json.h"
#include "base/result.h"
#include "domain/accounts/lifecycle.h"
#include "domain/accounts/rows.h"
#include "domain/journal/journal.h"

namespace lanyard::accounts {

class Filing {
 public:
  Filing(store::Connection& c, journal::Notes& n, Time at) : connection(c), notes(n), now(at) {}

  store::Connection& connection;
  journal::Notes& notes;
  const Time now;

  // Gives the account its number and times, and writes row and words.
  Status add(rows::Record& record);
  // For adding many: the first add() takes numbers for all of them at once. What was not used is to be given
  // back at the end.
  void expect(std::int64_t accounts) { expected_ = accounts; }
  Status give_back_numbers();
  // Writes the row; `before` is the account as it was read, and decides whether the words must follow.
  Status save(rows::Record& record, const Account& before);

  // `Verdicts::fall`: whoever cached what this account may do must look again.
  enum class Verdicts { stay, fall };
  void note(std::string_view event, const Account& account, json::Object data,
            Verdicts verdicts = Verdicts::fall);

  Status open_request(const AccountId& account, std::string_view text);
  // Ends the account's open request, if it has one. `decision` is "approved", "rejected" or "withdrawn".
  Status end_request(const AccountId& account, std::string_view decision, std::string_view door,
                     std::string_view reason);
  // Attack row 117: Code::conflict when `account` is the last active administrator.
  Status require_other_admin(const Account& account);
  // Who acts, as people read it.
  std::string actor_name() const;

 private:
  std::int64_t expected_ = 0, next_number_ = 0, numbers_left_ = 0;
};

// The state that `event` leads to is set in the account.
Status move(Account& account, Event event);

bool has_field(std::string_view kept, std::string_view field);
void keep_field(std::string& kept, std::string_view field);

}  // namespace lanyard::accounts
