#include "platform/net/pools.h"

#include <algorithm>
#include <exception>
#include <new>

namespace lanyard::net {

Pool::Pool(unsigned most_threads, std::size_t queue_limit)
    : most_threads_(most_threads == 0 ? 1 : most_threads), queue_limit_(queue_limit) {
  waited_for_.reserve(most_threads_);
}

Pool::~Pool() {
  stop();
}

bool Pool::submit(std::unique_ptr<Work>& work) {
  if (!take(work)) return false;
  wake_.notify_one();  // after the lock, which whoever wakes needs at once
  return true;
}

bool Pool::take(std::unique_ptr<Work>& work) {
  const std::lock_guard lock(mutex_);
  // Work that a thread can take up at once does not wait and so does not count against the limit.
  const std::size_t free_threads = idle_ + (most_threads_ - threads_.size());
  if (stopped_ || queue_.size() >= queue_limit_ + free_threads) return false;
  if (queue_.size() >= idle_ && threads_.size() < most_threads_) {
    try {
      threads_.emplace_back([this] { run_thread(); });
    } catch (const std::exception&) {      // no memory, or no more threads
      if (threads_.empty()) return false;  // the threads that exist will come to it
    }
  }
  try {
    queue_.push_back(std::move(work));
  } catch (const std::bad_alloc&) {
    return false;
  }
  return true;
}

std::size_t Pool::waiting() const {
  const std::lock_guard lock(mutex_);
  return queue_.size();
}

void Pool::stop() {
  std::deque<std::unique_ptr<Work>> dropped;
  std::vector<std::thread> threads;
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
    dropped.swap(queue_);
    threads.swap(threads_);
  }
  wake_.notify_all();
  for (std::thread& thread : threads) thread.join();
}

void Pool::run_thread() {
  std::unique_lock lock(mutex_);
  while (!stopped_) {
    const auto place = first_that_may_run();
    if (place == queue_.end()) {
      ++idle_;
      wake_.wait(lock, [this] { return stopped_ || first_that_may_run() != queue_.end(); });
      --idle_;
      continue;
    }
    std::unique_ptr<Work> work = std::move(*place);
    queue_.erase(place);
    const std::size_t whom = work->waits_for;
    if (whom != 0) waited_for_.push_back(whom);
    lock.unlock();
    work->run();
    work.reset();
    lock.lock();
    if (whom != 0) waited_for_.erase(std::ranges::find(waited_for_, whom));
  }
}

// Whoever finishes looks here again, so what had to stay behind needs no waking.
Pool::Queue::iterator Pool::first_that_may_run() {
  const auto most = static_cast<std::ptrdiff_t>(std::max(1U, most_threads_ / 2));
  return std::ranges::find_if(queue_, [&](const std::unique_ptr<Work>& work) {
    return work->waits_for == 0 || std::ranges::count(waited_for_, work->waits_for) < most;
  });
}

}  // namespace lanyard::net
