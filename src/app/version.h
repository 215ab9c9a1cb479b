// Which release this is.
#pragma once

#include <string_view>

namespace lanyard::app {

inline constexpr std::string_view kVersion = "0.1.0";

}  // namespace lanyard::app
