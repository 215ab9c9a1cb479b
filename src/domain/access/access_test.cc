#include "domain/access/access.h"

#include <gtest/gtest.h>

namespace lanyard::access {
namespace {

const Permission kAll[] = {Permission::see_accounts,    Permission::decide_requests,
                           Permission::change_accounts, Permission::manage_groups,
                           Permission::read_journal,    Permission::see_issuers,
                           Permission::manage_clients};

TEST(Access, a_plain_account_and_nobody_have_no_permission_and_the_error_names_it) {
  const Actor person{.kind = ActorKind::account, .account = AccountId("abcdefghijklmno")};
  for (const Permission permission : kAll) {
    EXPECT_FALSE(may({}, permission));
    const Status refused = require(person, permission);
    ASSERT_FALSE(refused.ok());
    EXPECT_EQ(refused.error().code, Code::forbidden);
    EXPECT_NE(refused.error().message.find(to_string(permission)), std::string::npos);
  }
}

TEST(Access, administrators_the_console_and_the_system_have_every_permission) {
  const Actor admin{.kind = ActorKind::account, .account = AccountId("abcdefghijklmno"), .is_admin = true};
  for (const Permission permission : kAll) {
    EXPECT_TRUE(may(admin, permission));
    EXPECT_TRUE(require(console_actor("root"), permission).ok());
    EXPECT_TRUE(may(system_actor("expiry"), permission));
  }
}

TEST(Access, row_SX1_the_operator_of_an_open_service_may_do_everything_and_is_named) {
  const Actor actor{.kind = ActorKind::operator_};
  for (const Permission permission : kAll) EXPECT_TRUE(may(actor, permission));
  EXPECT_EQ(to_string(actor.kind), "operator");
}

TEST(Access, the_flag_without_an_account_or_with_nobody_makes_no_administrator) {
  EXPECT_FALSE(may(Actor{.kind = ActorKind::account, .is_admin = true}, Permission::see_accounts));
  EXPECT_FALSE(may(Actor{.kind = ActorKind::nobody, .account = AccountId("a"), .is_admin = true},
                   Permission::see_accounts));
}

TEST(Access, levels_are_ordered_and_can_login_stands_apart) {
  const Level held[] = {Level::none, Level::can_read, Level::can_write, Level::can_manage, Level::can_login};
  const bool expected[5][5] = {// wanted: none, read, write, manage, login
                               {true, false, false, false, false},
                               {true, true, false, false, false},
                               {true, true, true, false, false},
                               {true, true, true, true, false},
                               {true, false, false, false, true}};
  for (int i = 0; i < 5; ++i)
    for (int j = 0; j < 5; ++j)
      EXPECT_EQ(at_least(held[i], held[j]), expected[i][j])
          << to_string(held[i]) << " for " << to_string(held[j]);
}

TEST(Access, levels_are_read_back_exactly) {
  for (const Level level : {Level::can_read, Level::can_write, Level::can_manage, Level::can_login}) {
    const auto read = parse_level(to_string(level));
    ASSERT_TRUE(read.ok());
    EXPECT_EQ(read.value(), level);
  }
  for (const char* wrong : {"", "none", "CAN_READ", "can_read ", "read"})
    EXPECT_FALSE(parse_level(wrong).ok()) << wrong;
}

}  // namespace
}  // namespace lanyard::access
