#include "cli/qr.h"

#include <qrencode.h>

#include <memory>

namespace lanyard::cli {
namespace {

constexpr int kQuiet = 2;  // modules of white around it; cameras do with less than the four of the standard
constexpr std::size_t kLongest = 600;

}  // namespace

std::string qr_square(std::string_view text, bool colors) {
  if (text.empty() || text.size() > kLongest) return "";
  const std::string copy(text);
  const std::unique_ptr<QRcode, void (*)(QRcode*)> code(
      QRcode_encodeString8bit(copy.c_str(), 0, QR_ECLEVEL_L), QRcode_free);
  if (!code) return "";
  const int width = code->width;
  const auto is_light = [&](int x, int y) {
    if (x < 0 || y < 0 || x >= width || y >= width) return true;
    return (code->data[y * width + x] & 1) == 0;
  };
  std::string out;
  for (int y = -kQuiet; y < width + kQuiet; y += 2) {
    out += colors ? "\x1b[97;40m" : "";
    for (int x = -kQuiet; x < width + kQuiet; ++x) {
      const bool upper = is_light(x, y);
      // The last line of an odd number of rows has no lower half.
      const bool lower = y + 1 < width + kQuiet && is_light(x, y + 1);
      out += upper ? (lower ? "\u2588" : "\u2580") : (lower ? "\u2584" : " ");
    }
    out += colors ? "\x1b[0m\n" : "\n";
  }
  return out;
}

}  // namespace lanyard::cli
