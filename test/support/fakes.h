// A clock and a random source that a test controls.
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <string>
#include <vector>

#include "base/log.h"
#include "base/random.h"
#include "base/time.h"

namespace lanyard::test {

// Starts at 2026-01-01T00:00:00Z and stands still until told. Thread-safe.
class FakeClock final : public Clock {
 public:
  Time now() const override { return from_micros(micros_.load()); }
  SteadyTime steady() const override { return SteadyTime(std::chrono::microseconds(steady_.load())); }
  void advance(Duration d) {
    micros_ += d.count();
    steady_ += d.count();
  }
  // The wall clock alone, as an administrator or a time server would move it.
  void jump(Duration d) { micros_ += d.count(); }

 private:
  std::atomic<std::int64_t> micros_{1'767'225'600'000'000};
  std::atomic<std::int64_t> steady_{1'000'000'000};
};

// The same bytes in each run, never the same twice in one run. Thread-safe.
class FakeRandom final : public Random {
 public:
  explicit FakeRandom(std::uint64_t seed = 1) : state_(seed) {}
  void fill(std::span<unsigned char> out) override {
    const std::lock_guard lock(mutex_);
    for (auto& b : out) {
      state_ += 0x9E3779B97F4A7C15ULL;
      std::uint64_t z = state_;
      z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
      z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
      b = static_cast<unsigned char>(z ^ (z >> 31));
    }
  }

 private:
  std::mutex mutex_;
  std::uint64_t state_;
};

// Keeps what was logged, so that a test can look for an event, or for a secret that must not be there.
class LogBook {
 public:
  explicit LogBook(const Clock& clock)
      : log_(clock, Level::debug, [this](std::string_view line) {
          const std::lock_guard lock(mutex_);
          text_.append(line);
        }) {}
  const Log& log() const { return log_; }
  std::string text() const {
    const std::lock_guard lock(mutex_);
    return text_;
  }

 private:
  mutable std::mutex mutex_;
  std::string text_;
  Log log_;
};

}  // namespace lanyard::test
