#include "domain/tokens/released_names.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "base/text.h"
#include "domain/tokens/profiles.h"

namespace lanyard::tokens {
namespace {

using store::Connection;
using store::Row;
using store::Stmt;

// Letters alone: PanDA drops digits, brackets, apostrophes and what looks like an e-mail address.
std::string letters_of(std::string_view text) {
  std::string out;
  for (const char c : to_lower_ascii(text))
    if (c >= 'a' && c <= 'z') out.push_back(c);
  return out;
}

// The digits of an account's id as letters, so that ten accounts with one user name still differ.
std::string spelled(std::string_view id) {
  std::string out;
  for (const char c : id) out.push_back(c >= '0' && c <= '9' ? static_cast<char>('a' + (c - '0')) : c);
  return letters_of(out);
}

bool is_digits(std::string_view word) {
  return !word.empty() && word.find_first_not_of("0123456789") == std::string_view::npos;
}

// "Jane Doe 2" and "Jane_2": what PanDA would not see is not released.
std::string without_numbers(std::string_view name) {
  std::vector<std::string> words;
  for (std::string_view word : split_words(name)) {
    for (std::size_t at = word.rfind('_'); at != std::string_view::npos && is_digits(word.substr(at + 1));
         at = word.rfind('_'))
      word = word.substr(0, at);
    if (!word.empty() && !is_digits(word)) words.emplace_back(word);
  }
  return join(words, " ");
}

std::vector<std::string> candidates(const AccountId& account, std::string_view name,
                                    std::string_view username) {
  const std::string base = without_numbers(name);
  const std::string id = spelled(account.str());
  std::vector<std::string> all{base};
  for (const std::string& word : {letters_of(username), id.substr(0, 5), id})
    if (!word.empty()) all.push_back(base.empty() ? word : cat(base, " ", word));
  std::erase_if(all, [](const std::string& one) { return panda_key(one).empty(); });
  return all;
}

Result<std::optional<std::string>> find(Connection& connection, const AccountId& account) {
  static const Stmt kFind{"SELECT name FROM released_names WHERE account_id = $1"};
  std::optional<std::string> found;
  LANYARD_CHECK(connection.query(
      kFind, [&](const Row& row) { found = row.text(0); }, account));
  return found;
}

Result<bool> is_taken(Connection& connection, std::string_view key) {
  static const Stmt kHas{"SELECT 1 FROM released_names WHERE name_key = $1"};
  bool taken = false;
  LANYARD_CHECK(connection.query(
      kHas, [&](const Row&) { taken = true; }, key));
  return taken;
}

// PanDA puts the name into a distinguished name: these would write another one.
bool is_safe(std::string_view text) {
  return is_utf8(text) && !has_control(text) && text.find_first_of("/=") == std::string_view::npos;
}

}  // namespace

bool is_for_panda(const clients::Client& client) {
  return client.profile == clients::Profile::iam || !client.virtual_organisation.empty();
}

Result<std::string> ReleasedNames::name_of(const AccountId& account, std::string_view name,
                                           std::string_view username) {
  std::optional<std::string> released;
  LANYARD_CHECK(ledger_.database().read([&](Connection& connection) -> Status {
    LANYARD_TRY(released, find(connection, account));
    return {};
  }));
  if (released) return *released;
  if (trim(name).empty()) return std::string();
  if (!is_safe(name) || !is_safe(username))
    return make_error(Code::forbidden,
                      "The name of this account has a character that PanDA takes for the start of another "
                      "identity.",
                      "An administrator can give it a name without \"/\", \"=\" and control characters.");
  static const Stmt kInsert{
      "INSERT INTO released_names (account_id, name, name_key, released_at) VALUES ($1, $2, $3, $4)"};
  const auto release = [&](Connection& connection, journal::Notes& notes) -> Status {
    LANYARD_TRY(released, find(connection, account));
    if (released) return {};
    for (const std::string& candidate : candidates(account, name, username)) {
      const std::string key = panda_key(candidate);
      LANYARD_TRY(const bool taken, is_taken(connection, key));
      if (taken) continue;
      LANYARD_CHECK(connection.exec(kInsert, account, candidate, key, ledger_.clock().now()));
      notes.add({.event = "name.released",
                 .subject = {"account", account.str()},
                 .data = json::Object{{"name", candidate}},
                 .account = {}});
      released = candidate;
      return {};
    }
    return make_error(Code::conflict, "Every form of this account's name is taken at PanDA.",
                      "An administrator can give the account another name.");
  };
  const access::Actor actor = access::system_actor("tokens");
  Status done = ledger_.change(actor, release);
  // Two accounts with one name at the same moment: the second one sees the first now.
  if (!done && done.error().code == Code::conflict) done = ledger_.change(actor, release);
  LANYARD_CHECK(done);
  return *released;
}

}  // namespace lanyard::tokens
