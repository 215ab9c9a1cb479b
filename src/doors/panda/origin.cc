#include "doors/panda/origin.h"

namespace lanyard::doors::panda {

Origin split_origin(std::string_view text) {
  std::size_t cut = text.find(':');
  if (cut == std::string_view::npos && !text.starts_with("vo.")) cut = text.rfind('.');
  if (cut == std::string_view::npos) return {std::string(text), ""};
  return {std::string(text.substr(0, cut)), std::string(text.substr(cut + 1))};
}

}  // namespace lanyard::doors::panda
