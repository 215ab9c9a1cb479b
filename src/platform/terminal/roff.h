// Text as man(7) wants it: nothing in it is taken for a command of the formatter. Only for manual*.cc.
#pragma once

#include <string>
#include <string_view>

namespace lanyard::terminal::roff {

// Plain text: backslashes, and a dot or quote where a line begins.
std::string plain(std::string_view text);
// As typed by somebody: hyphens stay hyphens, so that a line can be copied.
std::string literal(std::string_view text);
// Inside one line of Markdown: `code`, **strong**, *stressed*, [links](to).
std::string inline_markdown(std::string_view text);
// Text that is ready, in lines of at most 80 bytes where words allow it.
std::string fill(std::string_view ready);
// An argument of a macro, in quotes.
std::string quoted(std::string_view text);
// Lines that are shown as they stand.
std::string block(std::string_view text);
std::string page_start(std::string_view name, int section, std::string_view date, std::string_view version,
                       std::string_view sentence);

}  // namespace lanyard::terminal::roff
