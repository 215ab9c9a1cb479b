// What goes on beside the requests: reading changes of other processes, refreshing keys, removing what is
// over.
#pragma once

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>

#include "app/house.h"
#include "domain/journal/journal.h"

namespace lanyard::app {

// Threads of its own: one for the change feed, which must never wait for anything else, two that wait for
// parties outside, one for the rest.
class Jobs {
 public:
  explicit Jobs(House& house);
  ~Jobs();
  void start();
  void stop();

  // What one round does; the threads call them, and so do tests with a clock of their own.
  void read_changes();
  void keep_keys_fresh();  // of the issuers that are due, eight at a time; over when each has answered or not
  void queue_logouts();
  void send_logouts();
  void follow_commands();  // what `lanyardd provider refresh` asked for through the journal
  void sweep();
  bool sweep_if_due();  // true when it was
  void watch_clock();   // says when the wall clock jumped, by which logins and tokens live

 private:
  void loop(Duration every, void (Jobs::*round)());
  void upkeep();

  House& house_;
  journal::Feed feed_;
  std::int64_t commands_seen_ = -1;
  SteadyTime sweep_at_{};
  std::optional<Duration> apart_;  // the wall clock from the steady one
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace lanyard::app
