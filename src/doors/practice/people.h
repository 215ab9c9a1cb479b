// The three people of the practice provider.
#pragma once

#include <array>
#include <string_view>

namespace lanyard::doors::practice {

struct Somebody {
  std::string_view subject, username, name, given_name, family_name, email, what;
};

inline constexpr std::array<Somebody, 3> kPeople{{
    {"practice-ada", "ada", "Ada Admin", "Ada", "Admin", "ada@practice.example",
     "administrator: decides who is let in"},
    {"practice-mia", "mia", "Mia Member", "Mia", "Member", "mia@practice.example",
     "known beforehand: is let in at once"},
    {"practice-noah", "noah", "Noah Newcomer", "Noah", "Newcomer", "noah@practice.example",
     "unknown: waits for a decision"},
}};

}  // namespace lanyard::doors::practice
