#include "cli/findings.h"

#include <iostream>

#include "base/json.h"
#include "base/text.h"
#include "platform/terminal/output.h"

namespace lanyard::cli {
namespace {

constexpr std::size_t kStep = 14;

std::string padded(std::string_view text, std::size_t width) {
  std::string out(text);
  if (out.size() < width) out.append(width - out.size(), ' ');
  return out;
}

}  // namespace

void Findings::line(std::string_view mark, std::string_view step, const std::string& text,
                    const std::string& mend) {
  ++steps_;
  if (as_json_) {
    json::Object object{{"event", "step"},
                        {"step", step},
                        {"passed", mark == "--" ? json::Value() : json::Value(mark == "ok")},
                        {"saw", text},
                        {"mend", mend.empty() ? json::Value() : json::Value(mend)}};
    std::cout << json::write(object) << std::endl;
    return;
  }
  std::cout << mark << "  " << padded(step, kStep) << " " << terminal::harmless(text) << "\n";
  if (!mend.empty()) std::cout << padded("", kStep + 5) << "mend: " << terminal::harmless(mend) << "\n";
  std::cout << std::flush;
}

void Findings::good(std::string_view step, const std::string& saw) {
  line("ok", step, saw, "");
}

void Findings::bad(std::string_view step, const Error& error, const std::string& mend) {
  has_failed_ = true;
  const bool said = mend.empty() || error.hint.empty();
  line("NO", step, said ? error.message : cat(error.message, " ", error.hint),
       mend.empty() ? error.hint : mend);
}

void Findings::not_tried(std::string_view step, const std::string& why) {
  line("--", step, why, "");
}

void Findings::detail(std::string_view name, const std::string& value) {
  if (as_json_) {
    std::cout << json::write(json::Object{{"event", "detail"}, {"name", name}, {"value", value}})
              << std::endl;
    return;
  }
  std::cout << padded("", kStep + 5) << terminal::harmless(name) << ": " << terminal::harmless(value)
            << std::endl;
}

void Findings::ask(const std::string& page, const std::string& what) {
  if (as_json_) {
    std::cout << json::write(json::Object{{"event", "open"}, {"url", page}, {"what", what}}) << std::endl;
    return;
  }
  std::cout << "\nOpen this page in your browser and sign in:\n\n  " << page << "\n\n"
            << what << "\n"
            << std::endl;
}

int Findings::exit() const {
  const auto code = has_failed_ ? terminal::Exit::failed : terminal::Exit::done;
  if (as_json_) {
    std::cout << json::write(json::Object{{"event", "done"}, {"passed", !has_failed_}}) << std::endl;
  } else {
    std::cout << (has_failed_ ? "It does not work yet: see NO.\n" : "It works.\n") << std::flush;
  }
  return static_cast<int>(code);
}

}  // namespace lanyard::cli
