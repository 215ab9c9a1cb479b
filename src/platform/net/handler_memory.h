// Memory of its own for a handler that must be armed again when there is no other: the listening socket's,
// and the timers that look after everybody else.
#pragma once

#include <array>
#include <cstddef>
#include <new>
#include <utility>

namespace lanyard::net {

// One handler at a time; a second one, or one that is too large, takes what everybody takes.
class HandlerMemory {
 public:
  HandlerMemory() = default;
  HandlerMemory(const HandlerMemory&) = delete;
  HandlerMemory& operator=(const HandlerMemory&) = delete;

  void* take(std::size_t size) {
    if (in_use_ || size > memory_.size()) return ::operator new(size);
    in_use_ = true;
    return memory_.data();
  }
  void give_back(void* pointer) {
    if (pointer == memory_.data()) {
      in_use_ = false;
    } else {
      ::operator delete(pointer);
    }
  }

  template <class T>
  struct Allocator {
    using value_type = T;
    explicit Allocator(HandlerMemory& memory) : from(&memory) {}
    template <class U>
    explicit Allocator(const Allocator<U>& other) : from(other.from) {}
    T* allocate(std::size_t count) { return static_cast<T*>(from->take(count * sizeof(T))); }
    void deallocate(T* pointer, std::size_t) { from->give_back(pointer); }
    friend bool operator==(const Allocator& a, const Allocator& b) { return a.from == b.from; }
    HandlerMemory* from;
  };

  // The handler, which asio then keeps here.
  template <class Function>
  auto keep(Function function) {
    return Kept<Function>{*this, std::move(function)};
  }

 private:
  template <class Function>
  struct Kept {
    using allocator_type = Allocator<void*>;
    allocator_type get_allocator() const { return allocator_type(memory); }
    template <class... Args>
    void operator()(Args&&... args) {
      function(std::forward<Args>(args)...);
    }
    HandlerMemory& memory;
    Function function;
  };

  alignas(std::max_align_t) std::array<std::byte, 256> memory_;
  bool in_use_ = false;
};

}  // namespace lanyard::net
