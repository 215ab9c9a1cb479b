// The power goes at any moment while accounts are made and changed on SQLite: what was acknowledged is there,
// nothing is there by half, the file is whole and so is the journal. FAULTS_CUTS=10000 and FAULTS_SEED=N make
// it longer and repeat it.
#include <sqlite3.h>

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <set>
#include <thread>

#include "base/text.h"
#include "domain/accounts/directory.h"
#include "domain/journal/journal.h"
#include "platform/store/sqlite.h"
#include "test/conformance/store_fixture.h"
#include "test/support/power_disk.h"

namespace lanyard::store {
namespace {

using test::PowerDisk;

std::int64_t from_environment(const char* name, std::int64_t usual) {
  const char* text = std::getenv(name);
  const auto number = parse_integer(text == nullptr ? "" : text);
  return number ? *number : usual;
}

// What the threads were told.
struct Told {
  std::mutex mutex;
  std::set<std::string> pairs;                  // of kInsert and kPart, each with two entries in the journal
  std::map<std::string, std::string> accounts;  // id → name
  std::int64_t refused = 0;
};

const Stmt kPart{"INSERT INTO parts (thing, name) VALUES ($1, $2)"};

class PowerCut : public testing::Test {
 protected:
  PowerCut() {
    folder_ = (std::filesystem::temp_directory_path() / "lanyard-power-XXXXXX").string();
    if (::mkdtemp(folder_.data()) == nullptr) throw std::runtime_error("no temporary folder can be made");
    path_ = cat(folder_, "/power.db");
    options_.busy_time = std::chrono::milliseconds(300);
  }
  ~PowerCut() override {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }
  // Fresh tables, with everything on the plate.
  PowerDisk::Image ground() {
    PowerDisk disk(1);
    auto migrations = test::product_migrations();
    Migration things = conformance_tables().front();
    things.number = migrations.back().number + 1;
    migrations.push_back(things);
    auto database = open();
    EXPECT_TRUE(succeeded(migrate(*database, migrations, clock_)));
    database.reset();
    return disk.image();
  }
  Result<std::unique_ptr<Database>> start() {
    return open_sqlite(path_, options_, book_.log(), checkpoint_pages_);
  }
  std::unique_ptr<Database> open() {
    auto opened = start();
    EXPECT_TRUE(succeeded(opened));
    return opened.ok() ? std::move(opened).value() : nullptr;
  }

  Status make_pair(journal::Ledger& ledger, const std::string& id, std::int64_t place, std::size_t length) {
    return ledger.change(
        access::console_actor("tester"), [&](Connection& c, journal::Notes& notes) -> Status {
          LANYARD_CHECK(c.exec(kInsert, id, place, std::string(length, 'x'), nullptr));
          LANYARD_CHECK(c.exec(kPart, id, "half"));
          for (const char* half : {"one", "two"}) {
            notes.add(
                {.event = "test.pair", .subject = {"thing", id}, .data = {{"half", half}}, .account = {}});
          }
          return {};
        });
  }
  // Some threads change things until the end comes, or until they have done enough.
  void work(Database& database, Told& told, int life, int threads, int most, std::uint64_t seed) {
    journal::Marks marks;
    journal::Ledger ledger(database, marks, clock_);
    seed = (seed * 1000 + static_cast<std::uint64_t>(life)) * 8;
    std::vector<std::thread> running;
    for (int t = 0; t < threads; ++t) {
      running.emplace_back([&, t] {
        std::mt19937_64 chance(seed + static_cast<std::uint64_t>(t));
        test::FakeRandom random(seed + static_cast<std::uint64_t>(t));
        accounts::Directory directory(ledger, random);
        for (int i = 0; i < most; ++i) {
          const std::string id = cat("n", life, "-", t, "-", i);
          if (!step(ledger, directory, told, id, (life * 4 + t) * 100'000 + i, chance)) return;
        }
      });
    }
    for (auto& thread : running) thread.join();
  }
  bool step(journal::Ledger& ledger, accounts::Directory& directory, Told& told, const std::string& id,
            std::int64_t place, std::mt19937_64& chance) {
    bool good = false;
    if (chance() % 3 == 0) {
      accounts::NewAccount wanted;
      wanted.email = cat(id, "@example.net");
      wanted.name = id;
      const auto made = directory.create(wanted, access::console_actor("tester"));
      good = made.ok();
      const std::lock_guard lock(told.mutex);
      if (good) told.accounts[made->id.str()] = id;
    } else {
      good = make_pair(ledger, id, place, chance() % 5 == 0 ? 9000 : 20).ok();
      const std::lock_guard lock(told.mutex);
      if (good) told.pairs.insert(id);
    }
    const std::lock_guard lock(told.mutex);
    if (!good) ++told.refused;
    return good;
  }

  // The whole file against what was told. What was not told may be there, but then as a whole.
  void check(Database& database, const Told& told) {
    static const Stmt kThings{"SELECT id, (SELECT count(*) FROM parts WHERE thing = id) FROM things"};
    static const Stmt kAccounts{"SELECT id, name FROM accounts"};
    static const Stmt kWhole{"PRAGMA integrity_check"};
    static const Stmt kForeign{"PRAGMA foreign_key_check"};
    std::map<std::string, std::int64_t> things, entries;
    std::map<std::string, std::string> people;
    std::string verdict;
    EXPECT_OK(database.read([&](Connection& c) -> Status {
      LANYARD_CHECK(
          c.query(kThings, [&](const Row& row) { things[std::string(row.text(0))] = row.integer(1); }));
      LANYARD_CHECK(
          c.query(kAccounts, [&](const Row& row) { people[std::string(row.text(0))] = row.text(1); }));
      LANYARD_CHECK(c.query(kWhole, [&](const Row& row) { verdict += row.text(0); }));
      LANYARD_CHECK(c.query(kForeign, [&](const Row&) { verdict += " a row without its parent"; }));
      std::int64_t seq = 0;
      for (std::size_t got = 1000; got == 1000;) {
        LANYARD_TRY(const auto some, journal::list_after(c, seq, {}, 1000));
        for (const auto& entry : some) ++entries[entry.subject.id];
        got = some.size();
        if (got > 0) seq = some.back().seq;
      }
      return {};
    }));
    EXPECT_EQ(verdict, "ok");
    for (const auto& id : told.pairs) EXPECT_TRUE(things.contains(id)) << "lost: " << id;
    for (const auto& [id, parts] : things) EXPECT_TRUE(parts == 1 && entries[id] == 2) << "half: " << id;
    for (const auto& [id, name] : told.accounts) EXPECT_EQ(people[id], name) << "lost account: " << id;
    for (const auto& [id, name] : people) EXPECT_GE(entries[id], 1) << "half account: " << id;
    const auto report = journal::verify(database);
    ASSERT_TRUE(succeeded(report));
    EXPECT_TRUE(report->intact) << report->what << " at " << report->broken_at;
  }

  std::string folder_, path_;
  int checkpoint_pages_ = 1000;
  DatabaseOptions options_;
  test::FakeClock clock_;
  test::LogBook book_{clock_};
};

TEST_F(PowerCut, attack_157_loses_nothing_that_was_acknowledged) {
  const std::int64_t cuts = from_environment("FAULTS_CUTS", 300);
  const auto first = static_cast<std::uint64_t>(from_environment("FAULTS_SEED", 1));
  const PowerDisk::Image fresh = ground();
  std::int64_t told_in_all = 0, during_start = 0;
  PowerDisk::Counts sum;
  // A few cuts on one disk, each on what the one before left.
  for (std::int64_t done = 0; done < cuts && !HasFailure();) {
    const std::uint64_t seed = first + static_cast<std::uint64_t>(done);
    SCOPED_TRACE(cat("FAULTS_SEED=", seed));
    std::mt19937_64 chance(seed);
    PowerDisk disk(seed);
    disk.load(fresh);
    Told told;
    // Small, so that the log is copied into the file now and then.
    checkpoint_pages_ = std::vector<int>{8, 40, 1000}[chance() % 3];
    for (int life = 0; life < 4 && done < cuts && !HasFailure(); ++life, ++done) {
      const auto how = chance() % 8 == 0 ? PowerDisk::End::process : PowerDisk::End::power;
      const std::uint64_t most[] = {12, 60, 300, 1500};  // a start takes some twenty changes
      disk.end_after(static_cast<std::int64_t>(chance() % most[chance() % 4]), how);
      if (chance() % 16 == 0)
        disk.fail_flush_after(static_cast<std::int64_t>(chance() % 12), chance() % 2 == 0);
      if (auto opened = start(); opened.ok()) {
        work(**opened, told, life, chance() % 2 == 0 ? 1 : 3, 40, seed);
      } else {
        ++during_start;
      }
      disk.start_again(how);
      if (const auto database = open()) check(*database, told);
    }
    told_in_all += static_cast<std::int64_t>(told.pairs.size() + told.accounts.size());
    const auto counts = disk.counts();
    sum.lost_sectors += counts.lost_sectors;
    sum.kept_sectors += counts.kept_sectors;
    sum.torn_sectors += counts.torn_sectors;
    sum.failed_flushes += counts.failed_flushes;
    sum.removed_names += counts.removed_names;
    sum.truncations += counts.truncations;
  }
  // It was a test: changes were lost, torn and kept.
  EXPECT_GT(told_in_all, cuts);
  EXPECT_GT(sum.lost_sectors, cuts);
  EXPECT_GT(sum.kept_sectors, cuts);
  EXPECT_GT(sum.failed_flushes, 0);
  std::cout << cuts << " cuts, " << during_start << " of them during a start; " << told_in_all
            << " acknowledged; sectors: " << sum.lost_sectors << " lost, " << sum.kept_sectors << " kept, "
            << sum.torn_sectors << " torn; " << sum.failed_flushes << " failed flushes, " << sum.removed_names
            << " names removed, " << sum.truncations << " lengths changed\n";
}

TEST_F(PowerCut, attack_157_after_a_failed_flush_nothing_is_acknowledged_until_the_next_start) {
  const PowerDisk::Image fresh = ground();
  for (std::uint64_t seed = 1; seed <= 20 && !HasFailure(); ++seed) {
    SCOPED_TRACE(seed);
    PowerDisk disk(seed);
    disk.load(fresh);
    Told told;
    {
      const auto database = open();
      work(*database, told, 0, 1, 5, seed);
      ASSERT_EQ(told.refused, 0);
      disk.fail_flush_after(0, false);  // once; the next one would succeed
      work(*database, told, 1, 1, 1, seed);
      ASSERT_EQ(told.refused, 1);
      for (int again = 2; again < 5; ++again) work(*database, told, again, 1, 1, seed);
      EXPECT_EQ(told.refused, 4) << "acknowledged after a flush that failed";
      const Status sick = database->ping();
      ASSERT_FALSE(sick.ok());
      EXPECT_EQ(sick.error().code, Code::unavailable);
      EXPECT_OK(database->read([](Connection& c) -> Status {
        LANYARD_CHECK(c.exec(kCount));
        return {};
      }));
      EXPECT_NE(book_.text().find("store.disk_failed"), std::string::npos);
      disk.end_after(0, PowerDisk::End::process);
    }
    // The next process reads in the log what the kernel still shows of the commit that failed. It may be
    // believed only when it is on the plate: the power goes again at any moment, and what came after must
    // stand.
    disk.start_again(PowerDisk::End::process);
    disk.end_after(static_cast<std::int64_t>(seed * 3), PowerDisk::End::power);
    if (auto opened = start(); opened.ok()) work(**opened, told, 5, 1, 5, seed);
    disk.start_again(PowerDisk::End::power);
    if (const auto database = open()) {
      check(*database, told);
      told.refused = 0;
      work(*database, told, 6, 1, 3, seed);
      EXPECT_EQ(told.refused, 0) << "it recovers with the next start";
    }
  }
}

TEST_F(PowerCut, attack_157_a_full_disk_refuses_and_recovers_by_itself) {
  const PowerDisk::Image fresh = ground();
  PowerDisk disk(7);
  disk.load(fresh);
  Told told;
  const auto database = open();
  std::int64_t used = 100'000;
  for (const auto& [name, bytes] : fresh) used += static_cast<std::int64_t>(bytes.size());
  disk.set_room(used);
  for (int life = 0; told.refused == 0 && life < 200; ++life) work(*database, told, life, 1, 5, 3);
  EXPECT_GT(told.refused, 0);
  disk.set_room(-1);
  told.refused = 0;
  work(*database, told, 300, 1, 5, 4);
  EXPECT_EQ(told.refused, 0);
  check(*database, told);
}

}  // namespace
}  // namespace lanyard::store
