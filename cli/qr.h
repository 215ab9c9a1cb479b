// A text as a square that a phone's camera reads, drawn with half blocks: two rows of modules a line.
#pragma once

#include <string>
#include <string_view>

namespace lanyard::cli {

// "" for a text that is too long. With `colors` the square is black on white whatever the terminal's colours
// are; without, light modules are drawn, which fits the dark terminals that most people have.
std::string qr_square(std::string_view text, bool colors);

}  // namespace lanyard::cli
