// A socket on its way from the kernel to whoever will look after it: closed when it gets lost.
#pragma once

#include <unistd.h>

#include <utility>

namespace lanyard::net {

class OpenSocket {
 public:
  explicit OpenSocket(int descriptor) : descriptor_(descriptor) {}
  OpenSocket(OpenSocket&& other) noexcept : descriptor_(other.release()) {}
  OpenSocket& operator=(OpenSocket&&) = delete;
  ~OpenSocket() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  int get() const { return descriptor_; }
  int release() { return std::exchange(descriptor_, -1); }

 private:
  int descriptor_;
};

}  // namespace lanyard::net
