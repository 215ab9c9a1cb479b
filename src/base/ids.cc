#include "base/ids.h"

#include <algorithm>
#include <array>

namespace lanyard {

std::string make_id_text(Random& random) {
  static constexpr std::string_view kAlphabet = "0123456789abcdefghijklmnopqrstuvwxyz";
  std::string text;
  text.reserve(15);
  while (text.size() < 15) {
    std::array<unsigned char, 32> bytes{};
    random.fill(bytes);
    for (unsigned char b : bytes) {
      if (b >= 252) continue;  // 252 = 7 * 36: beyond it the remainder would favour the first letters
      text.push_back(kAlphabet[b % 36]);
      if (text.size() == 15) break;
    }
  }
  return text;
}

bool is_id_text(std::string_view text) {
  return text.size() == 15 &&
         std::ranges::all_of(text, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z'); });
}

}  // namespace lanyard
