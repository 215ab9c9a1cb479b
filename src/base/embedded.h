// Files that the build puts into the program (cmake/assets.cmake).
#pragma once

#include <string_view>

namespace lanyard {

struct EmbeddedFile {
  std::string_view name;   // without folders: "site.css"
  std::string_view type;   // its media type
  std::string_view hash;   // 16 hexadecimal digits of the SHA-256 of its bytes
  std::string_view bytes;  // lives as long as the program
};

}  // namespace lanyard
