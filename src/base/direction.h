// Marks that turn the direction in which text is written, and with it the meaning of the words around a name
// that somebody else chose.
#pragma once

#include <cstddef>
#include <string_view>

namespace lanyard {

constexpr std::size_t kDirectionMarkBytes = 3;
// U+200E, U+200F, U+202A to U+202E, U+2066 to U+2069, as UTF-8 at this place of the text.
bool is_direction_mark(std::string_view text, std::size_t at);
bool has_direction_mark(std::string_view text);

}  // namespace lanyard
