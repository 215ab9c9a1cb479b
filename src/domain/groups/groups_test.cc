#include "domain/groups/groups.h"

#include <gtest/gtest.h>

#include "domain/accounts/directory.h"
#include "test/support/databases.h"

namespace lanyard::groups {
namespace {

using access::Level;
using Paths = std::vector<std::string>;

class GroupsOf : public test::OnEveryDatabase {
 protected:
  void SetUp() override {
    test::OnEveryDatabase::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    ledger_.emplace(db(), marks_, clock_);
    groups_.emplace(*ledger_, random_);
    accounts::Directory directory(*ledger_, random_);
    accounts::NewAccount wanted;
    wanted.name = "Mia";
    wanted.email = "mia@uni.example";
    const auto made = directory.create(wanted, actor_);
    ASSERT_TRUE(test::succeeded(made));
    mia_ = made->id;
  }
  GroupId make(const std::string& path) {
    const auto made = groups_->create({path, Kind::role, "", {}}, actor_);
    EXPECT_TRUE(test::succeeded(made)) << path;
    return made.ok() ? made->id : GroupId();
  }
  Status add(const GroupId& group, const Subject& subject, Level level = Level::can_read) {
    return groups_->add_member(group, subject, level, "lanyard", actor_);
  }
  Subject mia() const { return {Subject::Kind::account, mia_.str()}; }
  static Subject of(const GroupId& group) { return {Subject::Kind::group, group.str()}; }
  Paths paths() { return *groups_->paths_of(mia_); }

  test::FakeClock clock_;
  test::FakeRandom random_;
  journal::Marks marks_;
  std::optional<journal::Ledger> ledger_;
  std::optional<Groups> groups_;
  access::Actor actor_ = access::system_actor("test");
  AccountId mia_;
};
LANYARD_ON_EVERY_DATABASE(GroupsOf);

TEST_P(GroupsOf, paths_need_their_parents_and_are_unique) {
  EXPECT_FALSE(groups_->create({"Rubin/production", Kind::role, "", {}}, actor_).ok());
  make("Rubin");
  make("Rubin/production");
  EXPECT_EQ(groups_->create({"Rubin", Kind::role, "", {}}, actor_).error().code, Code::conflict);
  for (const char* bad : {"", "/", "a//b", "a/", " a", "a,b", "a/../b", "a\nb"}) {
    EXPECT_EQ(groups_->create({bad, Kind::role, "", {}}, actor_).error().code, Code::invalid) << bad;
  }
  EXPECT_EQ(groups_->get_by_path("Rubin/production")->name, "production");
  EXPECT_EQ(groups_->list("", 10)->size(), 2u);
  EXPECT_EQ(groups_->list("Rubin", 10)->size(), 1u);
  EXPECT_EQ(groups_->remove(groups_->get_by_path("Rubin")->id, actor_).error().code, Code::conflict);
}

TEST_P(GroupsOf, membership_reaches_through_groups_and_a_child_says_nothing_of_its_parent) {
  const GroupId rubin = make("Rubin"), production = make("Rubin/production"), staff = make("staff");
  ASSERT_TRUE(test::succeeded(add(production, mia())));
  EXPECT_EQ(paths(), Paths{"Rubin/production"});
  ASSERT_TRUE(test::succeeded(add(staff, of(production))));
  EXPECT_EQ(paths(), (Paths{"Rubin/production", "staff"}));
  ASSERT_TRUE(test::succeeded(groups_->remove_member(production, mia(), actor_)));
  EXPECT_TRUE(paths().empty());
  EXPECT_TRUE(groups_->get(rubin).ok());
}

TEST_P(GroupsOf, a_circle_can_not_be_made) {
  const GroupId a = make("a"), b = make("b"), c = make("c");
  ASSERT_TRUE(test::succeeded(add(b, of(a))));
  ASSERT_TRUE(test::succeeded(add(c, of(b))));
  EXPECT_EQ(add(a, of(c)).error().code, Code::conflict);
  EXPECT_EQ(add(a, of(a)).error().code, Code::conflict);
}

TEST_P(GroupsOf, the_highest_level_over_all_ways_counts) {
  const GroupId a = make("a"), b = make("b");
  EXPECT_EQ(*groups_->level_of(mia_, "group", b.str()), Level::none);
  ASSERT_TRUE(test::succeeded(add(b, mia())));
  EXPECT_EQ(*groups_->level_of(mia_, "group", b.str()), Level::can_read);
  ASSERT_TRUE(test::succeeded(add(a, mia())));
  ASSERT_TRUE(test::succeeded(add(b, of(a), Level::can_manage)));
  EXPECT_EQ(*groups_->level_of(mia_, "group", b.str()), Level::can_manage);
  ASSERT_TRUE(test::succeeded(add(b, mia(), Level::can_write)));
  EXPECT_EQ(groups_->list_members(b, "", 10)->size(), 2u);
}

TEST_P(GroupsOf, a_provider_s_word_touches_only_its_own_grants) {
  const GroupId a = make("a"), b = make("b"), c = make("c");
  ASSERT_TRUE(test::succeeded(add(c, mia(), Level::can_manage)));
  const auto assert_groups = [&](Paths wanted) {
    return groups_->assert_groups(mia_, "providers[uni]", wanted, actor_);
  };
  ASSERT_TRUE(test::succeeded(assert_groups({"a", "c", "unknown"})));
  EXPECT_EQ(paths(), (Paths{"a", "c"}));
  EXPECT_EQ(*groups_->level_of(mia_, "group", c.str()), Level::can_manage);
  ASSERT_TRUE(test::succeeded(assert_groups({"b"})));
  EXPECT_EQ(paths(), (Paths{"b", "c"}));
  const auto before = marks_.of(mia_);
  ASSERT_TRUE(test::succeeded(assert_groups({"b", "c"})));
  EXPECT_EQ(marks_.of(mia_), before) << "a login that changes nothing writes nothing";
  ASSERT_TRUE(test::succeeded(assert_groups({})));
  EXPECT_EQ(paths(), Paths{"c"});
  EXPECT_TRUE(groups_->get(a).ok() && groups_->get(b).ok());
}

TEST_P(GroupsOf, changes_make_cached_verdicts_fall) {
  const GroupId a = make("a"), b = make("b");
  auto before = marks_.of(mia_);
  ASSERT_TRUE(test::succeeded(add(a, mia())));
  EXPECT_NE(marks_.of(mia_), before);
  before = marks_.of(mia_);
  ASSERT_TRUE(test::succeeded(add(b, of(a))));
  EXPECT_NE(marks_.of(mia_), before) << "whoever belongs to a belongs to b now";
}

}  // namespace
}  // namespace lanyard::groups
