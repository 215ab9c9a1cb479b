// Manual pages in the man macros (man(7)), which every reader of manual pages takes: made from a table of
// commands, or from a page of ours in Markdown.
#pragma once

#include <string>
#include <string_view>

#include "platform/terminal/commands.h"

namespace lanyard::terminal {

struct Manual {
  std::string_view name;  // "lanyard", "lanyard.yaml"
  int section = 1;        // 1: commands, 5: files, 8: of administrators
  std::string_view version;
  std::string_view date;  // "2026-11-28": a page without one is no good page, and today's differs each day
  std::string_view see_also;  // "lanyardd(8), lanyard.yaml(5)"
};

std::string man_page(const Program& program, const Manual& manual);
// `sentence` says in a line what it is. The Markdown may have headings, paragraphs, lists, tables, fenced
// blocks, `code`, **strong**, *stressed* and links; its first heading is left out, for the page has a name.
std::string man_page(std::string_view sentence, std::string_view markdown, const Manual& manual);

}  // namespace lanyard::terminal
