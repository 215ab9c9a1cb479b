// The default users file: nobody twice, every fault with its file, and what was read is read again from its
// own text.
#include "domain/accounts/users_file.h"

#include <set>

#include "base/json.h"
#include "base/text.h"
#include "fuzz/fuzz.h"

namespace lanyard::fuzz {

void users_file(std::string_view input) {
  const auto users = accounts::parse_users_file("users.json", input);
  if (!users.ok()) {
    HOLDS(users.error().message.starts_with("users.json") && !users.error().hint.empty());
    HOLDS(!has_control(users.error().message));
    return;
  }
  std::set<std::string> subjects, addresses;
  json::Array written;
  for (const accounts::DefaultUser& user : *users) {
    HOLDS(!user.sub.empty() && subjects.insert(user.sub).second);
    HOLDS(addresses.insert(accounts::address_key(user.email)).second);
    HOLDS(accounts::canonical_address(user.email).value() == user.email);
    HOLDS(!user.name.empty());
    for (const std::string_view text :
         {std::string_view(user.sub), std::string_view(user.email), std::string_view(user.name),
          std::string_view(user.institution), user.refresh_token.reveal()})
      HOLDS(is_utf8(text) && !has_control(text));
    written.emplace_back(json::Object{{"sub", user.sub},
                                      {"email", user.email},
                                      {"name", user.name},
                                      {"institution", user.institution},
                                      {"refresh_token", user.refresh_token.reveal()}});
  }
  const auto again = accounts::parse_users_file("again.json", json::write(written));
  HOLDS(again.ok() && again->size() == users->size());
  for (std::size_t i = 0; i < users->size(); ++i) {
    const accounts::DefaultUser &a = (*users)[i], &b = (*again)[i];
    HOLDS(a.sub == b.sub && a.email == b.email && a.name == b.name && a.institution == b.institution);
    HOLDS(a.refresh_token.reveal() == b.refresh_token.reveal());
  }
}

}  // namespace lanyard::fuzz
