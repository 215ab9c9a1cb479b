#include "domain/accounts/filing.h"

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "domain/accounts/names.h"

namespace lanyard::accounts {

Status Filing::add(rows::Record& record) {
  Account& account = record.account;
  if (numbers_left_ == 0) {
    const std::int64_t count = std::max<std::int64_t>(1, std::exchange(expected_, 0));
    LANYARD_TRY(const std::int64_t last, rows::take_numbers(connection, count));
    next_number_ = last - count + 1;
    numbers_left_ = count;
  }
  account.number = next_number_++;
  --numbers_left_;
  account.created_at = account.updated_at = now;
  account.version = 1;
  LANYARD_CHECK(rows::insert(connection, record));
  return rows::add_words(connection, account, search_words(account));
}

Status Filing::give_back_numbers() {
  if (numbers_left_ > 0) LANYARD_CHECK(rows::take_numbers(connection, -std::exchange(numbers_left_, 0)));
  return {};
}

Status Filing::save(rows::Record& record, const Account& before) {
  Account& account = record.account;
  account.updated_at = now;
  LANYARD_CHECK(rows::update(connection, record));
  const auto words = search_words(account);
  if (words != search_words(before)) return rows::set_words(connection, account, words);
  if (account.state != before.state) return rows::set_words_state(connection, account);
  return {};
}

void Filing::note(std::string_view event, const Account& account, json::Object data, Verdicts verdicts) {
  notes.add({.event = std::string(event),
             .subject = {"account", account.id.str()},
             .data = std::move(data),
             .account = verdicts == Verdicts::fall ? account.id : AccountId()});
}

Status Filing::open_request(const AccountId& account, std::string_view text) {
  Request request{.account = account, .opened_at = now, .note = std::string(text), .decision = "open"};
  LANYARD_TRY(request.id, rows::next_request_id(connection));
  return rows::insert_request(connection, request);
}

Status Filing::end_request(const AccountId& account, std::string_view decision, std::string_view door,
                           std::string_view reason) {
  LANYARD_TRY(auto request, rows::find_open(connection, account));
  if (!request) return {};
  request->decision = decision;
  request->decided_at = now;
  request->decided_by = actor_name();
  request->door = door;
  request->reason = reason;
  LANYARD_TRY(const bool ended, rows::close_request(connection, *request));
  if (!ended) return make_error(Code::conflict, "The request was decided meanwhile.", "Look at it again.");
  return {};
}

Status Filing::require_other_admin(const Account& account) {
  if (!account.is_admin || account.state != State::active) return {};
  LANYARD_TRY(const bool other, rows::has_other_active_admin(connection, account.id));
  if (other) return {};
  return make_error(Code::conflict, "This is the last active administrator.",
                    "Make somebody else an administrator first.");
}

std::string Filing::actor_name() const {
  const access::Actor& actor = notes.actor();
  const std::string name = clean_name(actor.label);
  if (!name.empty()) return name;
  return actor.account.empty() ? std::string(access::to_string(actor.kind)) : actor.account.str();
}

Status move(Account& account, Event event) {
  LANYARD_TRY(account.state, next(account.state, event));
  return {};
}

bool has_field(std::string_view kept, std::string_view field) {
  for (const std::string_view word : split_words(kept))
    if (word == field) return true;
  return false;
}

void keep_field(std::string& kept, std::string_view field) {
  if (has_field(kept, field)) return;
  if (!kept.empty()) kept.push_back(' ');
  kept.append(field);
}

}  // namespace lanyard::accounts
