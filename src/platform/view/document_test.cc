// The document of a page, without its answer.
#include <gtest/gtest.h>

#include "platform/view/assets.h"
#include "platform/view/page.h"

namespace lanyard::view {
namespace {

bool has(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

const PageFrame kFrame{.site_name = "Example Research Cloud",
                       .support = "help@example.org",
                       .banner = "",
                       .links = {{"Privacy", "/privacy"}}};

TEST(Document, has_the_frame_that_every_page_has) {
  Page page;
  page.title = "Tokens";
  page.request_id = "7f3a91c20badcafe";
  page.body = el("p", "Hello");
  const std::string html = write_document(kFrame, page);
  EXPECT_TRUE(html.starts_with("<!DOCTYPE html>\n<html lang=\"en\">"));
  for (const char* part :
       {"<meta charset=\"utf-8\">", "name=\"viewport\"", "content=\"light dark\"",
        "<title>Tokens · Example Research Cloud</title>", "<a class=\"skip\" href=\"#main\">",
        "<main id=\"main\"", "<h1>Tokens</h1><p>Hello</p></main>", "<a href=\"/privacy\">Privacy</a>",
        "Request <code>7f3a91c20badcafe</code>",
        "<a href=\"mailto:help@example.org\">help@example.org</a>"}) {
    EXPECT_TRUE(has(html, part)) << part << "\n" << html;
  }
  EXPECT_TRUE(has(html, "<link rel=\"stylesheet\" href=\"" + asset_path("site.css") + "\">"));
  EXPECT_FALSE(has(html, "class=\"banner\""));
  EXPECT_FALSE(has(html, "/signout"));
}

TEST(Document, names_the_person_and_signs_out_by_a_form) {
  Page page;
  page.title = "x";
  page.person = SignedIn{.name = "Ada <Lovelace>", .csrf = "t0k"};
  const std::string html = write_document(kFrame, page);
  EXPECT_TRUE(has(html, "<a href=\"/account\"><bdi>Ada &lt;Lovelace&gt;</bdi></a>"));
  EXPECT_TRUE(has(
      html, "<form method=\"post\" action=\"/signout\"><input type=\"hidden\" name=\"csrf\" value=\"t0k\">"));
}

TEST(Document, shows_the_banner) {
  PageFrame frame = kFrame;
  frame.banner = "Authentication is off: everyone is the anonymous operator";
  EXPECT_TRUE(has(write_document(frame, Page{}), "role=\"status\">Authentication is off"));
}

TEST(Document, hostile_configuration_and_words_stay_words) {
  const std::string hostile = "</title>\"><script>x</script>@a";
  const PageFrame frame{hostile, hostile, hostile, {{hostile, hostile}}};
  Page page;
  page.title = page.heading = page.request_id = hostile;
  page.person = SignedIn{hostile, hostile, hostile, hostile};
  const std::string html = write_document(frame, page);
  EXPECT_FALSE(has(html, "<script"));
  EXPECT_FALSE(has(html, "mailto:"));
}

TEST(Document, support_may_be_a_link_or_words) {
  PageFrame frame = kFrame;
  frame.support = "https://help.example.org/form#new";
  EXPECT_TRUE(has(write_document(frame, Page{}), "<a href=\"https://help.example.org/form#new\">"));
  frame.support = "room 2.117";
  EXPECT_TRUE(has(write_document(frame, Page{}), "Support: room 2.117"));
  frame.support = "javascript:alert(1)";
  EXPECT_FALSE(has(write_document(frame, Page{}), "href=\"javascript"));
}

TEST(Policy, allows_nothing_but_our_own_style_images_and_forms) {
  EXPECT_EQ(content_security_policy(""),
            "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; frame-ancestors "
            "'none'; base-uri 'none'");
}

TEST(Policy, carries_one_more_form_origin_and_nothing_that_is_not_one) {
  EXPECT_TRUE(has(content_security_policy("https://Wiki.example.org:8443"),
                  "form-action 'self' https://wiki.example.org:8443;"));
  for (const char* bad : {"*", "https:", "'unsafe-inline'", "https://a.example; script-src *",
                          "https://a.example https://b.example", "https://a.example/cb", "https://*.example",
                          "https://a.example\r\nX: y", "javascript:x"}) {
    EXPECT_EQ(content_security_policy(bad), content_security_policy("")) << bad;
  }
}

}  // namespace
}  // namespace lanyard::view
