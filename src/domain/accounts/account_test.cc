#include "domain/accounts/account.h"

#include <gtest/gtest.h>

#include <set>

#include "domain/accounts/lifecycle.h"
#include "domain/accounts/names.h"

namespace lanyard::accounts {
namespace {

TEST(Address, attack_101_an_address_is_canonicalised_once_and_tricks_are_refused) {
  EXPECT_EQ(canonical_address("Ada.Lovelace@EXAMPLE.org").value(), "Ada.Lovelace@example.org");
  EXPECT_EQ(canonical_address("a+tag@example.org").value(), "a+tag@example.org");  // another address than a@
  EXPECT_EQ(canonical_address("o'neil@localhost").value(), "o'neil@localhost");
  EXPECT_EQ(address_key("Ada@example.org"), "ada@example.org");
  for (const std::string& wrong : std::vector<std::string>{"",
                                                           "@",
                                                           "a@",
                                                           "@b",
                                                           "a",
                                                           "a@b@allowed.org",
                                                           "\"a b\"@example.org",
                                                           "\"a@b\"@allowed.org",
                                                           "a@bücher.example",
                                                           "a@example.org.",
                                                           "a@.example.org",
                                                           "a@example..org",
                                                           ".a@example.org",
                                                           "a.@example.org",
                                                           "a..b@example.org",
                                                           "a b@example.org",
                                                           " a@example.org",
                                                           "a@example.org ",
                                                           "a@exa mple.org",
                                                           "a@example.org\n",
                                                           "a\t@example.org",
                                                           "a@-example.org",
                                                           "a@example-.org",
                                                           "a@exa_mple.org",
                                                           "a@[192.0.2.1]",
                                                           "a,b@example.org",
                                                           "<a@example.org>",
                                                           "a(c)@example.org",
                                                           "a\\b@example.org",
                                                           "\xff@example.org"})
    EXPECT_FALSE(canonical_address(wrong).ok()) << wrong;
  EXPECT_FALSE(canonical_address(std::string("a\0@example.org", 14)).ok());
  EXPECT_TRUE(canonical_address(std::string(64, 'a') + "@example.org").ok());
  EXPECT_FALSE(canonical_address(std::string(65, 'a') + "@example.org").ok());
  EXPECT_FALSE(canonical_address("a@" + std::string(64, 'b') + ".org").ok());
  std::string domain;
  while (domain.size() < 260) domain += "abcdefg.";
  EXPECT_FALSE(canonical_address("a@" + domain + "org").ok());
}

TEST(States, are_read_back_exactly) {
  for (const State state :
       {State::pending, State::approved, State::active, State::suspended, State::rejected, State::closed})
    EXPECT_EQ(parse_state(to_string(state)).value(), state);
  for (const char* wrong : {"", "Active", "active ", "new"}) EXPECT_FALSE(parse_state(wrong).ok());
}

TEST(Lifecycle, row_AR3_every_event_in_every_state_leads_where_the_table_says) {
  using S = State;
  const std::optional<S> x;  // not possible
  const Event events[] = {Event::request, Event::prepare, Event::approve, Event::reject, Event::activate,
                          Event::suspend, Event::restore, Event::reset,   Event::close};
  struct Line {
    std::optional<S> from;
    std::optional<S> to[9];
  };
  const Line lines[] = {
      {std::nullopt, {S::pending, S::approved, x, x, x, x, x, x, x}},
      {S::pending, {x, x, S::approved, S::rejected, S::active, x, x, x, S::closed}},
      {S::approved, {x, x, x, x, S::active, S::suspended, x, S::pending, S::closed}},
      {S::active, {x, x, x, x, x, S::suspended, x, S::pending, S::closed}},
      {S::suspended, {x, x, x, x, x, x, S::approved, S::pending, S::closed}},
      {S::rejected, {x, x, S::approved, x, x, x, x, x, S::closed}},
      {S::closed, {x, x, x, x, x, x, x, x, x}},
  };
  for (const Line& line : lines)
    for (int i = 0; i < 9; ++i) {
      const auto led = next(line.from, events[i]);
      const std::string where =
          std::string(line.from ? to_string(*line.from) : "nobody") + " " + std::string(to_string(events[i]));
      ASSERT_EQ(led.ok(), line.to[i].has_value()) << where;
      if (led.ok()) {
        EXPECT_EQ(led.value(), *line.to[i]) << where;
      } else {
        EXPECT_EQ(led.error().code, Code::conflict) << where;
        const std::string_view state = line.from ? to_string(*line.from) : "no account";
        EXPECT_NE(led.error().message.find(state), std::string::npos) << where;
        EXPECT_FALSE(led.error().hint.empty()) << where;
      }
    }
}

TEST(Lifecycle, row_AR3_what_each_state_may) {
  struct {
    State state;
    bool services, sign_in, read;
  } const lines[] = {{State::pending, false, true, false},  {State::approved, false, true, true},
                     {State::active, true, true, true},     {State::suspended, false, false, false},
                     {State::rejected, false, true, false}, {State::closed, false, false, false}};
  for (const auto& line : lines) {
    EXPECT_EQ(may_use_services(line.state), line.services) << to_string(line.state);
    EXPECT_EQ(may_sign_in(line.state), line.sign_in) << to_string(line.state);
    EXPECT_EQ(may_read(line.state), line.read) << to_string(line.state);
  }
}

TEST(Names, attack_103_user_names_that_mean_something_elsewhere_are_refused_or_reserved) {
  EXPECT_EQ(usable_username("Ada.L"), "ada.l");
  for (const std::string& wrong : std::vector<std::string>{"", "..", ".", "a/b", "-rf", ".ssh", "a..b", "a b",
                                                           "12345", "a\n", "ä", "_x", "$(id)"})
    EXPECT_EQ(usable_username(wrong), "") << wrong;
  EXPECT_EQ(usable_username(std::string(200, 'a')), "");
  for (const char* name : {"root", "admin", "administrator", "nobody", "www-data", "arvados",
                           "gitolite-admin", "syslog", "lanyard"})
    EXPECT_TRUE(is_reserved_username(name)) << name;
  EXPECT_FALSE(is_reserved_username("ada"));
}

TEST(Names, attack_114_a_display_name_can_not_rearrange_the_text_around_it) {
  EXPECT_EQ(clean_name("  Ada \n Lovelace\t"), "Ada   Lovelace");
  EXPECT_EQ(clean_name("Ada\xE2\x80\xAE"
                       "evol\xE2\x81\xA6"),
            "Adaevol");
  EXPECT_EQ(clean_name("\xE2\x80\x9C"
                       "Ada\xE2\x80\x9D"),
            "\xE2\x80\x9C"
            "Ada\xE2\x80\x9D");
  EXPECT_EQ(clean_name("\xff"), "");
  EXPECT_EQ(clean_name(std::string("a\0b", 3)), "a b");
  EXPECT_EQ(clean_name(std::string(10000, 'x')).size(), 200U);
  EXPECT_EQ(clean_note(std::string(10000, 'x')).size(), 1000U);
}

TEST(Names, the_words_of_an_account_are_its_name_its_later_names_its_address_and_its_user_name) {
  Account account{.username = "ada", .name = "Augusta Ada King", .email = "Ada@example.org"};
  const auto words = search_words(account);
  EXPECT_EQ(std::set<std::string>(words.begin(), words.end()),
            (std::set<std::string>{"augusta ada king", "ada king", "king", "ada@example.org", "ada"}));
}

}  // namespace
}  // namespace lanyard::accounts
