#include "app/jobs.h"

#include <algorithm>
#include <atomic>
#include <exception>
#include <future>

namespace lanyard::app {
namespace {

constexpr Duration kUpkeepEvery = std::chrono::seconds(1);
constexpr Duration kSweepEvery = std::chrono::minutes(1);
constexpr Duration kJump = std::chrono::seconds(5);
constexpr std::int64_t kSweepAtOnce = 5'000;
constexpr std::size_t kAskAtOnce = 8;

}  // namespace

Jobs::Jobs(House& house)
    : house_(house), feed_(*house.floors().database, house.floors().marks, house.floors().ground.clock) {}

Jobs::~Jobs() {
  stop();
}

void Jobs::start() {
  watch_clock();
  read_changes();
  follow_commands();
  queue_logouts();
  threads_.emplace_back([this] { loop(house_.floors().config.journal.poll, &Jobs::read_changes); });
  threads_.emplace_back([this] { loop(kUpkeepEvery, &Jobs::upkeep); });
  threads_.emplace_back([this] { loop(kUpkeepEvery, &Jobs::keep_keys_fresh); });
  threads_.emplace_back([this] { loop(kUpkeepEvery, &Jobs::send_logouts); });
}

void Jobs::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
}

void Jobs::loop(Duration every, void (Jobs::*round)()) {
  std::unique_lock lock(mutex_);
  while (!wake_.wait_for(lock, every, [this] { return stopping_; })) {
    lock.unlock();
    try {
      (this->*round)();
    } catch (const std::exception& exception) {  // a bug or exhaustion: the next round may go well
      house_.floors().ground.log.error("job.failed", {{"cause", std::string_view(exception.what())}});
    }
    lock.lock();
  }
}

void Jobs::upkeep() {
  follow_commands();
  queue_logouts();
  watch_clock();
  sweep_if_due();
  house_.callers().note_uses();
}

// By the steady clock: a wall clock that was set back would stop it for as long.
bool Jobs::sweep_if_due() {
  const SteadyTime now = house_.floors().ground.clock.steady();
  if (now < sweep_at_) return false;
  sweep_at_ = now + kSweepEvery;
  sweep();
  return true;
}

// Attack row 156. Nothing lives longer than its own times say, but whoever runs this has to know that the
// times are wrong.
void Jobs::watch_clock() {
  const Clock& clock = house_.floors().ground.clock;
  const auto apart = std::chrono::duration_cast<Duration>(clock.now().time_since_epoch()) -
                     std::chrono::duration_cast<Duration>(clock.steady().time_since_epoch());
  const Duration jumped = apart_ ? apart - *apart_ : Duration();
  apart_ = apart;
  if (jumped < kJump && jumped > -kJump) return;
  house_.floors().ground.log.warning("clock.jumped",
                                     {{"seconds", std::chrono::round<std::chrono::seconds>(jumped).count()}});
}

void Jobs::read_changes() {
  const auto read = feed_.poll();
  if (!read) {
    house_.floors().ground.log.warning("changes.not_read",
                                       {{"reason", read.error().message}, {"cause", read.error().cause}});
  }
}

void Jobs::keep_keys_fresh() {
  std::vector<issuers::Publisher*> to_ask;
  for (const auto& publisher : house_.publishers()) {
    if (publisher->is_due()) {
      to_ask.push_back(publisher.get());
    } else {
      publisher->refresh_if_due();  // looks at what other processes fetched
    }
  }
  std::atomic<std::size_t> next = 0;
  const auto ask = [&] {
    for (std::size_t i = next++; i < to_ask.size(); i = next++) to_ask[i]->refresh_if_due();
  };
  std::vector<std::future<void>> helpers;
  for (std::size_t i = 1; i < std::min(to_ask.size(), kAskAtOnce); ++i)
    helpers.push_back(std::async(std::launch::async, ask));
  ask();
  for (std::future<void>& helper : helpers) helper.get();
}

void Jobs::queue_logouts() {
  const auto read = house_.floors().logouts.follow();
  if (!read) {
    house_.floors().ground.log.warning("logout.not_queued",
                                       {{"reason", read.error().message}, {"cause", read.error().cause}});
  }
}

void Jobs::send_logouts() {
  house_.backchannel().send_due();
}

void Jobs::follow_commands() {
  Floors& floors = house_.floors();
  const journal::Filter filter{.subject_kind = {},
                               .subject_id = {},
                               .actor_id = {},
                               .event = "issuer.refresh_asked",
                               .request_id = {}};
  std::vector<journal::Entry> entries;
  const Status read = floors.database->read([&](store::Connection& connection) -> Status {
    if (commands_seen_ < 0) {
      // Only what is asked from now on.
      LANYARD_TRY(const auto last, journal::list_before(connection, INT64_MAX, filter, 1));
      commands_seen_ = last.empty() ? 0 : last.front().seq;
      return {};
    }
    LANYARD_TRY(entries, journal::list_after(connection, commands_seen_, filter, 100));
    return {};
  });
  if (!read) return;
  for (const journal::Entry& entry : entries) {
    commands_seen_ = entry.seq;
    if (entry.subject.id == "*") house_.client_keys().purge();
    for (const auto& publisher : house_.publishers()) {
      if (entry.subject.id != publisher->options().id && entry.subject.id != "*") continue;
      publisher->purge();
      floors.ground.log.info("issuer.purged",
                             {{"id", publisher->options().id}, {"issuer", publisher->options().issuer}});
    }
  }
}

void Jobs::sweep() {
  const Log& log = house_.floors().ground.log;
  const auto report = [&](std::string_view what, const Result<std::int64_t>& swept) {
    if (!swept)
      log.warning("sweep.failed",
                  {{"what", what}, {"reason", swept.error().message}, {"cause", swept.error().cause}});
  };
  report("sessions", house_.floors().sessions.sweep(kSweepAtOnce));
  Floors& floors = house_.floors();
  report("artefacts", floors.artefacts.sweep(kSweepAtOnce));
  report("grants", floors.grants.sweep(kSweepAtOnce));
  report("device codes", floors.devices.sweep(kSweepAtOnce));
  report("seen tokens", floors.once.sweep(kSweepAtOnce));
}

}  // namespace lanyard::app
