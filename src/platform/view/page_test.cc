#include "platform/view/page.h"

#include <gtest/gtest.h>

#include "platform/view/assets.h"
#include "platform/view/error_page.h"

namespace lanyard::view {
namespace {

TEST(Render, sends_the_page_with_its_policy) {
  Page page;
  page.title = "Sign in";
  page.form_origin = "https://wiki.example.org";
  const net::Response response = render(PageFrame{.site_name = "X"}, page);
  EXPECT_EQ(response.status(), 200);
  EXPECT_EQ(response.find_header("Content-Security-Policy"),
            content_security_policy("https://wiki.example.org"));
  EXPECT_EQ(response.find_header("X-Frame-Options"), "DENY");
  EXPECT_EQ(response.find_header("Cache-Control"), "no-store");
  EXPECT_TRUE(response.find_header("Content-Type").value_or("").starts_with("text/html"));
  EXPECT_NE(response.body().find("<h1>Sign in</h1>"), std::string_view::npos);
}

TEST(Render, without_a_way_to_sign_out_there_is_no_button_for_it) {
  Page page;
  page.person = SignedIn{"Ada", "/account", "/logout", "value"};
  EXPECT_NE(write_document(PageFrame{}, page).find("action=\"/logout\""), std::string::npos);
  page.person->sign_out_path = "";
  const std::string document = write_document(PageFrame{}, page);
  EXPECT_NE(document.find("Ada"), std::string::npos);
  EXPECT_EQ(document.find("<form"), std::string::npos);
}

TEST(Render, an_error_has_its_status) {
  const PageFrame frame{.site_name = "X"};
  EXPECT_EQ(render_error(frame, Code::forbidden, "7f3a").status(), 403);
  const net::Response response = render_status(frame, 405, "7f3a");
  EXPECT_EQ(response.status(), 405);
  EXPECT_EQ(response.find_header("X-Frame-Options"), "DENY");
}

TEST(AssetResponse, is_kept_for_a_year_only_under_its_own_hash) {
  const Asset* asset = find_asset("site.css");
  const net::Response response = asset_response("site.css", asset->hash);
  EXPECT_EQ(response.find_header("Cache-Control"), "public, max-age=31536000, immutable");
  EXPECT_EQ(response.find_header("Content-Type"), "text/css; charset=utf-8");
  EXPECT_EQ(response.body(), *asset->body);
  EXPECT_EQ(asset_response("site.css", "old").find_header("Cache-Control"), "no-cache");
  EXPECT_EQ(asset_response("site.css", "").find_header("Cache-Control"), "no-cache");
  EXPECT_EQ(asset_response("../x", "").status(), 404);
}

}  // namespace
}  // namespace lanyard::view
