// The random source, handed in so that a test can repeat itself.
#pragma once

#include <cstddef>
#include <span>
#include <string>

namespace lanyard {

class Random {
 public:
  virtual ~Random() = default;
  // Fills the span. Never returns weak bytes: if the source fails, the process aborts.
  virtual void fill(std::span<unsigned char> out) = 0;
  std::string bytes(std::size_t count);
  // 256 random bits as 43 base64url characters: cookies, tokens, states.
  std::string token();
};

// getrandom(2) at each call, so a fork or a cloned machine never repeats bytes. Thread-safe.
class SystemRandom final : public Random {
 public:
  void fill(std::span<unsigned char> out) override;
};

}  // namespace lanyard
