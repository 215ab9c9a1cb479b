// One writer thread for a database, with group commit: changes that wait at the same moment share one
// transaction and one flush, each in its own savepoint. Nobody is told "done" before the commit is on disk,
// so what was acknowledged survives a power cut, and many writers together pay for one flush.
//
// It also makes every write serial within this process, so a closure that reads and then writes is never
// overtaken.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <exception>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "base/log.h"
#include "base/result.h"
#include "base/time.h"
#include "platform/store/database.h"

namespace lanyard::store {

// One transaction on one connection, as the writer thread drives it.
class GroupTransaction {
 public:
  virtual ~GroupTransaction() = default;

  enum class Fate {
    alive,  // it can go on
    again,  // it is gone, nothing of it was kept, and the same closures may succeed when run anew
    lost,   // it is gone, and running it anew would not be right or not help
  };

  virtual Status begin() = 0;
  // Runs the closure in a savepoint of its own. An error means that this closure's changes are undone; what
  // the closures before it did stands as long as fate() is alive. Lets exceptions pass, after undoing.
  virtual Status run(const Database::Work& work) = 0;
  virtual Status commit() = 0;
  virtual void roll_back() noexcept = 0;  // also ends a transaction that is gone already
  virtual Fate fate() const = 0;
};

class WriteQueue {
 public:
  // `patience` bounds how long one group is run anew.
  WriteQueue(std::unique_ptr<GroupTransaction> transaction, Duration patience, const Log& log);
  ~WriteQueue();
  WriteQueue(const WriteQueue&) = delete;
  WriteQueue& operator=(const WriteQueue&) = delete;

  // Returns when the group that holds this closure is on disk or has failed. Throws what the closure threw.
  Status write(const Database::Work& work);
  WriteCounts counts() const;

 private:
  struct Job;
  void loop();
  void take_waiting(std::vector<Job*>& group);
  void run_group(std::vector<Job*>& group);
  void fail_group(std::vector<Job*>& group, const std::exception_ptr& cause);
  Status attempt(std::vector<Job*>& group);
  void run_job(Job& job);

  const std::unique_ptr<GroupTransaction> transaction_;
  const Duration patience_;
  const Log& log_;
  mutable std::mutex mutex_;
  std::condition_variable arrived_;
  std::vector<Job*> waiting_;
  std::vector<Job*> group_;  // the thread's own, large enough from the start: it must not need memory
  WriteCounts counts_;
  bool stop_ = false;
  std::thread thread_;
};

}  // namespace lanyard::store
