// Memory that runs out when a test says so: operator new throws, as it does when the system has no more to
// give. The test's own thread always gets what it asks for.
#pragma once

#include <string>

namespace lanyard::test {

// False in builds whose sanitizer keeps the heap itself: there nothing ever fails, and a test skips.
bool memory_can_be_scarce();

// As long as it lives, the allocations from the `first` on (1 is the next one) fail, `count` of them. One at
// a time, made on the test's thread.
class ScarceMemory {
 public:
  // in_thread: only of threads with this name; "": of all but the test's.
  explicit ScarceMemory(int first, int count = 1, const char* in_thread = "");
  ~ScarceMemory();
  ScarceMemory(const ScarceMemory&) = delete;
  ScarceMemory& operator=(const ScarceMemory&) = delete;
  // How many failed until now.
  int failed() const;
};

}  // namespace lanyard::test
