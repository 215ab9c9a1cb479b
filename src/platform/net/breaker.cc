#include "platform/net/breaker.h"

namespace lanyard::net::outgoing {

namespace {
// Hosts come from configuration, and from metadata of configured issuers; the bound is for a lying issuer
// that names a new host each time.
constexpr std::size_t kMostHosts = 1'000;
}  // namespace

bool Breakers::admit(const std::string& host, SteadyTime now) {
  const auto found = hosts_.find(host);
  if (found == hosts_.end() || found->second.failures < most_) return true;
  State& state = found->second;
  if (state.probing || now < state.rests_until) return false;
  state.probing = true;
  return true;
}

Breakers::Change Breakers::record(const std::string& host, Outcome outcome, SteadyTime now) {
  auto found = hosts_.find(host);
  if (outcome == Outcome::good) {
    if (found == hosts_.end()) return Change::none;
    const bool was_open = found->second.failures >= most_;
    hosts_.erase(found);
    return was_open ? Change::closed : Change::none;
  }
  if (outcome == Outcome::neutral) {
    if (found != hosts_.end()) found->second.probing = false;
    return Change::none;
  }
  if (found == hosts_.end()) {
    if (hosts_.size() >= kMostHosts) hosts_.erase(hosts_.begin());
    found = hosts_.emplace(host, State{}).first;
  }
  State& state = found->second;
  const bool was_open = state.failures >= most_;
  state.probing = false;
  if (!was_open) ++state.failures;
  if (state.failures < most_) return Change::none;
  state.rests_until = now + rest_;
  return was_open ? Change::none : Change::opened;
}

}  // namespace lanyard::net::outgoing
