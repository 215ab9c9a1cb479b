// What PanDA's clients keep and print, for people who are used to it.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "base/secret.h"
#include "base/time.h"
#include "lib/bearer.h"
#include "lib/claims.h"

namespace lanyard::cli {

struct PandaToken {
  Secret id_token;
  std::string file;
};

// The file .token of PANDA_CONFIG_ROOT; an empty optional where the variable or the file is missing. PanDA's
// client leaves it readable for everybody, so its mode is not held against it.
Result<std::optional<PandaToken>> find_panda_token(const lib::Environment& environment);

// The seven lines of `panda_auth status`, in local time; "No token found" for a token with less than five
// minutes left.
std::string panda_status(std::string_view file, const lib::Claims& claims, Time now);
bool panda_finds(const lib::Claims& claims, Time now);

}  // namespace lanyard::cli
