#include "domain/accounts/names.h"

#include <algorithm>
#include <iterator>

#include "base/direction.h"
#include "base/text.h"

namespace lanyard::accounts {
namespace {

constexpr std::size_t kMostNote = 1000, kMostWord = 64, kMostUsername = 64, kMostWords = 5;

constexpr std::string_view kReserved[] = {
    "admin",    "administrator", "anonymous", "api",        "arvados",        "backup",    "bin",
    "daemon",   "everyone",      "git",       "gitolite",   "gitolite-admin", "group",     "guest",
    "hub",      "lanyard",       "mail",      "me",         "nobody",         "none",      "null",
    "operator", "owner",         "postgres",  "postmaster", "root",           "security",  "self",
    "service",  "shadow",        "staff",     "sudo",       "support",        "sync",      "sys",
    "syslog",   "system",        "undefined", "unknown",    "user",           "webmaster", "wheel",
    "www-data"};

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_lower(char c) {
  return c >= 'a' && c <= 'z';
}

}  // namespace

std::string clean_name(std::string_view text, std::size_t most) {
  if (!is_utf8(text)) return {};
  std::string kept;
  for (std::size_t i = 0; i < text.size() && kept.size() < 2 * most; ++i) {
    if (is_direction_mark(text, i)) {
      i += kDirectionMarkBytes - 1;
    } else if (is_control(text[i])) {
      kept.push_back(' ');
    } else {
      kept.push_back(text[i]);
    }
  }
  return std::string(trim(cut_utf8(trim(kept), most)));
}

std::string clean_note(std::string_view text) {
  return clean_name(text, kMostNote);
}

std::string usable_username(std::string_view text) {
  const std::string name = to_lower_ascii(text);
  if (name.empty() || name.size() > kMostUsername) return {};
  if (!is_lower(name.front()) && !is_digit(name.front())) return {};
  if (name.find("..") != std::string::npos || std::all_of(name.begin(), name.end(), is_digit)) return {};
  for (const char c : name)
    if (!is_lower(c) && !is_digit(c) && c != '.' && c != '_' && c != '@' && c != '-') return {};
  return name;
}

bool is_reserved_username(std::string_view usable) {
  return std::binary_search(std::begin(kReserved), std::end(kReserved), usable);
}

std::string search_word(std::string_view text) {
  return std::string(cut_utf8(to_lower_ascii(trim(text)), kMostWord));
}

std::vector<std::string> search_words(const Account& account) {
  std::vector<std::string> words;
  const auto add = [&](std::string_view text) {
    std::string word = search_word(text);
    if (!word.empty() && std::find(words.begin(), words.end(), word) == words.end())
      words.push_back(std::move(word));
  };
  add(account.name);
  for (std::size_t i = 1; i < account.name.size() && words.size() < kMostWords; ++i)
    if (account.name[i - 1] == ' ' && account.name[i] != ' ') add(std::string_view(account.name).substr(i));
  add(address_key(account.email));
  if (account.username) add(*account.username);
  return words;
}

}  // namespace lanyard::accounts
