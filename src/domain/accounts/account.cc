#include "domain/accounts/account.h"

#include "base/text.h"

namespace lanyard::accounts {
namespace {

constexpr State kStates[] = {State::pending,   State::approved, State::active,
                             State::suspended, State::rejected, State::closed};

bool is_letter_or_digit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

// Dots separate parts that are not empty, in the local part and in the domain.
bool has_empty_part(std::string_view text) {
  return text.empty() || text.front() == '.' || text.back() == '.' ||
         text.find("..") != std::string_view::npos;
}

// RFC 5322 atext and dots, with RFC 6531's letters beyond ASCII. Quoted local parts are left out on purpose:
// two readers rarely agree on where they end.
bool is_local_part(std::string_view local) {
  if (local.size() > 64 || has_empty_part(local)) return false;
  for (const char c : local)
    if (!is_letter_or_digit(c) && static_cast<unsigned char>(c) < 0x80 &&
        std::string_view(".!#$%&'*+-/=?^_`{|}~").find(c) == std::string_view::npos)
      return false;
  return true;
}

bool is_domain(std::string_view domain) {
  if (has_empty_part(domain)) return false;
  for (const std::string_view label : split(domain, '.')) {
    if (label.size() > 63 || label.front() == '-' || label.back() == '-') return false;
    for (const char c : label)
      if (!is_letter_or_digit(c) && c != '-') return false;
  }
  return true;
}

}  // namespace

std::string_view to_string(State state) {
  switch (state) {
    case State::pending:
      return "pending";
    case State::approved:
      return "approved";
    case State::active:
      return "active";
    case State::suspended:
      return "suspended";
    case State::rejected:
      return "rejected";
    case State::closed:
      return "closed";
  }
  return "closed";
}

Result<State> parse_state(std::string_view text) {
  for (const State state : kStates)
    if (text == to_string(state)) return state;
  return make_error(Code::invalid, "This is not a state of an account.",
                    "The states are pending, approved, active, suspended, rejected and closed.");
}

Result<std::string> canonical_address(std::string_view text) {
  const std::size_t at = text.find('@');
  if (text.size() > 254 || !is_utf8(text) || has_control(text) || at == std::string_view::npos ||
      text.find('@', at + 1) != std::string_view::npos || !is_local_part(text.substr(0, at)) ||
      !is_domain(text.substr(at + 1)))
    return make_error(Code::invalid, "This is not an e-mail address.", "Write it as name@example.org.");
  return cat(text.substr(0, at + 1), to_lower_ascii(text.substr(at + 1)));
}

std::string address_key(std::string_view canonical) {
  return to_lower_ascii(canonical);
}

}  // namespace lanyard::accounts
