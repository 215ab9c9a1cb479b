// Whether a database server that is asked still answers somebody. One that hangs (a stopped process, a
// network that swallows) holds every connection that asks it until its time is over; when nobody has had an
// answer for a while, others are told at once, and one at a time finds out when it is back.
#pragma once

#include <chrono>
#include <functional>
#include <mutex>

#include "base/result.h"
#include "base/time.h"

namespace lanyard::store {

// Thread-safe.
class Silence {
 public:
  using Moment = std::chrono::steady_clock::time_point;
  explicit Silence(std::function<Moment()> now = std::chrono::steady_clock::now) : now_(std::move(now)) {}

  // Nobody was answered for so long, although somebody waits: the server hangs.
  static constexpr Duration kPatience = std::chrono::seconds(3);
  // Whoever waits then gives up (who came later: after kPatience), unless nobody else wants anything: one
  // statement alone may be a long one.
  static constexpr Duration kHopeless = std::chrono::seconds(8);
  static constexpr Duration kBetweenProbes = std::chrono::seconds(1);

  // While it lives, somebody waits for the server.
  class Waiting {
   public:
    explicit Waiting(Silence& silence) : silence_(silence) { silence_.begin(); }
    ~Waiting() { silence_.end(); }
    Waiting(const Waiting&) = delete;
    Waiting& operator=(const Waiting&) = delete;

   private:
    Silence& silence_;
  };
  // Leave to ask the server. Of a probe there is one at a time.
  class Leave {
   public:
    Leave() = default;
    explicit Leave(Silence* probed) : probed_(probed) {}
    Leave(Leave&& other) noexcept : probed_(other.probed_) { other.probed_ = nullptr; }
    Leave& operator=(Leave&&) = delete;
    ~Leave() {
      if (probed_ != nullptr) probed_->probe_ended();
    }

   private:
    Silence* probed_ = nullptr;
  };

  void answered();
  bool is_hopeless(Moment waiting_since);
  // Code::unavailable while the server hangs and a probe is on its way.
  Result<Leave> ask();

 private:
  void begin();
  void end();
  void probe_ended();

  const std::function<Moment()> now_;
  std::mutex mutex_;
  int waiting_ = 0;
  Moment silent_since_{};
  Moment last_probe_{};
  bool gave_up_ = false;  // the last one who waited went without an answer
  bool probing_ = false;
  bool refused_others_ = false;
};

}  // namespace lanyard::store
