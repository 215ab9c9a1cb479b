#include "platform/net/place_limit.h"

#include <algorithm>
#include <cmath>

#include "platform/net/place.h"

namespace lanyard::net {

PlaceLimit::PlaceLimit(std::size_t per_minute, const Clock& clock, std::size_t most_places)
    : capacity_(static_cast<double>(std::max<std::size_t>(per_minute, 1))),
      clock_(clock),
      most_places_(std::max<std::size_t>(most_places, 1)) {}

std::chrono::seconds PlaceLimit::take(std::string_view address) {
  return ask(address, true);
}

std::chrono::seconds PlaceLimit::wait(std::string_view address) {
  return ask(address, false);
}

std::chrono::seconds PlaceLimit::ask(std::string_view address, bool counts) {
  std::string place = place_of(address);
  const SteadyTime now = clock_.steady();
  const double per_second = capacity_ / 60;
  const std::lock_guard lock(mutex_);
  const auto found = by_place_.find(place);
  if (found == by_place_.end()) {
    if (!counts) return std::chrono::seconds(0);
    if (buckets_.size() >= most_places_) {
      by_place_.erase(buckets_.back().place);
      buckets_.pop_back();
    }
    buckets_.push_front({place, capacity_, now});
    by_place_.emplace(std::move(place), buckets_.begin());
  } else {
    buckets_.splice(buckets_.begin(), buckets_, found->second);
  }
  Bucket& bucket = buckets_.front();
  const double elapsed = std::chrono::duration<double>(now - bucket.at).count();
  bucket.left = std::min(capacity_, bucket.left + elapsed * per_second);
  bucket.at = now;
  // Rounding of the clock must not cost anybody a whole turn.
  if (bucket.left < 1 - 1e-9)
    return std::chrono::seconds(static_cast<std::int64_t>(std::ceil((1 - bucket.left) / per_second)));
  if (counts) bucket.left -= 1;
  return std::chrono::seconds(0);
}

}  // namespace lanyard::net
