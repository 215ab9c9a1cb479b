// One breaker a host: after some failures in a row the host rests, then one call is let through as a probe;
// its outcome opens or closes the way for the others. Not thread-safe: the client's thread owns it.
#pragma once

#include <map>
#include <string>

#include "base/time.h"

namespace lanyard::net::outgoing {

class Breakers {
 public:
  Breakers(unsigned failures, Duration rest) : most_(failures), rest_(rest) {}

  // False: the host rests, or somebody else's probe is under way.
  bool admit(const std::string& host, SteadyTime now);

  enum class Change { none, opened, closed };
  // After each admitted call. `neutral` is a call that says nothing about the host (cancelled, refused by
  // us).
  enum class Outcome { good, bad, neutral };
  Change record(const std::string& host, Outcome outcome, SteadyTime now);

  std::size_t size() const { return hosts_.size(); }  // hosts that failed last time

 private:
  struct State {
    unsigned failures = 0;
    SteadyTime rests_until{};
    bool probing = false;
  };
  unsigned most_;
  Duration rest_;
  std::map<std::string, State> hosts_;
};

}  // namespace lanyard::net::outgoing
