// What every database must do when many ask at once.
#include <atomic>
#include <chrono>
#include <future>
#include <mutex>
#include <thread>

#include "base/text.h"
#include "test/conformance/store_fixture.h"

namespace lanyard::store {
namespace {

class StoreRace : public StoreFixture {};
LANYARD_ON_EVERY_DATABASE(StoreRace);

TEST_P(StoreRace, of_fifty_consumers_exactly_one_wins) {
  EXPECT_OK(insert("code", 1));
  static const Stmt kConsume{"UPDATE things SET note = $2 WHERE id = $1 AND note IS NULL"};
  std::atomic<int> winners{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 50; ++i) {
    threads.emplace_back([&, i] {
      bool won = false;
      const Status status = db().write([&](Connection& c) -> Status {
        LANYARD_TRY(const auto rows, c.exec(kConsume, "code", cat("thread ", i)));
        won = rows == 1;
        return {};
      });
      EXPECT_OK(status);
      if (won) ++winners;
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(winners, 1);
}

// Through two Database objects, which do not know each other: as two processes would.
TEST_P(StoreRace, reading_and_then_writing_loses_no_increment) {
  EXPECT_OK(db().write([](Connection& c) -> Status {
    LANYARD_CHECK(c.exec(kTally, "t", 0));
    return {};
  }));
  const auto other = GetParam() == Kind::sqlite_memory ? nullptr : database().open_again();
  std::vector<std::thread> threads;
  for (int i = 0; i < 16; ++i) {
    Database& mine = other && i % 2 == 1 ? *other : db();
    threads.emplace_back([&mine] {
      for (int n = 0; n < 20; ++n) {
        EXPECT_OK(mine.write([](Connection& c) -> Status {
          std::int64_t value = -1;
          LANYARD_CHECK(c.query(
              kReadTally, [&value](const Row& row) { value = row.integer(0); }, "t"));
          LANYARD_CHECK(c.exec(kSetTally, "t", value + 1));
          return {};
        }));
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(tally("t"), 320);
}

TEST_P(StoreRace, a_reader_sees_one_moment) {
  if (GetParam() == Kind::sqlite_memory) GTEST_SKIP() << "in memory, reads and writes take turns";
  EXPECT_OK(insert("a", 1));
  EXPECT_OK(db().read([this](Connection& c) -> Status {
    std::int64_t before = 0, after = 0;
    LANYARD_CHECK(c.query(kCount, [&before](const Row& row) { before = row.integer(0); }));
    std::thread([this] { EXPECT_OK(insert("b", 2)); }).join();
    LANYARD_CHECK(c.query(kCount, [&after](const Row& row) { after = row.integer(0); }));
    EXPECT_EQ(before, 1);
    EXPECT_EQ(after, 1);
    return {};
  }));
  EXPECT_EQ(count(), 2);
}

TEST_P(StoreRace, what_was_written_is_seen_by_the_next_read_of_another_database_object) {
  if (GetParam() == Kind::sqlite_memory) GTEST_SKIP() << "a second object would be another database";
  const auto other = database().open_again();
  EXPECT_EQ(number(*other, kCount), 0);
  EXPECT_OK(insert("a", 1));
  EXPECT_EQ(number(*other, kCount), 1);
}

// Holds the writer inside a first closure until `count` more writers are on their way.
TEST_P(StoreRace, writers_that_wait_together_share_a_flush) {
  const WriteCounts before = db().counts();
  std::promise<void> started;
  std::promise<void> go;
  const auto gate = go.get_future().share();
  std::once_flag once;
  std::thread first([&] {
    EXPECT_OK(db().write([&](Connection& c) -> Status {
      std::call_once(once, [&] { started.set_value(); });
      gate.wait();
      LANYARD_CHECK(c.exec(kInsert, "first", 1000, nullptr, nullptr));
      return {};
    }));
  });
  started.get_future().wait();
  std::atomic<int> on_their_way{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 31; ++i) {
    threads.emplace_back([&, i] {
      ++on_their_way;
      EXPECT_OK(insert(cat("id", i), i));
    });
  }
  while (on_their_way < 31) std::this_thread::yield();
  std::this_thread::sleep_for(
      std::chrono::milliseconds(20));  // from the count to the queue is a few instructions
  go.set_value();
  first.join();
  for (auto& thread : threads) thread.join();
  const WriteCounts after = db().counts();
  EXPECT_EQ(after.writes - before.writes, 32U);
  EXPECT_LE(after.commits - before.commits, 8U);
  EXPECT_EQ(count(), 32);
}

TEST_P(StoreRace, a_failing_write_does_not_harm_those_in_its_group) {
  std::vector<std::thread> threads;
  std::atomic<int> refused{0};
  EXPECT_OK(insert("taken", 5000));
  for (int i = 0; i < 32; ++i) {
    threads.emplace_back([&, i] {
      const Status status = db().write([i](Connection& c) -> Status {
        LANYARD_CHECK(c.exec(kInsert, cat("id", i), i, nullptr, nullptr));
        if (i % 4 == 1) return make_error(Code::forbidden, "no");
        if (i % 4 == 2) LANYARD_CHECK(c.exec(kInsert, "taken", i + 100, nullptr, nullptr));
        return {};
      });
      if (!status.ok()) ++refused;
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(refused, 16);
  EXPECT_EQ(count(), 17);
}

}  // namespace
}  // namespace lanyard::store
