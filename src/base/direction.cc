#include "base/direction.h"

namespace lanyard {

bool is_direction_mark(std::string_view text, std::size_t at) {
  const std::string_view mark = text.substr(at, kDirectionMarkBytes);
  if (mark.size() < kDirectionMarkBytes) return false;
  const auto last = static_cast<unsigned char>(mark[2]);
  if (mark.starts_with("\xE2\x80")) return last == 0x8E || last == 0x8F || (last >= 0xAA && last <= 0xAE);
  return mark.starts_with("\xE2\x81") && last >= 0xA6 && last <= 0xA9;
}

bool has_direction_mark(std::string_view text) {
  for (std::size_t at = 0; at < text.size(); ++at)
    if (is_direction_mark(text, at)) return true;
  return false;
}

}  // namespace lanyard
