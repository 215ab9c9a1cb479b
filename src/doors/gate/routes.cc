#include "doors/gate/routes.h"

#include <algorithm>
#include <tuple>

#include "base/text.h"

namespace lanyard::doors::gate {
namespace {

bool is_prefix(const Route& route) {
  return route.path.ends_with('/');
}

bool fits(const Route& route, std::string_view path) {
  if (path == route.path) return true;
  if (!is_prefix(route)) return false;
  const bool is_folder_itself =
      path.size() + 1 == route.path.size() && std::string_view(route.path).starts_with(path);
  return path.starts_with(route.path) || (is_folder_itself && !route.public_page);
}

std::string without_parameters(std::string_view path) {
  std::string out;
  bool skips = false;
  for (const char c : path) {
    if (c == '/') skips = false;
    if (c == ';') skips = true;
    if (!skips) out.push_back(c);
  }
  return out;
}

}  // namespace

RouteTable::RouteTable(const std::vector<Route>& all, std::string_view client) {
  for (const Route& route : all) {
    if (route.client.empty() || route.client == client) routes_.push_back(route);
  }
  const auto rank = [](const Route& route) {
    return std::tuple(is_prefix(route), -static_cast<std::ptrdiff_t>(route.path.size()),
                      route.client.empty());
  };
  std::ranges::stable_sort(routes_, {}, rank);
}

const Route* RouteTable::match(std::string_view path) const {
  const auto found = std::ranges::find_if(routes_, [&](const Route& route) {
    // An exact path that ends in "/" is a prefix as well; nothing is more specific than equality.
    return path == route.path;
  });
  if (found != routes_.end()) return &*found;
  const auto other = std::ranges::find_if(routes_, [&](const Route& route) { return fits(route, path); });
  return other == routes_.end() ? nullptr : &*other;
}

RouteTable::Found RouteTable::find(std::string_view path) const {
  Found found{match(path), false};
  if (path.find(';') == std::string_view::npos) return found;
  const std::string bare = without_parameters(path);
  found.is_ambiguous = bare.find("//") != std::string::npos || bare.find("/./") != std::string::npos ||
                       bare.find("/../") != std::string::npos || bare.ends_with("/..") ||
                       bare.ends_with("/.") || match(bare) != found.route;
  return found;
}

}  // namespace lanyard::doors::gate
