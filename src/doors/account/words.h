// Words for people: states, devices, logins, events. Pure.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "domain/accounts/account.h"
#include "domain/journal/journal.h"
#include "platform/view/html.h"

namespace lanyard::doors::account {

// "Firefox on Linux". Only the families that a user agent names itself by; everything else is "Another
// browser" and "Another program".
std::string device_words(std::string_view user_agent);

view::Html state_badge(accounts::State state);
// The address with a badge that says whether an upstream verified it.
view::Html email_words(const accounts::Account& account);
// A name for people, never empty.
std::string display_name(const accounts::Account& account);

// Id and label of the configured providers.
using Providers = std::vector<std::pair<std::string, std::string>>;
// "Globus" for "providers[globus]"; the issuer's address when the source is no provider of ours.
std::string login_words(const Providers& providers, std::string_view source, std::string_view issuer);

// "account.approved" -> "approved"; an event that has no words is shown as it is.
std::string event_words(std::string_view event);
// The plain values of an entry's data, "reason: …; door: page".
std::string data_words(const json::Object& data);

// For a table's cell: "–" when there is nothing.
std::string or_dash(std::string_view text);

// "3 tokens", "1 token", "no tokens".
std::string count_words(std::size_t count, std::string_view one, std::string_view many);

}  // namespace lanyard::doors::account
