// The virtual organisation and the role that a PanDA client names, in its address or in the header Origin.
#pragma once

#include <string>
#include <string_view>

namespace lanyard::doors::panda {

struct Origin {
  std::string organisation, role;  // role may be empty
};

// "VO", "VO:role" and "VO.role" as the PanDA server cuts them: at the first colon; without one at the last
// dot, unless the name begins with "vo.".
Origin split_origin(std::string_view text);

}  // namespace lanyard::doors::panda
