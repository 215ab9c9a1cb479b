// What a point read and a durable write cost on SQLite in a file, alone and with many writers at once.
#include <benchmark/benchmark.h>
#include <stdlib.h>

#include <atomic>
#include <cstdio>
#include <filesystem>
#include <string>

#include "base/log.h"
#include "base/text.h"
#include "platform/store/database.h"
#include "platform/store/migrations.h"

namespace lanyard::store {
namespace {

const Stmt kInsert{"INSERT INTO things (id, name) VALUES ($1, $2)"};
const Stmt kFind{"SELECT name FROM things WHERE id = $1"};
constexpr std::int64_t kRows = 100'000;

// In $TMPDIR, or /tmp: set it to a folder on the disk that is to be measured.
struct Opened {
  Opened() : log(clock, Level::warning, Log::to_stderr()) {
    folder = (std::filesystem::temp_directory_path() / "lanyard-bench-XXXXXX").string();
    if (::mkdtemp(folder.data()) == nullptr) std::abort();
    DatabaseOptions options;
    options.url = cat("sqlite://", folder, "/bench.db");
    auto made = open_database(options, log);
    if (!made) std::abort();
    database = std::move(made).value();
    const Migration things{
        1, "things",
        "CREATE TABLE things (id BIGINT NOT NULL PRIMARY KEY, name TEXT NOT NULL) {{table_end}}"};
    if (!migrate(*database, {things}, clock).ok()) std::abort();
    const Status filled = database->write([](Connection& c) -> Status {
      for (std::int64_t i = 0; i < kRows; ++i) LANYARD_CHECK(c.exec(kInsert, i, "a name of usual length"));
      return {};
    });
    if (!filled.ok()) std::abort();
  }
  ~Opened() {
    database.reset();
    std::error_code ignored;
    std::filesystem::remove_all(folder, ignored);
  }
  SystemClock clock;
  Log log;
  std::string folder;
  std::unique_ptr<Database> database;
  std::atomic<std::int64_t> next{kRows};
};

Opened& opened() {
  static Opened one;
  return one;
}

void point_read(benchmark::State& state) {
  Opened& at = opened();
  std::int64_t id = 0;
  for (auto _ : state) {
    std::size_t length = 0;
    const Status status = at.database->read([&](Connection& c) -> Status {
      LANYARD_CHECK(c.query(
          kFind, [&length](const Row& row) { length = row.text(0).size(); }, id));
      return {};
    });
    if (!status.ok() || length == 0) state.SkipWithError("no row");
    id = (id + 7919) % kRows;
  }
}
BENCHMARK(point_read);

void durable_write(benchmark::State& state) {
  Opened& at = opened();
  const WriteCounts before = at.database->counts();
  for (auto _ : state) {
    const std::int64_t id = at.next++;
    const Status status = at.database->write([id](Connection& c) -> Status {
      LANYARD_CHECK(c.exec(kInsert, id, "a name of usual length"));
      return {};
    });
    if (!status.ok()) state.SkipWithError("not written");
  }
  state.SetItemsProcessed(state.iterations());
  if (state.thread_index() != 0) return;
  const WriteCounts after = at.database->counts();
  state.counters["writes_per_flush"] =
      static_cast<double>(after.writes - before.writes) /
      static_cast<double>(std::max<std::uint64_t>(1, after.commits - before.commits));
}
BENCHMARK(durable_write)->Threads(1)->Threads(32)->UseRealTime();

}  // namespace
}  // namespace lanyard::store

BENCHMARK_MAIN();
