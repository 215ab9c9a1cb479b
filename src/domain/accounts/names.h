// Names as they come from outside: what is kept of a display name, which user names are usable, and the words
// under which an account is found. Pure.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "domain/accounts/account.h"

namespace lanyard::accounts {

// Trimmed and cut to `most` bytes; control characters and marks that turn the direction of writing are
// dropped, so that a name can not rearrange the text around it. Text that is not UTF-8 becomes "".
std::string clean_name(std::string_view text, std::size_t most = 200);
std::string clean_note(std::string_view text);  // the same with 1,000 bytes, for sentences

// Lower case. "" when it can not be a local name: empty, over 64 bytes, other characters than [a-z0-9._@-],
// no letter or digit first, digits alone (those are numbers of accounts), or ".." inside (attack row 103).
std::string usable_username(std::string_view text);
// Names that mean something to machines or to people: root, admin, … in any case.
bool is_reserved_username(std::string_view usable);

// Lower case, cut to 64 bytes: the whole name, the name from each further word on, the address and the user
// name.
std::vector<std::string> search_words(const Account& account);
std::string search_word(std::string_view text);  // the same form, for what somebody typed

}  // namespace lanyard::accounts
