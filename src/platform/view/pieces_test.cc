#include "platform/view/pieces.h"

#include <gtest/gtest.h>

namespace lanyard::view {
namespace {

#define EXPECT_CONTAINS(html, part) EXPECT_NE((html).str().find(part), std::string::npos) << (html).str()
#define EXPECT_LACKS(html, part) EXPECT_EQ((html).str().find(part), std::string::npos) << (html).str()

const std::string kHostile = "\"><script>x</script>";

TEST(PostForm, always_posts_and_always_carries_the_token) {
  EXPECT_EQ(post_form({"/device", "t0k", {{"code", "BC<"}}}, button({"Allow"})).str(),
            "<form method=\"post\" action=\"/device\"><input type=\"hidden\" name=\"csrf\" value=\"t0k\">"
            "<input type=\"hidden\" name=\"code\" value=\"BC&lt;\">"
            "<button type=\"submit\" class=\"button primary\">Allow</button></form>");
}

TEST(SearchForm, carries_no_token) {
  EXPECT_LACKS(search_form("/accounts", Html("x")), "csrf");
}

TEST(Button, says_what_was_pressed) {
  EXPECT_EQ(button({"Deny", Emphasis::danger, "decision", "deny"}).str(),
            "<button type=\"submit\" class=\"button danger\" name=\"decision\" value=\"deny\">Deny</button>");
  EXPECT_EQ(button_link("Back", "/").str(), "<a class=\"button\" href=\"/\">Back</a>");
}

TEST(TextField, belongs_to_its_label_help_and_error) {
  const Html field = text_field({.name = "user",
                                 .label = "Name",
                                 .value = "<a>",
                                 .help = "Letters",
                                 .error = "Taken",
                                 .longest = 40,
                                 .is_required = true});
  EXPECT_CONTAINS(field, "<label for=\"field-user\">Name</label>");
  EXPECT_CONTAINS(field,
                  "id=\"field-user\" name=\"user\" type=\"text\" value=\"&lt;a&gt;\" maxlength=\"40\"");
  EXPECT_CONTAINS(field,
                  "aria-describedby=\"field-user-error field-user-help\" aria-invalid=\"true\" required");
  EXPECT_CONTAINS(field, "<p class=\"fault\" id=\"field-user-error\">Taken</p>");
  EXPECT_CONTAINS(field, "id=\"field-user-help\">Letters</p>");
  EXPECT_LACKS(text_field({.name = "a", .label = "A"}), "aria-");
}

TEST(TextField, never_sends_a_password_back) {
  EXPECT_LACKS(
      text_field({.name = "p", .label = "Password", .value = "hunter2", .type = TextField::Type::password}),
      "hunter2");
}

TEST(TextField, many_lines_can_not_be_closed_from_inside) {
  const Html area = text_field(
      {.name = "r", .label = "Reason", .value = "</textarea><b>", .type = TextField::Type::many_lines});
  EXPECT_CONTAINS(area, "name=\"r\">\n&lt;/textarea&gt;&lt;b&gt;</textarea>");
}

TEST(SelectField, marks_the_chosen) {
  EXPECT_CONTAINS(select_field("s", "State", {{"a", "A"}, {"b", "B", true}}),
                  "<option value=\"a\">A</option><option value=\"b\" selected>B</option>");
}

TEST(Table, cells_carry_their_column_for_narrow_screens) {
  const Html html = table(
      {"Users", {"Name", "State"}, {{"Ada", badge(Tone::waiting, "pending")}, {"x", "y", "beyond"}}, ""});
  EXPECT_CONTAINS(html, "<caption>Users</caption>");
  EXPECT_CONTAINS(html, "<td role=\"cell\" data-label=\"Name\"><div>Ada</div></td>");
  EXPECT_CONTAINS(html, "data-label=\"State\"><div><span class=\"badge waiting\">pending</span></div></td>");
  EXPECT_LACKS(html, "beyond");
  EXPECT_EQ(table({"Users", {"Name"}, {}, "Nobody yet."}).str(), "<p class=\"hint\">Nobody yet.</p>");
}

TEST(Pagination, leaves_out_what_is_not_there) {
  EXPECT_TRUE(pagination({}).empty());
  const Html html = pagination({"", "/a?page=3&x=1", "1 to 50"});
  EXPECT_LACKS(html, "prev");
  EXPECT_CONTAINS(html, "<a rel=\"next\" href=\"/a?page=3&amp;x=1\">");
}

TEST(Steps, say_in_words_what_the_colour_says) {
  const Html html = steps({{Step::State::done, "In", {}},
                           {Step::State::current, "Approval", "asked"},
                           {Step::State::ahead, "Sign", {}}});
  EXPECT_CONTAINS(html, "<li class=\"done\"><span class=\"unseen\">Done: </span><strong>In</strong></li>");
  EXPECT_CONTAINS(html, "<li class=\"current\" aria-current=\"step\">");
  EXPECT_CONTAINS(html, "Later: ");
}

TEST(Notice, an_error_is_announced) {
  EXPECT_CONTAINS(notice(NoticeKind::error, "No", "Try again"), "role=\"alert\"");
  EXPECT_CONTAINS(notice(NoticeKind::info, "Yes"), "role=\"note\"");
}

TEST(TimeText, is_utc_and_exact_inside) {
  EXPECT_EQ(time_text(from_unix_seconds(1'795'539'744)).str(),
            "<time datetime=\"2026-11-24T17:02:24Z\">24 Nov 2026, 17:02 UTC</time>");
}

TEST(Pieces, escape_every_word_that_they_take) {
  const std::vector<Html> pieces{
      button({kHostile, Emphasis::primary, kHostile, kHostile}),
      button_link(kHostile, kHostile),
      text_link(kHostile, kHostile),
      post_form({kHostile, kHostile, {{kHostile, kHostile}}}, kHostile),
      search_form(kHostile, kHostile),
      text_field({kHostile, kHostile, kHostile, kHostile, kHostile, TextField::Type::text, kHostile}),
      text_field({kHostile, kHostile, kHostile, kHostile, kHostile, TextField::Type::many_lines, kHostile}),
      select_field(kHostile, kHostile, {{kHostile, kHostile}}, kHostile),
      check_box(kHostile, kHostile, kHostile, kHostile),
      notice(NoticeKind::warning, kHostile, kHostile),
      hint(kHostile),
      badge(Tone::bad, kHostile),
      definitions({{kHostile, kHostile}}),
      plain_list({kHostile}),
      table({kHostile, {kHostile}, {{kHostile}}, kHostile}),
      table({kHostile, {kHostile}, {}, kHostile}),
      pagination({kHostile, kHostile, kHostile}),
      cards({{kHostile, kHostile, kHostile}}),
      steps({{Step::State::done, kHostile, kHostile}}),
      code(kHostile),
      copyable(kHostile),
      more(kHostile, kHostile),
  };
  for (const Html& piece : pieces) {
    EXPECT_LACKS(piece, "<script");
    EXPECT_LACKS(piece, "\"\">");
    EXPECT_LACKS(piece, "style=");
  }
}

}  // namespace
}  // namespace lanyard::view
