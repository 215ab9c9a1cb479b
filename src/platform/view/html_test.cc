#include "platform/view/html.h"

#include <gtest/gtest.h>

namespace lanyard::view {
namespace {

std::string escaped(std::string_view text) {
  std::string out;
  append_escaped(out, text);
  return out;
}

TEST(Escape, text_can_not_become_markup) {
  EXPECT_EQ(escaped("<script>alert('x')</script> & \"y\""),
            "&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt; &amp; &quot;y&quot;");
  EXPECT_EQ(escaped("&lt;"), "&amp;lt;") << "what was escaped before is text like any other";
  EXPECT_EQ(escaped("Zoë 日本 € – “x” 😀\n\t"), "Zoë 日本 € – “x” 😀\n\t");
  EXPECT_EQ(escaped(""), "");
}

TEST(Escape, control_characters_and_turned_text_are_made_visible) {
  EXPECT_EQ(escaped(std::string_view("a\0b\x1b[1m\x7f", 8)),
            "a\xEF\xBF\xBD"
            "b\xEF\xBF\xBD[1m\xEF\xBF\xBD");
  EXPECT_EQ(escaped("admin\xE2\x80\xAEx\xE2\x81\xA6<"), "admin\xEF\xBF\xBDx\xEF\xBF\xBD&lt;");
  EXPECT_EQ(escaped("\xE2\x80<"), "\xE2\x80&lt;") << "a cut character must not swallow the next one";
  EXPECT_EQ(escaped("\xE2<"), "\xE2&lt;");
}

TEST(El, writes_elements_attributes_and_children) {
  EXPECT_EQ(el("p", "a < b").str(), "<p>a &lt; b</p>");
  EXPECT_EQ(el("p", Attrs{{"class", "hint"}, {"title", "\"><img src=x>"}}, "x", el("br"), 7, std::string("&"))
                .str(),
            "<p class=\"hint\" title=\"&quot;&gt;&lt;img src=x&gt;\">x<br>7&amp;</p>");
  EXPECT_EQ(el("input", Attrs{{"required", true}, {"checked", false}, {"name", "a"}}).str(),
            "<input required name=\"a\">");
  EXPECT_EQ(el("ul", std::vector<Html>{el("li", "1"), el("li", "2")}).str(), "<ul><li>1</li><li>2</li></ul>");
  EXPECT_EQ(el("p").str(), "<p></p>");
  EXPECT_EQ(group("<", el("b", ">"), -3).str(), "&lt;<b>&gt;</b>-3");
}

TEST(El, an_attribute_value_can_not_leave_its_quotes) {
  const std::string hostile = "\" onmouseover=\"alert(1)\" x='";
  const std::string html = el("a", Attrs{{"title", hostile}}, "x").str();
  EXPECT_EQ(std::ranges::count(html, '"'), 2);
  EXPECT_EQ(std::ranges::count(html, '\''), 0);
}

TEST(Links, attack_140_only_own_paths_and_http_urls_are_links) {
  for (const char* good :
       {"/", "/a/b?c=d&e=%20#f", "#main", "https://a.example/x?y#z", "http://localhost:8080/"}) {
    EXPECT_TRUE(is_safe_link(good)) << good;
  }
  for (const char* bad : {"",
                          "//evil.example",
                          "/\\evil.example",
                          "/\tx",
                          "/\n/evil.example",
                          "\t/x",
                          " /x",
                          "javascript:alert(1)",
                          "JaVaScRiPt:alert(1)",
                          "java\nscript:alert(1)",
                          "data:text/html,x",
                          "vbscript:x",
                          "https:evil.example",
                          "https:/evil.example",
                          "https://a@evil.example/",
                          "https://a.example\\@evil",
                          "mailto:a@b",
                          "x",
                          "x:y",
                          "?a=b",
                          "\xE2\x80\xA8/x",
                          "https://",
                          "#",
                          "#\"x",
                          "file:///etc/passwd"}) {
    EXPECT_FALSE(is_safe_link(bad)) << bad;
    EXPECT_EQ(el("a", Attrs{{"href", bad}}, "x").str(), "<a>x</a>") << bad;
    EXPECT_EQ(el("form", Attrs{{"action", bad}}).str(), "<form></form>") << bad;
    EXPECT_EQ(el("img", Attrs{{"src", bad}}).str(), "<img>") << bad;
    EXPECT_EQ(el("button", Attrs{{"formaction", bad}}, "x").str(), "<button>x</button>") << bad;
  }
}

}  // namespace
}  // namespace lanyard::view
