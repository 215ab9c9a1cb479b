// Helping hands for names that Lanyard does not know.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "app/config_schema.h"

namespace lanyard::app {

// What to do about an unknown key that stands in `part`: the known name that was meant (other spelling, the
// word that another system has for it, a slip of the finger), where it belongs when it belongs elsewhere, or
// what there is.
std::string remedy_for_unknown(std::string_view name, const Part& part);

// The nearest of the candidates, "" when none is near.
std::string nearest(std::string_view name, const std::vector<std::string>& candidates);

// "LANYARD_SERVER__PUBLIC_URL" for "server.public_url"; a hyphen of an id becomes an underscore.
std::string environment_name(std::string_view key);
// "--public-url" for "server.public_url", "--database-url" for "database.url".
std::string flag_name(std::string_view key);

}  // namespace lanyard::app
