// Which release this is.
#pragma once

#include <string_view>

namespace lanyard::app {

inline constexpr std::string_view kVersion = "0.1.0";
inline constexpr std::string_view kReleased = "2026-11-28";  // for the manual

}  // namespace lanyard::app
