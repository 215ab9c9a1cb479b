// What a test sees, line by line, as it happens: for people, or one JSON object a line.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "platform/terminal/commands.h"

namespace lanyard::cli {

class Findings {
 public:
  explicit Findings(bool as_json) : as_json_(as_json) {}

  void good(std::string_view step, const std::string& saw);
  // `mend` says what to do; without it the error's own hint stands there.
  void bad(std::string_view step, const Error& error, const std::string& mend = "");
  void not_tried(std::string_view step, const std::string& why);
  void detail(std::string_view name, const std::string& value);  // belongs to the step before
  // For whoever has to do something: the page to open, with what to do there.
  void ask(const std::string& page, const std::string& what);

  bool has_failed() const { return has_failed_; }
  int exit() const;  // and says in one line how it went

 private:
  void line(std::string_view mark, std::string_view step, const std::string& text, const std::string& mend);
  bool as_json_;
  bool has_failed_ = false;
  int steps_ = 0;
};

}  // namespace lanyard::cli
