// Everything that is written from the table.
#include <algorithm>

#include "base/text.h"
#include "platform/terminal/commands.h"

namespace lanyard::terminal {
namespace {

// Two columns; the left one is as wide as its longest entry, up to a limit.
std::string columns(const std::vector<std::pair<std::string, std::string>>& rows) {
  std::size_t width = 0;
  for (const auto& [left, right] : rows) width = std::max(width, std::min<std::size_t>(left.size(), 32));
  std::string out;
  for (const auto& [left, right] : rows) {
    out += cat("  ", left);
    if (left.size() > width) {
      out += cat("\n", std::string(width + 4, ' '));
    } else {
      out.append(width - left.size() + 2, ' ');
    }
    out += cat(right, "\n");
  }
  return out;
}

std::string written(const Flag& flag) {
  std::string text = flag.letter != '\0' ? cat("-", flag.letter, ", --", flag.name) : cat("--", flag.name);
  if (flag.value.starts_with('[')) return cat(text, "[=", flag.value.substr(1));
  if (!flag.value.empty()) text += cat(" ", flag.value);
  return text;
}

std::string arguments_of(const Command& command) {
  std::string text;
  for (const Argument& argument : command.arguments) {
    const std::string name = cat(argument.name, argument.rest ? "…" : "");
    text += argument.required ? cat(" ", name) : cat(" [", name, "]");
  }
  return text;
}

std::string flag_rows(const std::vector<Flag>& flags) {
  std::vector<std::pair<std::string, std::string>> rows;
  for (const Flag& flag : flags) rows.emplace_back(written(flag), std::string(flag.sentence));
  return columns(rows);
}

}  // namespace

std::string help(const Program& program) {
  std::string out =
      cat(program.name, ": ", program.sentence, "\n\nusage: ", program.name, " COMMAND [flags]\n\n");
  std::vector<std::pair<std::string, std::string>> rows;
  for (const Command& command : program.commands)
    rows.emplace_back(cat(command.words, arguments_of(command)), std::string(command.sentence));
  out += columns(rows);
  if (!program.common.empty()) out += cat("\nflags for all commands:\n", flag_rows(program.common));
  if (!program.topics.empty()) {
    rows.clear();
    for (const Topic& topic : program.topics)
      rows.emplace_back(cat("help ", topic.name), std::string(topic.sentence));
    out += cat("\nmore help:\n", columns(rows));
  }
  out += cat("\n", program.name, " COMMAND --help says more about one of them.\n");
  return out;
}

std::string help(const Program& program, const Command& command) {
  std::string out = cat(command.sentence, "\n\nusage: ", program.name, " ", command.words,
                        arguments_of(command), command.flags.empty() ? "" : " [flags]", "\n");
  if (!command.more.empty()) out += cat("\n", command.more, "\n");
  if (!command.arguments.empty()) {
    std::vector<std::pair<std::string, std::string>> rows;
    for (const Argument& argument : command.arguments)
      rows.emplace_back(std::string(argument.name), std::string(argument.sentence));
    out += cat("\narguments:\n", columns(rows));
  }
  if (!command.flags.empty()) out += cat("\nflags:\n", flag_rows(command.flags));
  if (!program.common.empty()) out += cat("\nflags for all commands:\n", flag_rows(program.common));
  if (!command.examples.empty()) {
    out += "\nexamples:\n";
    for (const Example& example : command.examples)
      out += cat("  # ", example.sentence, "\n  ", example.command, "\n");
  }
  return out;
}

std::string reference(const Program& program) {
  const auto flags = [](const std::vector<Flag>& list) {
    std::string text = "| flag | meaning |\n|---|---|\n";
    for (const Flag& flag : list) text += cat("| `", written(flag), "` | ", flag.sentence, " |\n");
    return text;
  };
  std::string out = cat("# ", program.name, "\n\n", program.sentence, "\n");
  for (const Command& command : program.commands) {
    out += cat("\n## `", program.name, " ", command.words, arguments_of(command), "`\n\n", command.sentence,
               "\n");
    if (!command.more.empty()) out += cat("\n", command.more, "\n");
    for (const Argument& argument : command.arguments)
      out += cat("\n- `", argument.name, "`: ", argument.sentence);
    if (!command.arguments.empty()) out += "\n";
    if (!command.flags.empty()) out += cat("\n", flags(command.flags));
    for (const Example& example : command.examples)
      out += cat("\n", example.sentence, ":\n\n```sh\n", example.command, "\n```\n");
  }
  if (!program.common.empty()) out += cat("\n## Flags for all commands\n\n", flags(program.common));
  for (const Topic& topic : program.topics)
    out += cat("\n## ", topic.sentence, "\n\n```text\n", topic.text, "```\n");
  return out;
}

std::string completion(const Program& program, std::string_view shell) {
  std::string commands, flags;
  for (const Command& command : program.commands) {
    commands += cat(command.words, "\n");
    for (const Flag& flag : command.flags) flags += cat(" --", flag.name);
  }
  for (const Flag& flag : program.common) flags += cat(" --", flag.name);
  if (shell == "bash") {
    return cat("_", program.name,
               "() {\n  local cur=${COMP_WORDS[COMP_CWORD]} typed=\"${COMP_WORDS[*]:1:COMP_CWORD-1}\"\n",
               "  if [[ $cur == -* ]]; then COMPREPLY=($(compgen -W \"", flags,
               "\" -- \"$cur\")); return; fi\n", "  local next=$(printf '%s' \"$_", program.name,
               "_commands\" | awk -v t=\"$typed\" 'BEGIN{n=split(t,w,\" \")} ",
               "{ok=1; for(i=1;i<=n;i++) if($i!=w[i]) ok=0; if(ok) print $(n+1)}')\n",
               "  COMPREPLY=($(compgen -W \"$next\" -- \"$cur\"))\n}\n_", program.name, "_commands='",
               commands, "'\ncomplete -F _", program.name, " ", program.name, "\n");
  }
  if (shell == "zsh") {
    return cat("#compdef ", program.name, "\nautoload -U +X bashcompinit && bashcompinit\n",
               completion(program, "bash"));
  }
  if (shell == "fish") {
    std::string out;
    for (const Command& command : program.commands) {
      const auto words = split_words(command.words);
      if (words.size() == 1) {
        out += cat("complete -c ", program.name, " -n __fish_use_subcommand -a ", words[0], " -d '",
                   command.sentence, "'\n");
      } else {
        out += cat("complete -c ", program.name, " -n __fish_use_subcommand -a ", words[0], "\n");
        out += cat("complete -c ", program.name, " -n '__fish_seen_subcommand_from ", words[0], "' -a ",
                   words[1], " -d '", command.sentence, "'\n");
      }
    }
    return out;
  }
  return {};
}

}  // namespace lanyard::terminal
