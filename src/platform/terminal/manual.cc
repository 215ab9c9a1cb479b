#include "platform/terminal/manual.h"

#include <utility>

#include "base/text.h"
#include "platform/terminal/roff.h"

namespace lanyard::terminal {
namespace {

std::string written(const Flag& flag) {
  std::string text =
      cat(flag.letter != '\0' ? cat("\\fB", roff::literal(cat("-", flag.letter)), "\\fR, ") : "", "\\fB",
          roff::literal(cat("--", flag.name)), "\\fR");
  if (flag.value.starts_with('['))
    return cat(text, "[=\\fI", roff::plain(flag.value.substr(1, flag.value.size() - 2)), "\\fR]");
  if (!flag.value.empty()) text += cat(" \\fI", roff::plain(flag.value), "\\fR");
  return text;
}

std::string flags_of(const std::vector<Flag>& flags) {
  std::string out;
  for (const Flag& flag : flags)
    out += cat(".TP\n", written(flag), "\n", roff::fill(roff::plain(flag.sentence)), "\n");
  return out;
}

std::string paragraphs(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const std::size_t end = text.find("\n\n");
    out += cat(".PP\n", roff::fill(roff::plain(text.substr(0, end))), "\n");
    text = end == std::string_view::npos ? "" : text.substr(end + 2);
  }
  return out;
}

std::string section_of(const Program& program, const Command& command) {
  std::string words = cat(program.name, " ", command.words);
  for (const Argument& argument : command.arguments) {
    const std::string name = cat(argument.name, argument.rest ? "..." : "");
    words += argument.required ? cat(" ", name) : cat(" [", name, "]");
  }
  std::string out =
      cat(".SS ", roff::quoted(words), "\n", roff::fill(cat(roff::plain(command.sentence), ".")), "\n");
  out += paragraphs(command.more);
  for (const Argument& argument : command.arguments)
    out += cat(".TP\n\\fI", roff::plain(argument.name), "\\fR\n", roff::fill(roff::plain(argument.sentence)),
               "\n");
  out += flags_of(command.flags);
  for (const Example& example : command.examples)
    out += cat(".PP\n", roff::fill(cat("Example: ", roff::plain(example.sentence), ":")), "\n.PP\n",
               roff::block(example.command));
  return out;
}

std::string last_section(std::string_view see_also) {
  std::string out = ".SH SEE ALSO\n";
  for (const std::string_view word : split_words(see_also)) {
    const bool more = word.ends_with(',');
    const std::string_view page = more ? word.substr(0, word.size() - 1) : word;
    const std::size_t open = page.find('(');
    out += cat(".BR ", roff::literal(page.substr(0, open)), " ", page.substr(open), more ? " ," : "", "\n");
  }
  return out;
}

std::string upper(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  return out;
}

// Lines of Markdown, one construct after the other.
class Converter {
 public:
  explicit Converter(std::string_view markdown) : lines_(split(markdown, '\n')) {}

  std::string run() {
    bool has_title = false;
    while (at_ < lines_.size()) {
      const std::string_view line = lines_[at_];
      if (line.starts_with("# ") && !has_title) {
        has_title = true;
        ++at_;
      } else if (line.starts_with("#")) {
        heading(line);
      } else if (line.starts_with("```")) {
        fence();
      } else if (line.starts_with("|")) {
        table();
      } else if (line.starts_with("- ")) {
        item();
      } else if (trim(line).empty()) {
        ++at_;
      } else {
        paragraph();
      }
    }
    return std::move(out_);
  }

 private:
  void heading(std::string_view line) {
    const std::size_t level = line.find_first_not_of('#');
    std::string text;
    for (const char c : trim(line.substr(level)))
      if (c != '`') text += c;
    out_ += level == 2 ? cat(".SH ", roff::quoted(upper(text)), "\n") : cat(".SS ", roff::quoted(text), "\n");
    is_apart_ = true;
    ++at_;
  }

  // A heading keeps its distance by itself.
  std::string_view apart() { return std::exchange(is_apart_, false) ? "" : ".PP\n"; }

  void fence() {
    std::string text;
    for (++at_; at_ < lines_.size() && !lines_[at_].starts_with("```"); ++at_) text += cat(lines_[at_], "\n");
    ++at_;
    out_ += cat(apart(), roff::block(text));
  }

  static std::vector<std::string_view> cells(std::string_view line) {
    std::vector<std::string_view> found;
    std::size_t from = 1;
    for (std::size_t i = 1; i < line.size(); ++i) {
      if (line[i] != '|' || line[i - 1] == '\\') continue;
      found.push_back(trim(line.substr(from, i - from)));
      from = i + 1;
    }
    return found;
  }

  // The first cell is the tag; the last one explains it, and those between stand in front.
  void table() {
    is_apart_ = false;
    at_ += 2;  // titles and the line below them
    for (; at_ < lines_.size() && lines_[at_].starts_with("|"); ++at_) {
      const auto row = cells(lines_[at_]);
      if (row.empty()) continue;
      out_ += cat(".TP\n", roff::inline_markdown(row.front()), "\n");
      std::vector<std::string> between;
      for (std::size_t i = 1; i + 1 < row.size(); ++i) between.push_back(std::string(row[i]));
      if (!between.empty()) {
        std::string text = between.front();
        if (between.size() > 1)
          text += between[1] == "*required*" ? ", required" : cat(", default ", between[1]);
        out_ += cat(roff::fill(cat(roff::inline_markdown(text), ".")), "\n.br\n");
      }
      if (row.size() > 1) out_ += cat(roff::fill(roff::inline_markdown(row.back())), "\n");
    }
  }

  bool goes_on() const {
    const std::string_view line = lines_[at_];
    return !trim(line).empty() && !line.starts_with("- ") && !line.starts_with("#") &&
           !line.starts_with("|") && !line.starts_with("```");
  }

  std::string text_from(std::string first) {
    for (++at_; at_ < lines_.size() && goes_on(); ++at_) first += cat(" ", trim(lines_[at_]));
    return roff::fill(roff::inline_markdown(first));
  }

  void item() {
    is_apart_ = false;
    out_ += cat(".IP \\(bu 2\n", text_from(std::string(lines_[at_].substr(2))), "\n");
  }
  void paragraph() { out_ += cat(apart(), text_from(std::string(trim(lines_[at_]))), "\n"); }

  std::vector<std::string_view> lines_;
  std::size_t at_ = 0;
  bool is_apart_ = true;
  std::string out_;
};

}  // namespace

std::string man_page(const Program& program, const Manual& manual) {
  std::string out =
      roff::page_start(manual.name, manual.section, manual.date, manual.version, program.sentence);
  out += cat(".SH SYNOPSIS\n.B ", roff::literal(program.name), "\n.I COMMAND\n[flags]\n.SH COMMANDS\n");
  for (const Command& command : program.commands) out += section_of(program, command);
  if (!program.common.empty()) out += cat(".SH FLAGS FOR ALL COMMANDS\n", flags_of(program.common));
  for (const Topic& topic : program.topics)
    out += cat(".SH ", roff::quoted(topic.name == "exit-codes" ? "EXIT STATUS" : upper(topic.sentence)), "\n",
               roff::block(topic.text));
  return out + last_section(manual.see_also);
}

std::string man_page(std::string_view sentence, std::string_view markdown, const Manual& manual) {
  return cat(roff::page_start(manual.name, manual.section, manual.date, manual.version, sentence),
             ".SH DESCRIPTION\n", Converter(markdown).run(), last_section(manual.see_also));
}

}  // namespace lanyard::terminal
