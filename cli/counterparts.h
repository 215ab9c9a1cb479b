// What `lanyard client create --for X` knows about the other side: the settings that a client of that kind
// needs, and that side's own configuration, ready to be copied. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"

namespace lanyard::cli {

struct Wanted {
  std::string name;    // the client's id, and what people see
  std::string url;     // where the other side lives: "https://hub.example.org"; "" where it has no address
  std::string issuer;  // Lanyard's public address, without a slash at its end
  std::string virtual_organisation;  // panda
};

struct Counterpart {
  std::string_view name;          // "jupyterhub"
  std::string_view address_hint;  // what --url is; "" : it has none
  bool has_virtual_organisation = false;
  // The body of POST /clients; nullptr: not an OAuth client, so there is nothing to make.
  json::Object (*client)(const Wanted& wanted) = nullptr;
  // Names a file for the secret where there is one, never the secret itself.
  std::string (*configuration)(const Wanted& wanted) = nullptr;
};

// Code::invalid names the known ones.
Result<const Counterpart*> find_counterpart(std::string_view name);
const std::vector<Counterpart>& counterparts();

// Code::invalid when an address is missing, is no origin, or the virtual organisation is missing.
Status check_wanted(const Counterpart& counterpart, Wanted& wanted);

}  // namespace lanyard::cli
