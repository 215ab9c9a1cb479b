// What a command line program offers, as one table: words, arguments, flags, examples. Reading the command
// line, --help, the man page, completion and the web reference are all made from it, so that none of them can
// differ.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace lanyard::terminal {

// As in `help exit-codes`.
enum class Exit {
  done = 0,
  failed = 1,
  usage = 2,
  not_found = 3,
  not_signed_in = 4,
  not_permitted = 5,
  conflict = 6,
  not_reachable = 7,
  interrupted = 130,
};
Exit exit_for(Code code);

struct Flag {
  std::string_view name;  // "json", written --json
  std::string_view
      value;  // "FIELDS"; "" : a switch; "[FIELDS]": the value may be left out (then only as --json=VALUE)
  std::string_view sentence;
  char letter = '\0';  // 'q' for -q
  bool repeats = false;
};

struct Argument {
  std::string_view name;  // "EMAIL"
  std::string_view sentence;
  bool required = true;
  bool rest = false;  // takes all that follow; only the last one
};

struct Example {
  std::string_view command;  // complete, as typed
  std::string_view sentence;
};

class Given;

struct Command {
  std::string_view words;     // "user list"
  std::string_view sentence;  // one line
  std::vector<Argument> arguments;
  std::vector<Flag> flags;
  std::vector<Example> examples;
  std::string_view more;  // paragraphs for --help and the man page
  std::function<int(const Given&)> run;
};

struct Topic {  // `help exit-codes`
  std::string_view name, sentence, text;
};

struct Program {
  std::string_view name, sentence;
  std::vector<Command> commands;
  std::vector<Flag> common;  // understood everywhere
  std::vector<Topic> topics;
};

// A command line that fits the table.
class Given {
 public:
  const Command* command = nullptr;
  bool has(std::string_view flag) const;
  std::string value_or(std::string_view flag, std::string_view fallback) const;  // the last one given
  std::vector<std::string> values(std::string_view flag) const;
  std::string argument(std::size_t at) const;  // "" when left out
  std::vector<std::string> rest(std::size_t from) const;

 private:
  friend Result<Given> read(const Program& program, const std::vector<std::string>& words);
  std::vector<std::pair<std::string, std::string>> flags_;
  std::vector<std::string> arguments_;
};

// Code::invalid says which word does not fit and what would ("--stat is not known; did you mean --state?").
Result<Given> read(const Program& program, const std::vector<std::string>& words);

std::string help(const Program& program);  // all commands, a line each
std::string help(const Program& program, const Command& command);
std::string completion(const Program& program,
                       std::string_view shell);  // "bash", "zsh", "fish"; "" for another
std::string reference(const Program& program);   // Markdown

// Reads, answers --help, help, --version, and runs the command. Usage errors go to standard error with exit
// code 2.
int run(const Program& program, std::string_view version, int argc, char** argv);

// error: …, hint: …, request: … on standard error; returns the exit code for it.
int fail(const Error& error, std::string_view request_id = {});

}  // namespace lanyard::terminal
