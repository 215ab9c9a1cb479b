// What programs print: tables for people, tab-separated lines for programs, JSON on request. Data goes to
// standard output, everything else to standard error.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "base/secret.h"

namespace lanyard::terminal {

bool output_is_terminal();
bool input_is_terminal();
bool wants_color();  // a terminal, and NO_COLOR is not set

struct Column {
  std::string_view title;   // "STATE"
  std::string_view member;  // of the JSON object; "a.b" for a member of a member
};

// Aligned with a header on a terminal; otherwise tab-separated without one. Control characters of values are
// shown, not obeyed, so that a name can not move the cursor.
std::string table(const std::vector<Column>& columns, const std::vector<json::Object>& rows,
                  bool for_terminal);

// --json: the whole value, or the listed members ("id,state") of each object. An unknown member is
// Code::invalid and names the known ones.
Result<std::string> json_text(const json::Value& value, std::string_view members, bool for_terminal);

// One cell's text: strings as they are, numbers, yes/no, lists joined by ", ", null as "-".
std::string cell(const json::Value& value);

// Text from outside made harmless for a terminal: control characters become U+FFFD.
std::string harmless(std::string_view text);

// Asks on a terminal; without one it is Code::invalid with a hint to use --yes.
Result<bool> confirm(std::string_view question);

// A line that is typed unseen; Code::invalid without a terminal. `instead` says how else it can be given.
Result<Secret> ask_secret(std::string_view question, std::string_view instead);

}  // namespace lanyard::terminal
