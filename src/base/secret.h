// A text that must not be printed, logged or compared carelessly. It has no printer and no operator==.
#pragma once

#include <string>
#include <string_view>

namespace lanyard {

class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string value);
  ~Secret();
  Secret(const Secret& other);
  Secret& operator=(const Secret& other);
  Secret(Secret&& other) noexcept;
  Secret& operator=(Secret&& other) noexcept;

  bool empty() const { return value_.empty(); }
  // Named so that each place that reads a secret can be found by searching for it.
  std::string_view reveal() const { return value_; }

 private:
  void erase();
  std::string value_;
};

// Takes time that depends on the lengths only.
bool equal_in_constant_time(std::string_view a, std::string_view b);

}  // namespace lanyard
