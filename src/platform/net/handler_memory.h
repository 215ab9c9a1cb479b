// Memory of its own for a handler that must be armed again when there is no other: the listening socket's,
// and the timers that look after everybody else.
#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <new>
#include <utility>

namespace lanyard::net {

// One handler at a time; a second one, or one that is too large, takes what everybody takes. The memory stays
// as long as the handler, which asio may keep for longer than whoever armed it.
class HandlerMemory {
 public:
  HandlerMemory() = default;
  HandlerMemory(const HandlerMemory&) = delete;
  HandlerMemory& operator=(const HandlerMemory&) = delete;

  // The handler, which asio then keeps here.
  template <class Function>
  auto keep(Function function) {
    return Kept<Function>{block_, std::move(function)};
  }

 private:
  struct Block {
    void* take(std::size_t size) {
      if (in_use || size > memory.size()) return ::operator new(size);
      in_use = true;
      return memory.data();
    }
    void give_back(void* pointer) {
      if (pointer == memory.data()) {
        in_use = false;
      } else {
        ::operator delete(pointer);
      }
    }
    alignas(std::max_align_t) std::array<std::byte, 256> memory;
    bool in_use = false;
  };

  template <class T>
  struct Allocator {
    using value_type = T;
    explicit Allocator(std::shared_ptr<Block> block) : from(std::move(block)) {}
    template <class U>
    explicit Allocator(const Allocator<U>& other) : from(other.from) {}
    T* allocate(std::size_t count) { return static_cast<T*>(from->take(count * sizeof(T))); }
    void deallocate(T* pointer, std::size_t) { from->give_back(pointer); }
    friend bool operator==(const Allocator& a, const Allocator& b) { return a.from == b.from; }
    std::shared_ptr<Block> from;
  };

  template <class Function>
  struct Kept {
    using allocator_type = Allocator<void*>;
    allocator_type get_allocator() const { return allocator_type(block); }
    template <class... Args>
    void operator()(Args&&... args) {
      function(std::forward<Args>(args)...);
    }
    std::shared_ptr<Block> block;
    Function function;
  };

  std::shared_ptr<Block> block_ = std::make_shared<Block>();
};

}  // namespace lanyard::net
