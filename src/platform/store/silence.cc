#include "platform/store/silence.h"

#include "platform/store/failures.h"

namespace lanyard::store {

void Silence::begin() {
  const std::lock_guard lock(mutex_);
  if (waiting_++ == 0 && !gave_up_) silent_since_ = now_();
}

void Silence::end() {
  const std::lock_guard lock(mutex_);
  if (--waiting_ == 0 && now_() - silent_since_ >= kPatience) gave_up_ = true;
}

void Silence::answered() {
  const std::lock_guard lock(mutex_);
  silent_since_ = now_();
  gave_up_ = refused_others_ = false;
}

bool Silence::is_hopeless(Moment waiting_since) {
  const std::lock_guard lock(mutex_);
  const auto now = now_();
  return (waiting_ > 1 || refused_others_) && now - silent_since_ >= kHopeless &&
         now - waiting_since >= kPatience;
}

void Silence::probe_ended() {
  const std::lock_guard lock(mutex_);
  probing_ = false;
  last_probe_ = now_();
}

Result<Silence::Leave> Silence::ask() {
  const std::lock_guard lock(mutex_);
  const auto now = now_();
  const bool hangs = gave_up_ || (waiting_ > 0 && now - silent_since_ >= kPatience);
  if (!hangs) return Leave();
  if (probing_ || now - last_probe_ < kBetweenProbes) {
    refused_others_ = true;
    return database_unavailable("The database does not answer.",
                                "it hangs, and somebody waits for it already");
  }
  probing_ = true;
  return Leave(this);
}

}  // namespace lanyard::store
