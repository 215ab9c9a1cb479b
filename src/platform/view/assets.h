// The files that pages need (web/), inside the program, addressed with the hash of their bytes.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "platform/net/http.h"

namespace lanyard::view {

struct Asset {
  std::string_view name;
  std::string_view type;
  std::string_view hash;
  std::shared_ptr<const std::string> body;  // shared by all answers
};

const Asset* find_asset(std::string_view name);  // nullptr when there is none
std::string asset_path(
    std::string_view name);  // "/assets/site.css?v=0123456789abcdef"; empty when there is none

// For GET /assets/{name}. Kept by browsers for a year when `version` is the hash of these bytes, asked for
// again otherwise (a page of an older release may still name another). 404 for an unknown name.
net::Response asset_response(std::string_view name, std::string_view version);

}  // namespace lanyard::view
