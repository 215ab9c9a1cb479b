#include "platform/store/silence.h"

#include "platform/store/failures.h"

namespace lanyard::store {

using std::chrono::steady_clock;

void Silence::begin() {
  const std::lock_guard lock(mutex_);
  if (waiting_++ == 0 && !gave_up_) silent_since_ = steady_clock::now();
}

void Silence::end() {
  const std::lock_guard lock(mutex_);
  if (--waiting_ == 0 && steady_clock::now() - silent_since_ >= kPatience) gave_up_ = true;
}

void Silence::answered() {
  const std::lock_guard lock(mutex_);
  silent_since_ = steady_clock::now();
  gave_up_ = false;
}

bool Silence::is_hopeless() {
  const std::lock_guard lock(mutex_);
  return waiting_ > 1 && steady_clock::now() - silent_since_ >= kHopeless;
}

void Silence::probe_ended() {
  const std::lock_guard lock(mutex_);
  probing_ = false;
  last_probe_ = steady_clock::now();
}

Result<Silence::Leave> Silence::ask() {
  const std::lock_guard lock(mutex_);
  const auto now = steady_clock::now();
  const bool hangs = gave_up_ || (waiting_ > 0 && now - silent_since_ >= kPatience);
  if (!hangs) return Leave();
  if (probing_ || now - last_probe_ < kBetweenProbes)
    return database_unavailable("The database does not answer.",
                                "it hangs, and somebody waits for it already");
  probing_ = true;
  return Leave(this);
}

}  // namespace lanyard::store
