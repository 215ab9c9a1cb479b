#include "test/support/scarce_memory.h"

#include <pthread.h>

#include <array>
#include <atomic>
#include <cstdlib>
#include <cstring>
#include <new>

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
#define LANYARD_HEAP_IS_WATCHED
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define LANYARD_HEAP_IS_WATCHED
#endif

namespace lanyard::test {
namespace {

std::atomic<bool> is_scarce{false};
std::atomic<int> until_first{0};
std::atomic<int> left{0};
std::atomic<int> failures{0};
std::atomic<const char*> only_thread{""};
thread_local bool is_spared = false;

bool is_meant() {
  if (is_spared) return false;
  const char* wanted = only_thread.load();
  if (*wanted == '\0') return true;
  std::array<char, 16> name{};
  return pthread_getname_np(pthread_self(), name.data(), name.size()) == 0 &&
         std::strcmp(name.data(), wanted) == 0;
}

bool fails() {
  if (!is_scarce.load(std::memory_order_relaxed) || !is_meant()) return false;
  if (until_first.fetch_sub(1) > 1 || left.fetch_sub(1) <= 0) return false;
  ++failures;
  return true;
}

[[maybe_unused]] void* allocate(std::size_t size) {
  if (fails()) throw std::bad_alloc();
  void* memory = std::malloc(size == 0 ? 1 : size);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}

}  // namespace

bool memory_can_be_scarce() {
#ifdef LANYARD_HEAP_IS_WATCHED
  return false;
#else
  return true;
#endif
}

ScarceMemory::ScarceMemory(int first, int count, const char* in_thread) {
  is_spared = true;
  until_first = first;
  left = count;
  failures = 0;
  only_thread = in_thread;
  is_scarce = true;
}

ScarceMemory::~ScarceMemory() {
  is_scarce = false;
}

int ScarceMemory::failed() const {
  return failures;
}

}  // namespace lanyard::test

#ifndef LANYARD_HEAP_IS_WATCHED
void* operator new(std::size_t size) {
  return lanyard::test::allocate(size);
}
void* operator new[](std::size_t size) {
  return lanyard::test::allocate(size);
}
void operator delete(void* memory) noexcept {
  std::free(memory);
}
void operator delete[](void* memory) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
  std::free(memory);
}
void operator delete[](void* memory, std::size_t) noexcept {
  std::free(memory);
}
#endif
