#include "platform/store/write_queue.h"

#include <algorithm>
#include <chrono>
#include <random>

#include "base/text.h"

namespace lanyard::store {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

// More would make the first of a group wait long for its acknowledgement.
constexpr std::size_t kMostInGroup = 64;
constexpr auto kLongestGroup = milliseconds(10);
constexpr auto kFirstPause = milliseconds(2);
constexpr auto kLongestPause = milliseconds(200);

// Somewhere between half and the whole of a pause that doubles: two processes that collided do not collide
// again.
steady_clock::duration pause_before(int attempt, std::minstd_rand& jitter) {
  const auto whole = std::min<milliseconds>(kLongestPause, kFirstPause * (1 << std::min(attempt, 8)));
  const auto half = std::chrono::duration_cast<std::chrono::microseconds>(whole) / 2;
  return half + std::chrono::microseconds(static_cast<std::int64_t>(jitter()) % (half.count() + 1));
}

}  // namespace

// Lives on the stack of the thread that waits for it.
struct WriteQueue::Job {
  explicit Job(const Database::Work& w) : work(w) {}

  const Database::Work& work;
  Status status;
  std::exception_ptr thrown;

  void wait() {
    std::unique_lock lock(mutex);
    changed.wait(lock, [this] { return done; });
  }
  // Notifies under the lock: the waiter may be gone right after it.
  void finish() {
    const std::lock_guard lock(mutex);
    done = true;
    changed.notify_one();
  }

 private:
  std::mutex mutex;
  std::condition_variable changed;
  bool done = false;
};

WriteQueue::WriteQueue(std::unique_ptr<GroupTransaction> transaction, Duration patience, const Log& log)
    : transaction_(std::move(transaction)), patience_(patience), log_(log) {
  group_.reserve(2 * kMostInGroup);
  thread_ = std::thread([this] { loop(); });
}

WriteQueue::~WriteQueue() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  arrived_.notify_one();
  thread_.join();
}

Status WriteQueue::write(const Database::Work& work) {
  Job job(work);
  {
    const std::lock_guard lock(mutex_);
    waiting_.push_back(&job);
  }
  arrived_.notify_one();
  job.wait();
  if (job.thrown) std::rethrow_exception(job.thrown);
  return std::move(job.status);
}

WriteCounts WriteQueue::counts() const {
  const std::lock_guard lock(mutex_);
  return counts_;
}

void WriteQueue::loop() {
  for (;;) {
    {
      std::unique_lock lock(mutex_);
      arrived_.wait(lock, [this] { return stop_ || !waiting_.empty(); });
      if (waiting_.empty()) return;
    }
    group_.clear();
    run_group(group_);
    for (Job* job : group_) job->finish();
  }
}

void WriteQueue::take_waiting(std::vector<Job*>& group) {
  const std::lock_guard lock(mutex_);
  const std::size_t count = std::min(waiting_.size(), kMostInGroup);
  const auto end = waiting_.begin() + static_cast<std::ptrdiff_t>(count);
  group.insert(group.end(), waiting_.begin(), end);
  waiting_.erase(waiting_.begin(), end);
}

void WriteQueue::run_group(std::vector<Job*>& group) {
  const auto deadline = steady_clock::now() + patience_;
  std::minstd_rand jitter(static_cast<std::uint_fast32_t>(deadline.time_since_epoch().count()));
  for (int n = 0;; ++n) {
    Status status;
    try {
      status = attempt(group);
    } catch (...) {
      return fail_group(group, std::current_exception());
    }
    if (status.ok()) return;
    const auto pause = pause_before(n, jitter);
    if (transaction_->fate() == GroupTransaction::Fate::again && steady_clock::now() + pause < deadline) {
      {
        const std::lock_guard lock(mutex_);
        ++counts_.retries;
      }
      std::this_thread::sleep_for(pause);
      continue;
    }
    log_.error("store.write_failed", {{"writes", group.size()}, {"cause", status.error().cause}});
    for (Job* job : group) {
      try {
        job->status = status;
        job->thrown = nullptr;
      } catch (...) {
        job->thrown = std::current_exception();
      }
    }
    return;
  }
}

// There was no memory even to say what went wrong. Whoever waits hears of it as an exception.
void WriteQueue::fail_group(std::vector<Job*>& group, const std::exception_ptr& cause) {
  transaction_->roll_back();
  if (group.empty()) take_waiting(group);
  for (Job* job : group) job->thrown = cause;
  log_.error("store.write_failed", {{"writes", group.size()}, {"cause", "an exception"}});
}

// Ok: the group is settled, each job with its own status. An error: nothing of the group was kept.
Status WriteQueue::attempt(std::vector<Job*>& group) {
  Status begun = transaction_->begin();
  if (group.empty()) take_waiting(group);
  if (!begun.ok()) return begun;
  const auto until = steady_clock::now() + kLongestGroup;
  for (std::size_t i = 0; i < group.size(); ++i) {
    run_job(*group[i]);
    if (transaction_->fate() != GroupTransaction::Fate::alive) {
      Status status = std::move(group[i]->status);
      transaction_->roll_back();
      return status;
    }
    // Whoever came meanwhile still gets on.
    if (i + 1 == group.size() && i + 1 < kMostInGroup && steady_clock::now() < until) {
      take_waiting(group);
    }
  }
  const auto good = static_cast<std::uint64_t>(std::count_if(
      group.begin(), group.end(), [](const Job* job) { return job->status.ok() && !job->thrown; }));
  if (good == 0) {
    transaction_->roll_back();
    return {};
  }
  Status committed = transaction_->commit();
  if (!committed.ok()) {
    transaction_->roll_back();
    return committed;
  }
  const std::lock_guard lock(mutex_);
  ++counts_.commits;
  counts_.writes += good;
  return {};
}

void WriteQueue::run_job(Job& job) {
  job.status = {};
  job.thrown = nullptr;
  try {
    job.status = transaction_->run(job.work);
  } catch (...) {
    job.thrown = std::current_exception();
    job.status = internal_error("a closure of write() threw");
  }
}

}  // namespace lanyard::store
