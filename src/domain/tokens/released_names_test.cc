#include "domain/tokens/released_names.h"

#include "base/text.h"
#include "domain/tokens/profiles.h"
#include "test/support/people.h"

namespace lanyard::tokens {
namespace {

class ReleasedNames_ : public accounts::House {
 protected:
  AccountId person(const std::string& subject) { return arrive(login(subject)).account.id; }
  std::string name_of(const AccountId& account, std::string_view name, std::string_view username = "") {
    ReleasedNames names(*ledger);
    const auto found = names.name_of(account, name, username);
    return found ? *found : cat("refused: ", found.error().message);
  }
};

TEST_P(ReleasedNames_, a_name_stays_with_its_account) {
  const AccountId jane = person("jane");
  EXPECT_EQ(name_of(jane, "Jane Doe"), "Jane Doe");
  EXPECT_EQ(name_of(jane, "Jane Smith"), "Jane Doe");
  EXPECT_EQ(name_of(jane, "a/b=c"), "Jane Doe");
  EXPECT_EQ(count_events("name.released", jane), 1);
}

TEST_P(ReleasedNames_, nobody_gets_a_name_that_panda_takes_for_anothers) {
  EXPECT_EQ(name_of(person("a"), "Jane Doe", "jdoe"), "Jane Doe");
  const AccountId second = person("b");
  EXPECT_EQ(name_of(second, "JANE doe 2", "jdoe2"), "JANE doe jdoe");
  EXPECT_EQ(name_of(second, "Jane Doe", "jdoe2"), "JANE doe jdoe");
  const std::string third = name_of(person("c"), "Jane (Doe)", "jdoe3");
  const std::string fourth = name_of(person("d"), "Jane O'Doe_17", "");
  EXPECT_NE(panda_key(third), panda_key("Jane Doe"));
  EXPECT_NE(panda_key(third), panda_key("Jane Doe Jdoe"));
  EXPECT_EQ(fourth, "Jane O'Doe");
}

TEST_P(ReleasedNames_, names_that_write_another_identity) {
  const AccountId account = person("x");
  for (const char* name : {"Jane/CN=proxy", "a=b", "Jane\nDoe"})
    EXPECT_TRUE(name_of(account, name).starts_with("refused: ")) << name;
  EXPECT_TRUE(name_of(account, "Jane", "j/d").starts_with("refused: "));
  EXPECT_EQ(name_of(account, ""), "");
  EXPECT_EQ(name_of(account, "123", "jane"), "jane");
}

LANYARD_ON_EVERY_DATABASE(ReleasedNames_);

}  // namespace
}  // namespace lanyard::tokens
