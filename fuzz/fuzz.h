// What the fuzz targets share. A target reads one input in the way in which a stranger's bytes are read, and
// says with HOLDS what must be true of whatever came out: "does not crash" alone finds too little.
#pragma once

#include <cstddef>
#include <span>
#include <stdexcept>
#include <string_view>
#include <utility>
#include <vector>

namespace lanyard::fuzz {

// One name for each file of targets/.
// clang-format off
#define LANYARD_FUZZ_TARGETS(X) \
  X(http_head) X(chunked_body) X(form) X(cookie) X(json) X(jws) X(jwk_set) X(metadata) X(configuration) \
  X(users_file) X(cursor) X(client_assertion) X(dpop_proof) X(url) X(redirect_uri) X(import) \
  X(proxy_headers) X(certificate)
// clang-format on

#define LANYARD_DECLARE_TARGET(name) void name(std::string_view input);
LANYARD_FUZZ_TARGETS(LANYARD_DECLARE_TARGET)
#undef LANYARD_DECLARE_TARGET

struct Target {
  std::string_view name;
  void (*run)(std::string_view input);
};
std::span<const Target> targets();

// What must hold does not. The fuzzer stops at it, the replay in the unit tests reports it.
class Broken : public std::logic_error {
 public:
  using std::logic_error::logic_error;
};
[[noreturn]] void report_broken(const char* condition, const char* file, int line);

// Places to cut the input when it arrives in two pieces: all of a short one, a few of a long one.
std::vector<std::size_t> cuts(std::string_view input);

// The part before the first `separator`, and the part behind it ("" when there is none).
std::pair<std::string_view, std::string_view> divide(std::string_view input, char separator = '\n');

bool has_line_break_or_nul(std::string_view text);

}  // namespace lanyard::fuzz

#define HOLDS(condition) \
  ((condition) ? static_cast<void>(0) : ::lanyard::fuzz::report_broken(#condition, __FILE__, __LINE__))
