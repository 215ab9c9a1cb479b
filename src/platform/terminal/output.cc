#include "platform/terminal/output.h"

#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <iostream>

#include "base/text.h"

namespace lanyard::terminal {

bool output_is_terminal() {
  return ::isatty(STDOUT_FILENO) == 1;
}
bool input_is_terminal() {
  return ::isatty(STDIN_FILENO) == 1;
}
bool wants_color() {
  const char* no = std::getenv("NO_COLOR");
  return output_is_terminal() && (no == nullptr || *no == '\0');
}

std::string harmless(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    // C0, DEL, and C1 in UTF-8 (0xC2 0x80…0x9F).
    const bool is_c1 = byte == 0xC2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xA0;
    if (is_control(text[i]) || is_c1) {
      out += "\xEF\xBF\xBD";
      if (is_c1) ++i;
    } else {
      out.push_back(text[i]);
    }
  }
  return out;
}

std::string cell(const json::Value& value) {
  if (value.is_null()) return "-";
  if (const auto* text = value.as_string()) return text->empty() ? "-" : harmless(*text);
  if (const auto* flag = value.as_bool()) return *flag ? "yes" : "no";
  if (const auto* list = value.as_array()) {
    std::vector<std::string> parts;
    for (const json::Value& one : *list) parts.push_back(cell(one));
    return parts.empty() ? "-" : join(parts, ", ");
  }
  return json::write(value);
}

namespace {

const json::Value* member(const json::Object& row, std::string_view path) {
  const std::size_t dot = path.find('.');
  const json::Value* value = row.find(path.substr(0, dot));
  if (dot == std::string_view::npos || value == nullptr) return value;
  return value->as_object() != nullptr ? member(*value->as_object(), path.substr(dot + 1)) : nullptr;
}

std::size_t width(std::string_view text) {  // code points: near enough for columns
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

Result<json::Object> only(const json::Object& object, const std::vector<std::string_view>& members) {
  json::Object kept;
  for (const std::string_view name : members) {
    const json::Value* value = object.find(name);
    if (value == nullptr) {
      std::vector<std::string> known;
      for (const json::Member& one : object) known.push_back(one.name);
      return make_error(Code::invalid, cat("There is no field \"", name, "\"."),
                        cat("known: ", join(known, ", ")));
    }
    kept.set(std::string(name), *value);
  }
  return kept;
}

}  // namespace

std::string table(const std::vector<Column>& columns, const std::vector<json::Object>& rows,
                  bool for_terminal) {
  std::vector<std::vector<std::string>> lines;
  if (for_terminal) {
    lines.emplace_back();
    for (const Column& column : columns) lines.back().emplace_back(column.title);
  }
  for (const json::Object& row : rows) {
    lines.emplace_back();
    for (const Column& column : columns) {
      const json::Value* value = member(row, column.member);
      lines.back().push_back(value == nullptr ? "-" : cell(*value));
    }
  }
  std::vector<std::size_t> widths(columns.size());
  for (const auto& line : lines) {
    for (std::size_t i = 0; i < line.size(); ++i) widths[i] = std::max(widths[i], width(line[i]));
  }
  std::string out;
  for (const auto& line : lines) {
    for (std::size_t i = 0; i < line.size(); ++i) {
      out += line[i];
      const bool last = i + 1 == line.size();
      if (!last) out += for_terminal ? std::string(widths[i] - width(line[i]) + 2, ' ') : "\t";
    }
    out += "\n";
  }
  return out;
}

Result<std::string> json_text(const json::Value& value, std::string_view members, bool for_terminal) {
  json::Value shown = value;
  if (!members.empty()) {
    const auto names = split(members, ',');
    if (const auto* object = value.as_object()) {
      LANYARD_TRY(shown, only(*object, names));
    } else if (const auto* list = value.as_array()) {
      json::Array kept;
      for (const json::Value& one : *list) {
        if (one.as_object() == nullptr) continue;
        LANYARD_TRY(json::Object chosen, only(*one.as_object(), names));
        kept.emplace_back(std::move(chosen));
      }
      shown = std::move(kept);
    }
  }
  return cat(for_terminal ? json::write_pretty(shown) : json::write(shown), "\n");
}

Result<bool> confirm(std::string_view question) {
  if (!input_is_terminal()) {
    return make_error(Code::invalid, "This asks before it acts, and there is no terminal to ask on.",
                      "Say --yes to go on without being asked.");
  }
  std::cerr << question << " [y/N] " << std::flush;
  std::string answer;
  std::getline(std::cin, answer);
  answer = to_lower_ascii(trim(answer));
  return answer == "y" || answer == "yes";
}

namespace {

// The echo comes back whatever happens.
class Unseen {
 public:
  Unseen() : is_set_(::tcgetattr(STDIN_FILENO, &before_) == 0) {
    termios quiet = before_;
    quiet.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    if (is_set_) is_set_ = ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet) == 0;
  }
  ~Unseen() {
    if (is_set_) ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_);
  }
  Unseen(const Unseen&) = delete;
  Unseen& operator=(const Unseen&) = delete;
  bool is_set() const { return is_set_; }

 private:
  termios before_{};
  bool is_set_;
};

}  // namespace

Result<Secret> ask_secret(std::string_view question, std::string_view instead) {
  if (!input_is_terminal())
    return make_error(Code::invalid, "This needs a secret, and there is no terminal to ask on.",
                      std::string(instead));
  std::cerr << question << ": " << std::flush;
  const Unseen unseen;
  if (!unseen.is_set())
    return make_error(Code::invalid, "This terminal can not be kept from showing what is typed.",
                      std::string(instead));
  std::string typed;
  std::getline(std::cin, typed);
  std::cerr << "\n";
  std::string line(trim(typed));
  if (line.empty()) return make_error(Code::invalid, "Nothing was typed.", std::string(instead));
  return Secret(std::move(line));
}

}  // namespace lanyard::terminal
