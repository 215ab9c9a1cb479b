#include "doors/oauth/backoff.h"

#include <algorithm>

#include "base/text.h"
#include "platform/net/place.h"

namespace lanyard::doors::oauth {
namespace {

constexpr auto kLongestWait = std::chrono::seconds(60);
constexpr auto kForgotten = std::chrono::minutes(15);
constexpr auto kHome = std::chrono::hours(24);
constexpr unsigned kFreeAtPlace = 30, kFreeOfClient = 20, kFreeOfPair = 10;

std::string pair_of(std::string_view client, std::string_view address) {
  return cat(client, " ", net::place_of(address));
}

}  // namespace

std::chrono::seconds FailureTable::wait(const std::string& key, SteadyTime now) const {
  const auto found = by_key_.find(key);
  if (found == by_key_.end()) return std::chrono::seconds(0);
  const Entry& entry = *found->second;
  if (entry.failures < free_ || now - entry.last >= kForgotten) return std::chrono::seconds(0);
  const unsigned doublings = std::min(entry.failures - free_, 6U);
  const auto until = entry.last + std::min(std::chrono::seconds(1U << doublings), kLongestWait);
  return now < until ? std::chrono::ceil<std::chrono::seconds>(until - now) : std::chrono::seconds(0);
}

void FailureTable::count(const std::string& key, SteadyTime now) {
  const auto found = by_key_.find(key);
  if (found == by_key_.end()) {
    if (entries_.size() >= most_) {
      by_key_.erase(entries_.back().key);
      entries_.pop_back();
    }
    entries_.push_front({key, 0, now});
    by_key_.emplace(key, entries_.begin());
  } else {
    entries_.splice(entries_.begin(), entries_, found->second);
  }
  Entry& entry = entries_.front();
  entry.failures = now - entry.last >= kForgotten ? 1 : std::min(entry.failures + 1, 1'000U);
  entry.last = now;
}

Backoff::Backoff(const Clock& clock, std::size_t most)
    : clock_(clock),
      most_(std::max<std::size_t>(most, 1)),
      places_(kFreeAtPlace, most_),
      clients_(kFreeOfClient, most_),
      pairs_(kFreeOfPair, most_) {}

bool Backoff::is_home(const std::string& pair, SteadyTime now) const {
  const auto found = homes_.find(pair);
  return found != homes_.end() && now - found->second < kHome;
}

std::chrono::seconds Backoff::wait(std::string_view client, std::string_view address) const {
  const SteadyTime now = clock_.steady();
  const std::string pair = pair_of(client, address);
  const std::lock_guard lock(mutex_);
  const auto of_pair = pairs_.wait(pair, now);
  if (is_home(pair, now)) return of_pair;
  return std::max(
      {of_pair, places_.wait(net::place_of(address), now), clients_.wait(std::string(client), now)});
}

void Backoff::failed(std::string_view client, std::string_view address) {
  const SteadyTime now = clock_.steady();
  const std::lock_guard lock(mutex_);
  places_.count(net::place_of(address), now);
  if (client.empty()) return;
  clients_.count(std::string(client), now);
  pairs_.count(pair_of(client, address), now);
}

void Backoff::proved(std::string_view client, std::string_view address) {
  const SteadyTime now = clock_.steady();
  std::string pair = pair_of(client, address);
  const std::lock_guard lock(mutex_);
  // Only those who have a secret get here, so the bound is never met by an attack.
  if (homes_.size() >= most_ && homes_.find(pair) == homes_.end())
    std::erase_if(homes_, [&](const auto& home) { return now - home.second >= kHome; });
  if (homes_.size() >= most_ && homes_.find(pair) == homes_.end()) homes_.clear();
  homes_[std::move(pair)] = now;
}

}  // namespace lanyard::doors::oauth
