#include <gtest/gtest.h>

#include "platform/terminal/commands.h"
#include "platform/terminal/manual.h"
#include "platform/terminal/output.h"

namespace lanyard::terminal {
namespace {

Program program() {
  Program p;
  p.name = "tool";
  p.sentence = "does things";
  p.common = {{"json", "[FIELDS]", "JSON"}, {"quiet", "", "ids only", 'q'}};
  p.commands = {
      {"user list",
       "Lists people",
       {},
       {{"state", "STATE", "only these"}, {"field", "F", "more", '\0', true}},
       {},
       "",
       {}},
      {"user show", "Shows one", {{"WHO", "the person"}}, {}, {}, "", {}},
      {"add", "Adds", {{"WHAT", "things", true, true}}, {}, {}, "", {}},
  };
  return p;
}

constexpr Manual kManual{
    .name = "prog", .version = "1.2", .date = "2026-01-02", .see_also = "other(8), third.yaml(5)"};

Result<Given> given(std::vector<std::string> words) {
  static const Program p = program();
  return read(p, words);
}

TEST(Commands, longest_words_win_and_arguments_follow) {
  const auto g = given({"user", "show", "mia"});
  ASSERT_TRUE(g.ok());
  EXPECT_EQ(g->command->words, "user show");
  EXPECT_EQ(g->argument(0), "mia");
  EXPECT_EQ(g->argument(1), "");
}

TEST(Commands, flags_in_every_spelling) {
  const auto g = given({"user", "list", "--state=pending", "--json", "-q", "--field", "a", "--field=b"});
  ASSERT_TRUE(g.ok()) << g.error().message;
  EXPECT_EQ(g->value_or("state", ""), "pending");
  EXPECT_TRUE(g->has("json"));
  EXPECT_EQ(g->value_or("json", "x"), "");
  EXPECT_TRUE(g->has("quiet"));
  EXPECT_EQ(g->values("field"), (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(given({"user", "list", "--json=id,state"})->value_or("json", ""), "id,state");
}

TEST(Commands, what_does_not_fit_is_named_with_what_would) {
  EXPECT_NE(given({"user", "list", "--stat", "x"}).error().hint.find("--state"), std::string::npos);
  EXPECT_NE(given({"usr", "list"}).error().hint.find("user list"), std::string::npos);
  EXPECT_NE(given({"user", "show"}).error().message.find("WHO is missing"), std::string::npos);
  EXPECT_NE(given({"user", "show", "a", "b"}).error().message.find("one word too many"), std::string::npos);
  EXPECT_FALSE(given({"user", "list", "--state"}).ok());
  EXPECT_FALSE(given({"user", "list", "--state", "a", "--state", "b"}).ok());
  EXPECT_FALSE(given({"user", "list", "--quiet=yes"}).ok());
  EXPECT_FALSE(given({}).ok());
}

TEST(Commands, after_two_dashes_nothing_is_a_flag) {
  const auto g = given({"add", "a", "--", "--json", "-q"});
  ASSERT_TRUE(g.ok());
  EXPECT_EQ(g->rest(0), (std::vector<std::string>{"a", "--json", "-q"}));
}

TEST(Commands, everything_is_written_from_the_table) {
  const Program p = program();
  for (const std::string& text :
       {help(p), man_page(p, kManual), reference(p), completion(p, "bash"), completion(p, "fish")}) {
    EXPECT_NE(text.find("user"), std::string::npos);
    EXPECT_NE(text.find("list"), std::string::npos);
  }
  EXPECT_NE(help(p, p.commands[0]).find("--state STATE"), std::string::npos);
  EXPECT_NE(help(p, p.commands[0]).find("--json[=FIELDS]"), std::string::npos);
}

TEST(Manual, is_made_from_the_table_and_nothing_in_it_is_a_command_of_the_formatter) {
  Program p = program();
  p.commands[0].sentence = ".so /etc/passwd";
  p.commands[0].more = "First \\n one\n.PP\n'quoted\n\nSecond";
  const std::string page = man_page(p, kManual);
  EXPECT_TRUE(page.starts_with(".TH \"PROG\" 1 \"2026-01-02\" \"Lanyard 1.2\" \"Lanyard\"\n.SH NAME\n"));
  EXPECT_NE(page.find("\n\\&.so /etc/passwd.\n"), std::string::npos) << page;
  EXPECT_NE(page.find("First \\en one \\&.PP \\&'quoted\n.PP\nSecond\n"), std::string::npos) << page;
  EXPECT_NE(page.find(".TP\n\\fB\\-\\-state\\fR \\fISTATE\\fR\n"), std::string::npos) << page;
  EXPECT_NE(page.find("\\fB\\-\\-json\\fR[=\\fIFIELDS\\fR]"), std::string::npos) << page;
  EXPECT_TRUE(page.ends_with(".SH SEE ALSO\n.BR other (8) ,\n.BR third.yaml (5)\n"));
}

TEST(Manual, is_made_from_markdown) {
  const std::string page = man_page("a file", R"(# Title

One `--flag` and **strong**, *stressed*, [a link](there.md), [x](y).
.goes on

## Its keys: `part`

- first
  item
- second

| key | type | default | meaning |
|---|---|---|---|
| `a_b` | text | `"x"` | This \| that. |
| `c` | number | *required* | Needed. |

```yaml
a: "\d"
.b: -1
```
)",
                                    kManual);
  for (const char* part :
       {"One \\fB\\-\\-flag\\fR and \\fBstrong\\fR, \\fIstressed\\fR, a link, x. .goes on\n",
        ".SH \"ITS KEYS: PART\"\n", ".IP \\(bu 2\nfirst item\n.IP \\(bu 2\nsecond\n",
        ".TP\n\\fBa_b\\fR\ntext, default \\fB\"x\"\\fR.\n.br\nThis | that.\n",
        ".TP\n\\fBc\\fR\nnumber, required.\n.br\nNeeded.\n", "\na: \"\\ed\"\n\\&.b: \\-1\n"})
    EXPECT_NE(page.find(part), std::string::npos) << part << "\nin\n" << page;
  EXPECT_EQ(page.find("Title"), std::string::npos);
}

TEST(Output, tables_for_people_and_for_programs) {
  const std::vector<json::Object> rows{{{"id", "a1"}, {"state", "pending"}},
                                       {{"id", "b22"}, {"state", nullptr}}};
  const std::vector<Column> columns{{"ID", "id"}, {"STATE", "state"}};
  EXPECT_EQ(table(columns, rows, true), "ID   STATE\na1   pending\nb22  -\n");
  EXPECT_EQ(table(columns, rows, false), "a1\tpending\nb22\t-\n");
}

TEST(Output, attack_147_names_can_not_move_the_cursor) {
  EXPECT_EQ(harmless("a\x1b[2Jb\n\xC2\x9B"), "a\xEF\xBF\xBD[2Jb\xEF\xBF\xBD\xEF\xBF\xBD");
  EXPECT_EQ(harmless("Zoë"), "Zoë");
}

TEST(Output, json_members_are_chosen_and_unknown_ones_named) {
  const json::Value list(json::Array{json::Object{{"id", "a"}, {"state", "active"}}});
  EXPECT_EQ(*json_text(list, "id", false), "[{\"id\":\"a\"}]\n");
  EXPECT_NE(json_text(list, "nope", false).error().hint.find("state"), std::string::npos);
}

}  // namespace
}  // namespace lanyard::terminal
