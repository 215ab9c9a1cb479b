#include "platform/net/place.h"

#include <algorithm>
#include <cstdint>

#include "base/text.h"
#include "platform/net/proxies.h"

namespace lanyard::net {

std::string place_of(std::string_view address) {
  auto parsed = parse_address(address);
  if (!parsed) return std::string(address.substr(0, 64));
  const std::string text = to_text(*parsed);
  if (text.find('.') != std::string::npos) return text;
  std::fill(parsed->begin() + 8, parsed->end(), std::uint8_t{0});
  return cat(to_text(*parsed), "/64");
}

}  // namespace lanyard::net
