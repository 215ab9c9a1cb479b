#include "fuzz/fuzz.h"

#include <algorithm>
#include <array>

#include "base/text.h"

namespace lanyard::fuzz {

#ifdef LANYARD_FUZZ_ALL
std::span<const Target> targets() {
#define LANYARD_LIST_TARGET(name) Target{#name, name},
  static constexpr auto kTargets = std::to_array<Target>({LANYARD_FUZZ_TARGETS(LANYARD_LIST_TARGET)});
#undef LANYARD_LIST_TARGET
  return kTargets;
}
#endif

void report_broken(const char* condition, const char* file, int line) {
  throw Broken(cat(file, ":", line, ": this must hold and does not: ", condition));
}

std::vector<std::size_t> cuts(std::string_view input) {
  std::vector<std::size_t> at;
  const std::size_t step = input.size() <= 64 ? 1 : input.size() / 7;
  for (std::size_t i = step; i < input.size(); i += step) at.push_back(i);
  // Where lines end is where readers that work in pieces go wrong.
  for (std::size_t i = 0; i < input.size() && at.size() < 80; ++i)
    if (input[i] == '\r' || input[i] == '\n') at.push_back(i);
  return at;
}

std::pair<std::string_view, std::string_view> divide(std::string_view input, char separator) {
  const std::size_t at = input.find(separator);
  if (at == std::string_view::npos) return {input, {}};
  return {input.substr(0, at), input.substr(at + 1)};
}

bool has_line_break_or_nul(std::string_view text) {
  return std::ranges::any_of(text, [](char c) { return c == '\r' || c == '\n' || c == '\0'; });
}

}  // namespace lanyard::fuzz
