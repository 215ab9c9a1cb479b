#include "base/secret.h"

#include <cstring>
#include <utility>

namespace lanyard {

Secret::Secret(std::string value) : value_(std::move(value)) {}
Secret::~Secret() {
  erase();
}
Secret::Secret(const Secret& other) = default;

Secret& Secret::operator=(const Secret& other) {
  if (this != &other) {
    erase();
    value_ = other.value_;
  }
  return *this;
}

// A copy, and the original wiped: a short text that was moved would stay behind in the other object.
// NOLINTNEXTLINE(performance-move-constructor-init)
Secret::Secret(Secret&& other) noexcept : value_(other.value_) {
  other.erase();
}

Secret& Secret::operator=(Secret&& other) noexcept {
  if (this != &other) {
    erase();
    value_ = other.value_;
    other.erase();
  }
  return *this;
}

void Secret::erase() {
  if (!value_.empty()) ::explicit_bzero(value_.data(), value_.size());
  value_.clear();
}

bool equal_in_constant_time(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  unsigned char difference = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    difference = static_cast<unsigned char>(
        difference | (static_cast<unsigned char>(a[i]) ^ static_cast<unsigned char>(b[i])));
  }
  return difference == 0;
}

}  // namespace lanyard
