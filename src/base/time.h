// Points in time (UTC, microseconds), lengths of time, and the clock that is handed in.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace lanyard {

using Duration = std::chrono::microseconds;
using Time = std::chrono::sys_time<Duration>;
using SteadyTime = std::chrono::steady_clock::time_point;

class Clock {
 public:
  virtual ~Clock() = default;
  virtual Time now() const = 0;           // wall time: what is stored and what tokens carry
  virtual SteadyTime steady() const = 0;  // never goes back: what time-outs use
};

class SystemClock final : public Clock {
 public:
  Time now() const override;
  SteadyTime steady() const override;
};

std::int64_t to_micros(Time t);
Time from_micros(std::int64_t micros);
std::int64_t to_unix_seconds(Time t);
Time from_unix_seconds(std::int64_t seconds);

// "2026-11-24T17:02:24Z", and back (fraction optional, offset must be Z). A year that has no four digits is
// written as "0000-00-00T00:00:00Z", which does not read back.
std::string format_rfc3339(Time t);
Result<Time> parse_rfc3339(std::string_view text);

// "90s", "15m", "12h", "30d", "250ms": one whole number and one unit.
Result<Duration> parse_duration(std::string_view text);
std::string format_duration(Duration d);

}  // namespace lanyard
