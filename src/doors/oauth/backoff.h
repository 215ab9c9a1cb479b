// Slows down whoever guesses what a client proves itself with (attack row 73). Bounded: what was longest
// untouched is forgotten first.
#pragma once

#include <chrono>
#include <cstddef>
#include <list>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/time.h"

namespace lanyard::doors::oauth {

// Failures by key. After `free` of them each further one doubles the wait, up to a minute; a quarter of an
// hour without one and all is forgotten. Not thread-safe.
class FailureTable {
 public:
  FailureTable(unsigned free, std::size_t most) : free_(free), most_(most) {}
  std::chrono::seconds wait(const std::string& key, SteadyTime now) const;  // zero: go ahead
  void count(const std::string& key, SteadyTime now);
  std::size_t size() const { return by_key_.size(); }

 private:
  struct Entry {
    std::string key;
    unsigned failures = 0;
    SteadyTime last{};
  };
  unsigned free_;
  std::size_t most_;
  std::list<Entry> entries_;  // last touched first
  std::unordered_map<std::string, std::list<Entry>::iterator> by_key_;
};

// Three counts: of a place, of a client, of a client at a place. Where a client proved itself lately only the
// third one counts, so that nobody can lock a client out from elsewhere. Thread-safe.
class Backoff {
 public:
  explicit Backoff(const Clock& clock, std::size_t most = 20'000);
  // Asked before anything is compared, so that a right guess is not told apart while the wait lasts.
  std::chrono::seconds wait(std::string_view client, std::string_view address) const;
  // `client` is empty when it is not known: what does not exist takes no memory.
  void failed(std::string_view client, std::string_view address);
  void proved(std::string_view client, std::string_view address);

 private:
  bool is_home(const std::string& pair, SteadyTime now) const;

  const Clock& clock_;
  const std::size_t most_;
  mutable std::mutex mutex_;
  FailureTable places_, clients_, pairs_;
  std::unordered_map<std::string, SteadyTime> homes_;  // client and place -> last proof
};

}  // namespace lanyard::doors::oauth
