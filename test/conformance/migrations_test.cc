// Migrations on each engine: once, in order, never twice, never with an older program.
#include <thread>

#include "platform/store/migrations.h"
#include "test/conformance/store_fixture.h"

namespace lanyard::store {
namespace {

const std::vector<Migration>& none() {
  static const std::vector<Migration> list;
  return list;
}

constexpr std::string_view kFirst =
    "CREATE TABLE one (id BIGINT NOT NULL PRIMARY KEY, data {{bytes}}) {{table_end}};\nINSERT INTO one (id) "
    "VALUES (1);\n";
constexpr std::string_view kSecond =
    "CREATE TABLE two (id TEXT NOT NULL) {{table_end}};\nINSERT INTO one (id) VALUES (2)";
const Stmt kRowsOfOne{"SELECT count(*) FROM one"};

std::vector<Migration> both() {
  return {{1, "first", kFirst}, {2, "second", kSecond}};
}

class Migrations : public test::OnEveryDatabase {
 protected:
  Migrations() : OnEveryDatabase(none()) {}
  Code refusal(const std::vector<Migration>& list) {
    const auto done = migrate(db(), list, clock_);
    const auto state = migration_state(db(), list);
    EXPECT_FALSE(done.ok());
    EXPECT_FALSE(state.ok());
    if (done.ok()) return Code::internal;
    EXPECT_FALSE(done.error().hint.empty());
    return done.error().code;
  }
  std::int64_t rows() {
    std::int64_t found = -1;
    EXPECT_OK(db().read([&found](Connection& c) -> Status {
      LANYARD_CHECK(c.query(kRowsOfOne, [&found](const Row& row) { found = row.integer(0); }));
      return {};
    }));
    return found;
  }
  test::FakeClock clock_;
};
LANYARD_ON_EVERY_DATABASE(Migrations);

TEST_P(Migrations, are_applied_in_order_and_only_once) {
  const auto before = migration_state(db(), both());
  ASSERT_TRUE(succeeded(before));
  EXPECT_EQ(before->applied, 0);
  EXPECT_EQ(before->known, 2);
  EXPECT_EQ(before->pending, (std::vector<std::string>{"1 (first)", "2 (second)"}));
  ASSERT_TRUE(succeeded(migrate(db(), {both().front()}, clock_)));
  for (int i = 0; i < 2; ++i) {
    const auto after = migrate(db(), both(), clock_);
    ASSERT_TRUE(succeeded(after));
    EXPECT_EQ(after->applied, 2);
    EXPECT_TRUE(after->pending.empty());
    EXPECT_EQ(rows(), 2);
  }
}

TEST_P(Migrations, attack_160_a_newer_database_is_refused) {
  ASSERT_TRUE(succeeded(migrate(db(), both(), clock_)));
  EXPECT_EQ(refusal({both().front()}), Code::conflict);
  EXPECT_EQ(rows(), 2);
}

TEST_P(Migrations, attack_160_a_changed_migration_is_refused) {
  ASSERT_TRUE(succeeded(migrate(db(), {both().front()}, clock_)));
  auto changed = both();
  changed[0].sql = "CREATE TABLE one (id BIGINT NOT NULL PRIMARY KEY) {{table_end}}";
  EXPECT_EQ(refusal(changed), Code::conflict);
}

TEST_P(Migrations, attack_160_two_at_once_apply_each_migration_once) {
  if (GetParam() == Kind::sqlite_memory) GTEST_SKIP() << "a second object would be another database";
  std::vector<std::unique_ptr<Database>> databases;
  for (int i = 0; i < 4; ++i) databases.push_back(database().open_again());
  std::vector<std::thread> threads;
  for (auto& one : databases) {
    threads.emplace_back([&one, this] { EXPECT_OK(migrate(*one, both(), clock_)); });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(rows(), 2);
}

TEST_P(Migrations, a_failing_one_leaves_nothing_and_keeps_those_before_it) {
  auto list = both();
  list[1].sql = "CREATE TABLE half (id BIGINT NOT NULL) {{table_end}};\nINSERT INTO one (id) VALUES (1)";
  const auto failed = migrate(db(), list, clock_);
  ASSERT_FALSE(failed.ok());
  EXPECT_EQ(failed.error().code, Code::internal);
  EXPECT_NE(failed.error().message.find("2 (second)"), std::string::npos);
  const auto repaired = migrate(db(), both(), clock_);
  ASSERT_TRUE(succeeded(repaired));
  EXPECT_FALSE(db().read([](Connection& c) -> Status {
                     LANYARD_CHECK(c.run_once("SELECT 1 FROM half", {}, nullptr));
                     return {};
                   })
                   .ok());
}

TEST_P(Migrations, that_the_product_ships_apply) {
  const auto done = migrate(db(), test::product_migrations(), clock_);
  ASSERT_TRUE(succeeded(done));
  EXPECT_GE(done->applied, 1);
}

}  // namespace
}  // namespace lanyard::store
