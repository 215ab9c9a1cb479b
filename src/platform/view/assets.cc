#include "platform/view/assets.h"

#include <span>
#include <vector>

#include "base/embedded.h"
#include "base/text.h"

namespace lanyard::embedded {
std::span<const EmbeddedFile> site();
}

namespace lanyard::view {
namespace {

const std::vector<Asset>& all_assets() {
  static const std::vector<Asset> assets = [] {
    std::vector<Asset> list;
    for (const EmbeddedFile& file : embedded::site()) {
      list.push_back({file.name, file.type, file.hash, std::make_shared<const std::string>(file.bytes)});
    }
    return list;
  }();
  return assets;
}

}  // namespace

const Asset* find_asset(std::string_view name) {
  for (const Asset& asset : all_assets()) {
    if (asset.name == name) return &asset;
  }
  return nullptr;
}

std::string asset_path(std::string_view name) {
  const Asset* asset = find_asset(name);
  return asset == nullptr ? std::string() : cat("/assets/", asset->name, "?v=", asset->hash);
}

}  // namespace lanyard::view
