// How often something may be begun from one place: an IPv4 address, or a /64 of IPv6, which is what one
// subscriber has. Bounded: whoever was longest away is forgotten first.
#pragma once

#include <cstddef>
#include <list>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/time.h"

namespace lanyard::net {

// A bucket a place, filled at an even pace. Thread-safe.
class PlaceLimit {
 public:
  PlaceLimit(std::size_t per_minute, const Clock& clock, std::size_t most_places = 50'000);
  // Zero when it may go ahead (and that is counted), otherwise how long to wait.
  std::chrono::seconds take(std::string_view address);
  // What take() would say, without counting: for doors that count only what turned out to be wrong.
  std::chrono::seconds wait(std::string_view address);

 private:
  struct Bucket {
    std::string place;
    double left = 0;
    SteadyTime at{};
  };
  std::chrono::seconds ask(std::string_view address, bool counts);

  const double capacity_;
  const Clock& clock_;
  const std::size_t most_places_;
  std::mutex mutex_;
  std::list<Bucket> buckets_;  // last used first
  std::unordered_map<std::string, std::list<Bucket>::iterator> by_place_;
};

}  // namespace lanyard::net
