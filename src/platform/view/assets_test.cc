#include "platform/view/assets.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "base/text.h"

namespace lanyard::view {
namespace {

const std::string& css() {
  return *find_asset("site.css")->body;
}

// "--ink: #1b1f24" -> relative luminance (WCAG 2.2), of each token, in the order in which they stand: light,
// then dark.
std::multimap<std::string, double> tokens() {
  std::multimap<std::string, double> found;
  const std::string& text = css();
  for (std::size_t at = text.find("--"); at != std::string::npos; at = text.find("--", at + 2)) {
    const std::size_t colon = text.find_first_of(":)", at);
    if (text[colon] != ':') continue;
    const std::size_t end = text.find(';', colon);
    std::string digits(trim(std::string_view(text).substr(colon + 1, end - colon - 1)));
    digits.erase(0, 1);
    if (digits.size() == 3) digits = {digits[0], digits[0], digits[1], digits[1], digits[2], digits[2]};
    const auto bytes = hex_decode(digits);
    if (!bytes || bytes->size() != 3) continue;
    const auto channel = [&](std::size_t i) {
      const double c = static_cast<unsigned char>((*bytes)[i]) / 255.0;
      return c <= 0.04045 ? c / 12.92 : std::pow((c + 0.055) / 1.055, 2.4);
    };
    found.emplace(text.substr(at + 2, colon - at - 2),
                  0.2126 * channel(0) + 0.7152 * channel(1) + 0.0722 * channel(2));
  }
  return found;
}

double contrast(double a, double b) {
  return (std::max(a, b) + 0.05) / (std::min(a, b) + 0.05);
}

TEST(Stylesheet, text_stands_out_in_light_and_dark) {
  const auto all = tokens();
  const auto of = [&](const std::string& name, int scheme) {
    EXPECT_EQ(all.count(name), 2U) << name;
    return std::next(all.lower_bound(name), scheme)->second;
  };
  for (const int scheme : {0, 1}) {
    for (const char* ink : {"ink", "quiet", "accent", "good", "wait", "bad"}) {
      for (const char* under : {"sheet", "ground"}) {
        EXPECT_GE(contrast(of(ink, scheme), of(under, scheme)), 4.5)
            << ink << " on " << under << ", scheme " << scheme;
      }
    }
    EXPECT_GE(contrast(of("on-accent", scheme), of("accent", scheme)), 4.5);
    EXPECT_GE(contrast(of("sheet", scheme), of("wait", scheme)), 4.5) << "the banner";
    EXPECT_GE(contrast(of("edge", scheme), of("sheet", scheme)), 3.0) << "the border of a field";
  }
}

TEST(Stylesheet, is_small_and_loads_nothing) {
  EXPECT_LT(css().size(), 6000U);
  for (const char* outside : {"url(", "@import", "@font-face", "http"})
    EXPECT_EQ(css().find(outside), std::string::npos) << outside;
  EXPECT_EQ(std::ranges::count(css(), '{'), std::ranges::count(css(), '}'));
}

TEST(Assets, are_addressed_by_their_content) {
  const Asset* asset = find_asset("site.css");
  ASSERT_NE(asset, nullptr);
  EXPECT_EQ(asset->type, "text/css; charset=utf-8");
  EXPECT_EQ(asset->hash.size(), 16U);
  EXPECT_EQ(asset_path("site.css"), cat("/assets/site.css?v=", asset->hash));
  EXPECT_EQ(find_asset("../site.css"), nullptr);
  EXPECT_EQ(find_asset(""), nullptr);
  EXPECT_EQ(asset_path("nothing"), "");
}

}  // namespace
}  // namespace lanyard::view
