#include "base/log.h"

#include <unistd.h>

#include <cerrno>
#include <new>

#include "base/json.h"
#include "base/text.h"
#include "base/time.h"

namespace lanyard {
namespace {

constexpr std::size_t kLongestValue = 4096;  // one hostile header must not fill a disk

std::string_view to_string(Level level) {
  switch (level) {
    case Level::debug:
      return "debug";
    case Level::info:
      return "info";
    case Level::warning:
      return "warning";
    case Level::error:
      return "error";
  }
  return "error";
}

std::string with_millis(Time now) {
  std::string text = format_rfc3339(now);
  const auto part =
      std::chrono::floor<std::chrono::milliseconds>(now - std::chrono::floor<std::chrono::seconds>(now));
  const std::string millis = std::to_string(1000 + part.count());
  text.back() = '.';
  text.append(millis, 1).push_back('Z');
  return text;
}

void append_text(std::string& line, std::string_view text) {
  if (text.size() <= kLongestValue) {
    json::append_quoted(line, text);
  } else {
    json::append_quoted(line, cat(cut_utf8(text, kLongestValue), "…"));
  }
}

struct Appender {
  std::string& line;
  void operator()(std::string_view text) const { append_text(line, text); }
  void operator()(std::int64_t number) const { json::append(line, number); }
  void operator()(double number) const { json::append(line, number); }
  void operator()(bool flag) const { line.append(flag ? "true" : "false"); }
};

std::string to_line(Time at, Level level, std::string_view name, std::initializer_list<Field> fields) {
  std::string line;
  line.reserve(256);
  line.append("{\"at\":\"").append(with_millis(at));
  line.append("\",\"level\":\"").append(to_string(level));
  line.append("\",\"event\":");
  append_text(line, name);
  for (const Field& field : fields) {
    line.push_back(',');
    append_text(line, field.key);
    line.push_back(':');
    std::visit(Appender{line}, field.value);
  }
  line.append("}\n");
  return line;
}

}  // namespace

Log::Log(const Clock& clock, Level least, Sink sink) : clock_(clock), least_(least), sink_(std::move(sink)) {}

// For whom there is no memory to write a line, a short one says that it is missing.
void Log::event(Level level, std::string_view name, std::initializer_list<Field> fields) const {
  if (level < least_) return;
  try {
    try {
      sink_(to_line(clock_.now(), level, name, fields));
    } catch (const std::bad_alloc&) {
      sink_("{\"level\":\"error\",\"event\":\"log.line_missing\",\"cause\":\"no memory\"}\n");
    }
  } catch (...) {  // NOLINT(bugprone-empty-catch): there is nowhere left to say so
  }
}

void Log::write(std::string_view lines) const {
  try {
    if (!lines.empty()) sink_(lines);
  } catch (...) {  // NOLINT(bugprone-empty-catch): there is nowhere left to say so
  }
}

Log::Sink Log::to_stderr() {
  return [](std::string_view line) {
    while (!line.empty()) {
      const ssize_t n = ::write(STDERR_FILENO, line.data(), line.size());
      if (n < 0 && errno == EINTR) continue;
      if (n <= 0) return;  // nowhere left to say so
      line.remove_prefix(static_cast<std::size_t>(n));
    }
  };
}

}  // namespace lanyard
