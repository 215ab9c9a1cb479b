// libFuzzer's way in: one program a target, named by the build.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "fuzz/fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  lanyard::fuzz::LANYARD_FUZZ_TARGET(
      std::string_view(reinterpret_cast<const char*>(data), size));  // bytes are what a socket gives
  return 0;
}
