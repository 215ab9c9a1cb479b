#include "platform/terminal/roff.h"

#include <algorithm>

#include "base/text.h"

namespace lanyard::terminal::roff {
namespace {

constexpr std::string_view kDots = "\xE2\x80\xA6";  // an ellipsis, which not every terminal has

std::string escaped(std::string_view text, std::string_view hyphen) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (text.substr(i).starts_with(kDots)) {
      out += "...";
      i += kDots.size() - 1;
    } else if (c == '\\') {
      out += "\\e";
    } else if (c == '-') {
      out += hyphen;
    } else if (c == '^') {
      out += "\\(ha";
    } else if (c == '~') {
      out += "\\(ti";
    } else if (c == '`') {
      out += "\\(ga";
    } else if (c == '\'' && !hyphen.empty() && hyphen != "-") {
      out += "\\(aq";
    } else {
      out += c;
    }
  }
  return out;
}

// A line that begins with one of these is a command.
std::string guarded(const std::string& line) {
  return line.starts_with('.') || line.starts_with('\'') ? cat("\\&", line) : line;
}

std::string each_line(std::string_view text, std::string_view hyphen) {
  std::string out;
  for (const std::string_view line : split(text, '\n')) {
    if (!out.empty()) out += "\n";
    out += guarded(escaped(line, hyphen));
  }
  return out;
}

// From `at`, which stands behind the opening mark, to the closing one; npos when there is none.
std::size_t closing(std::string_view text, std::size_t at, std::string_view mark) {
  const std::size_t found = text.find(mark, at);
  return found == at ? std::string_view::npos : found;
}

}  // namespace

std::string plain(std::string_view text) {
  return each_line(text, "-");
}

std::string literal(std::string_view text) {
  return each_line(text, "\\-");
}

std::string inline_markdown(std::string_view text) {
  struct Mark {
    std::string_view open, font;
  };
  std::string out;
  std::size_t from = 0;
  const auto flush = [&](std::size_t to) { out += escaped(text.substr(from, to - from), "-"); };
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '\\' && at + 1 < text.size() && text[at + 1] == '|') {  // of a table's cell
      flush(at);
      from = ++at;
      continue;
    }
    if (text[at] == '[') {
      const std::size_t middle = text.find("](", at),
                        end = middle == text.npos ? middle : text.find(')', middle);
      if (end == text.npos) continue;
      flush(at);
      out += escaped(text.substr(at + 1, middle - at - 1), "-");
      at = end;
      from = end + 1;
      continue;
    }
    for (const Mark& mark : {Mark{"`", "\\fB"}, Mark{"**", "\\fB"}, Mark{"*", "\\fI"}}) {
      if (!text.substr(at).starts_with(mark.open)) continue;
      const std::size_t begin = at + mark.open.size(), end = closing(text, begin, mark.open);
      if (end == std::string_view::npos) break;
      flush(at);
      const std::string_view inner = text.substr(begin, end - begin);
      out += cat(mark.font, mark.open == "`" ? escaped(inner, "\\-") : escaped(inner, "-"), "\\fR");
      from = end + mark.open.size();
      at = from - 1;
      break;
    }
  }
  flush(text.size());
  return guarded(out);
}

std::string fill(std::string_view ready) {
  constexpr std::size_t kWidth = 80;
  std::string out, line;
  const auto put = [&] {
    // A word that a command could be made of may have come to the front.
    out += cat(out.empty() ? "" : "\n", guarded(line));
    line.clear();
  };
  std::string text(ready);
  std::ranges::replace(text, '\n', ' ');
  for (const std::string_view word : split_words(text)) {
    if (!line.empty() && line.size() + 1 + word.size() > kWidth - 2) put();
    line += cat(line.empty() ? "" : " ", word);
  }
  if (!line.empty()) put();
  return out;
}

std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : escaped(text, "\\-")) out += c == '"' ? std::string("\\(dq") : std::string(1, c);
  return out + "\"";
}

std::string block(std::string_view text) {
  while (text.ends_with('\n')) text.remove_suffix(1);
  return cat(".nf\n.RS 4\n", literal(text), "\n.RE\n.fi\n");
}

std::string page_start(std::string_view name, int section, std::string_view date, std::string_view version,
                       std::string_view sentence) {
  std::string title(name);
  for (char& c : title)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  return cat(".TH ", quoted(title), " ", section, " \"", date, "\" \"Lanyard ", version,
             "\" \"Lanyard\"\n.SH NAME\n", fill(cat(literal(name), " \\- ", plain(sentence))), "\n");
}

}  // namespace lanyard::terminal::roff
