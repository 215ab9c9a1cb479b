// Threads for work that an event loop must not do.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace lanyard::net {

class Work {
 public:
  virtual ~Work() = default;
  virtual void run() noexcept = 0;
  std::size_t waits_for = 0;  // whom it waits for; 0: nobody in particular
};

// A queue with a limit and up to `most_threads` threads, which are started when there is work for them. Work
// that waits for the same one takes half of them at most; more of it stays in the queue while other work
// passes.
class Pool {
 public:
  Pool(unsigned most_threads, std::size_t queue_limit);
  ~Pool();  // drops what waits, waits for what runs
  // Takes the work, or leaves it with the caller and returns false when the queue is full or the pool was
  // stopped.
  bool submit(std::unique_ptr<Work>& work);
  std::size_t waiting() const;
  void stop();  // the same as the destructor

 private:
  using Queue = std::deque<std::unique_ptr<Work>>;
  bool take(std::unique_ptr<Work>& work);
  void run_thread();
  Queue::iterator first_that_may_run();

  const unsigned most_threads_;
  const std::size_t queue_limit_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  Queue queue_;
  std::vector<std::size_t> waited_for_;  // by the work that runs now
  std::vector<std::thread> threads_;
  std::size_t idle_ = 0;
  bool stopped_ = false;
};

}  // namespace lanyard::net
