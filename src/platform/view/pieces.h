// The pieces that pages are put together from. Each takes a small struct of plain values and gives finished
// markup; all of them work without a script.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/time.h"
#include "platform/view/html.h"

namespace lanyard::view {

inline constexpr std::string_view kCsrfField = "csrf";

enum class Emphasis { primary, secondary, danger };
enum class Tone { neutral, good, waiting, bad };
enum class NoticeKind { info, warning, error };

// A submit button. `name` and `value` tell one form's buttons apart and may be empty.
struct Button {
  std::string label;
  Emphasis emphasis = Emphasis::primary;
  std::string name;
  std::string value;
};
Html button(const Button& button);
Html button_link(std::string_view label, std::string_view href, Emphasis emphasis = Emphasis::secondary);
Html button_row(const std::vector<Html>& buttons);  // side by side where there is room
Html text_link(std::string_view label, std::string_view href);

// A form that changes something: always POST, always with the token.
struct PostForm {
  std::string action;
  std::string csrf;
  std::vector<std::pair<std::string, std::string>> hidden;
};
Html post_form(const PostForm& form, const Html& content);
// A form that only asks: GET, no token.
Html search_form(std::string_view action, const Html& content);

struct TextField {
  std::string name;
  std::string label;
  std::string value;
  std::string help;
  std::string error;
  enum class Type { text, password, email, search, number, many_lines } type = Type::text;
  std::string autocomplete;  // "username", "current-password", "one-time-code", …
  std::size_t longest = 0;   // 0: no limit stated
  bool is_required = false;
  bool is_first = false;  // gets the focus when the page opens
};
Html text_field(const TextField& field);

struct Choice {
  std::string value;
  std::string label;
  bool is_chosen = false;
};
Html select_field(std::string_view name, std::string_view label, const std::vector<Choice>& choices,
                  std::string_view help = {});
Html check_box(std::string_view name, std::string_view value, std::string_view label, const Html& help = {},
               bool is_checked = false, bool is_required = false);

Html notice(NoticeKind kind, std::string_view title, const Html& content = {});
Html hint(const Html& content);                // a quiet paragraph
Html badge(Tone tone, std::string_view word);  // the word carries the meaning, the colour repeats it
Html definitions(const std::vector<std::pair<std::string, Html>>& items);
Html plain_list(const std::vector<Html>& items);  // boxed lines, as for "it will be able to"

// Stacks into one block a row on narrow screens. Cells beyond the columns are left out.
struct Table {
  std::string caption;
  std::vector<std::string> columns;
  std::vector<std::vector<Html>> rows;
  std::string when_empty;
};
Html table(const Table& table);

// Links to neighbouring pages; an empty link leaves that side out.
struct Pagination {
  std::string previous;
  std::string next;
  std::string summary;  // "51 to 100 of 230"
};
Html pagination(const Pagination& pages);

// Large links to choose from, as for sign-in providers.
struct Card {
  std::string href;
  std::string title;
  std::string detail;
};
Html cards(const std::vector<Card>& items);

// How far a person has come.
struct Step {
  enum class State { done, current, ahead } state = State::ahead;
  std::string title;
  Html detail;
};
Html steps(const std::vector<Step>& items);

Html code(std::string_view text);      // inside a line
Html copyable(std::string_view text);  // a block of its own that one click or tap selects whole
Html time_text(Time time);             // "24 Nov 2026, 17:02 UTC"
// Hides `content` until asked for.
Html more(std::string_view summary, const Html& content);

}  // namespace lanyard::view
