#include "platform/terminal/commands.h"

#include <algorithm>
#include <iostream>

#include "base/text.h"
#include "platform/terminal/output.h"

namespace lanyard::terminal {

Exit exit_for(Code code) {
  switch (code) {
    case Code::invalid:
      return Exit::usage;
    case Code::unauthenticated:
      return Exit::not_signed_in;
    case Code::forbidden:
      return Exit::not_permitted;
    case Code::not_found:
      return Exit::not_found;
    case Code::conflict:
      return Exit::conflict;
    case Code::unavailable:
      return Exit::not_reachable;
    case Code::expired:
    case Code::too_large:
    case Code::too_many:
    case Code::upstream:
    case Code::internal:
      return Exit::failed;
  }
  return Exit::failed;
}

bool Given::has(std::string_view flag) const {
  return std::ranges::any_of(flags_, [&](const auto& one) { return one.first == flag; });
}

std::string Given::value_or(std::string_view flag, std::string_view fallback) const {
  const auto all = values(flag);
  return all.empty() ? std::string(fallback) : all.back();
}

std::vector<std::string> Given::values(std::string_view flag) const {
  std::vector<std::string> found;
  for (const auto& [name, value] : flags_) {
    if (name == flag) found.push_back(value);
  }
  return found;
}

std::string Given::argument(std::size_t at) const {
  return at < arguments_.size() ? arguments_[at] : std::string();
}

std::vector<std::string> Given::rest(std::size_t from) const {
  if (from >= arguments_.size()) return {};
  return {arguments_.begin() + static_cast<std::ptrdiff_t>(from), arguments_.end()};
}

namespace {

// Edits between two words, for "did you mean".
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t before = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t here = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, before + (a[i - 1] == b[j - 1] ? 0U : 1U)});
      before = here;
    }
  }
  return row[b.size()];
}

std::string nearest(std::string_view word, const std::vector<std::string>& known) {
  std::string best;
  std::size_t least = word.size() / 3 + 2;
  for (const std::string& one : known) {
    const std::size_t edits = distance(word, one);
    if (edits < least) {
      least = edits;
      best = one;
    }
  }
  return best;
}

const Command* find_command(const Program& program, const std::vector<std::string>& words,
                            std::size_t& used) {
  const Command* best = nullptr;
  used = 0;
  for (const Command& command : program.commands) {
    const auto wanted = split_words(command.words);
    const bool fits =
        wanted.size() <= words.size() && std::equal(wanted.begin(), wanted.end(), words.begin());
    if (fits && wanted.size() > used) {
      best = &command;
      used = wanted.size();
    }
  }
  return best;
}

Error unknown_command(const Program& program, const std::vector<std::string>& words) {
  std::vector<std::string> known;
  for (const Command& command : program.commands) known.emplace_back(command.words);
  const std::string typed = words.size() > 1 ? cat(words[0], " ", words[1]) : words[0];
  const std::string guess = nearest(typed, known);
  return make_error(Code::invalid,
                    cat("\"", harmless(words[0]), "\" is not a command that ", program.name, " knows here."),
                    guess.empty() ? cat(program.name, " --help lists them")
                                  : cat("did you mean: ", program.name, " ", guess, "?"));
}

const Flag* find_flag(const Program& program, const Command& command, std::string_view name, char letter) {
  for (const auto* list : {&command.flags, &program.common}) {
    for (const Flag& flag : *list) {
      if (letter != '\0' ? flag.letter == letter : flag.name == name) return &flag;
    }
  }
  return nullptr;
}

Error unknown_flag(const Program& program, const Command& command, std::string_view typed) {
  std::vector<std::string> known;
  for (const auto* list : {&command.flags, &program.common}) {
    for (const Flag& flag : *list) known.push_back(cat("--", flag.name));
  }
  const std::string guess = nearest(typed, known);
  return make_error(
      Code::invalid, cat(harmless(typed), " is not known to ", program.name, " ", command.words, "."),
      guess.empty() ? cat(program.name, " ", command.words, " --help") : cat("did you mean ", guess, "?"));
}

std::string usage_line(const Program& program, const Command& command) {
  std::string line = cat(program.name, " ", command.words);
  for (const Argument& argument : command.arguments) {
    const std::string name = cat(argument.name, argument.rest ? "…" : "");
    line += argument.required ? cat(" ", name) : cat(" [", name, "]");
  }
  if (!command.flags.empty()) line += " [flags]";
  return line;
}

}  // namespace

Result<Given> read(const Program& program, const std::vector<std::string>& words) {
  Given given;
  std::size_t at = 0;
  given.command = find_command(program, words, at);
  if (given.command == nullptr) {
    if (words.empty())
      return make_error(Code::invalid, "No command was given.", cat(program.name, " --help lists them"));
    return unknown_command(program, words);
  }
  const Command& command = *given.command;
  bool only_arguments = false;
  for (; at < words.size(); ++at) {
    const std::string& word = words[at];
    if (only_arguments || word.size() < 2 || word[0] != '-') {
      given.arguments_.push_back(word);
      continue;
    }
    if (word == "--") {
      only_arguments = true;
      continue;
    }
    const bool is_long = word[1] == '-';
    const std::size_t equals = is_long ? word.find('=') : std::string::npos;
    const std::string name =
        is_long ? word.substr(2, equals == std::string::npos ? std::string::npos : equals - 2)
                : std::string();
    if (!is_long && word.size() != 2) return unknown_flag(program, command, word);
    const Flag* flag = find_flag(program, command, name, is_long ? '\0' : word[1]);
    if (flag == nullptr) return unknown_flag(program, command, is_long ? cat("--", name) : word);
    std::string value;
    if (equals != std::string::npos) {
      if (flag->value.empty()) return make_error(Code::invalid, cat("--", flag->name, " takes no value."));
      value = word.substr(equals + 1);
    } else if (!flag->value.empty() && flag->value[0] != '[') {
      if (at + 1 == words.size())
        return make_error(Code::invalid, cat("--", flag->name, " needs a value: ", flag->value, "."));
      value = words[++at];
    }
    if (!flag->repeats && given.has(flag->name))
      return make_error(Code::invalid, cat("--", flag->name, " was given twice."));
    given.flags_.emplace_back(flag->name, std::move(value));
  }
  const std::size_t least =
      static_cast<std::size_t>(std::ranges::count_if(command.arguments, &Argument::required));
  const bool has_rest = !command.arguments.empty() && command.arguments.back().rest;
  if (given.arguments_.size() < least) {
    return make_error(Code::invalid, cat(command.arguments[given.arguments_.size()].name, " is missing."),
                      cat("usage: ", usage_line(program, command)));
  }
  if (given.arguments_.size() > command.arguments.size() && !has_rest) {
    return make_error(
        Code::invalid,
        cat("\"", harmless(given.arguments_[command.arguments.size()]), "\" is one word too many."),
        cat("usage: ", usage_line(program, command)));
  }
  return given;
}

int fail(const Error& error, std::string_view request_id) {
  std::string text = cat("error: ", harmless(error.message), "\n");
  if (!error.hint.empty()) text += cat("hint: ", harmless(error.hint), "\n");
  if (!request_id.empty()) text += cat("request: ", harmless(request_id), "\n");
  std::cerr << text;
  return static_cast<int>(exit_for(error.code));
}

int run(const Program& program, std::string_view version, int argc, char** argv) {
  std::vector<std::string> words(argv + 1, argv + argc);
  const auto asks_help = [](const std::string& word) { return word == "--help" || word == "-h"; };
  if (words.empty()) {
    std::cerr << help(program);
    return static_cast<int>(Exit::usage);
  }
  if (words[0] == "--version") {
    std::cout << program.name << " " << version << "\n";
    return 0;
  }
  const auto end_of_flags = std::ranges::find(words, "--");
  const bool wants_help = std::any_of(words.begin(), end_of_flags, asks_help) || words[0] == "help";
  if (wants_help) {
    std::erase_if(words, [&](const std::string& word) { return asks_help(word); });
    if (!words.empty() && words[0] == "help") words.erase(words.begin());
    for (const Topic& topic : program.topics) {
      if (words.size() == 1 && words[0] == topic.name) {
        std::cout << topic.text;
        return 0;
      }
    }
    std::size_t used = 0;
    const Command* command = find_command(program, words, used);
    if (command == nullptr && !words.empty()) {
      // "user --help": the commands that begin with it.
      Program part = program;
      std::erase_if(part.commands, [&](const Command& one) { return split_words(one.words)[0] != words[0]; });
      if (part.commands.empty()) return fail(unknown_command(program, words));
      std::cout << help(part);
      return 0;
    }
    std::cout << (command != nullptr ? help(program, *command) : help(program));
    return 0;
  }
  auto given = read(program, words);
  if (!given) return fail(given.error());
  return given->command->run(*given);
}

}  // namespace lanyard::terminal
