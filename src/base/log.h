// Structured log: one event a line, JSON, to standard error. Values are escaped, so a person's name can not
// forge a line. Secrets have no way in: a field takes text and numbers, and Secret converts to neither.
#pragma once

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>

namespace lanyard {

class Clock;

enum class Level { debug, info, warning, error };

struct Field {
  std::string_view key;
  std::variant<std::string_view, std::int64_t, double, bool> value;
  template <class T>
  requires std::is_arithmetic_v<T> || std::is_convertible_v<T, std::string_view> Field(std::string_view k,
                                                                                       T v)
      : key(k) {
    if constexpr (std::is_same_v<T, bool>) {
      value = v;
    } else if constexpr (std::is_integral_v<T>) {
      value = static_cast<std::int64_t>(v);
    } else if constexpr (std::is_floating_point_v<T>) {
      value = static_cast<double>(v);
    } else {
      value = std::string_view(v);
    }
  }
  Field(std::string_view k, const std::string& v) : key(k), value(std::string_view(v)) {}
};

// Thread-safe. The sink receives complete lines with their newlines, nearly always one.
class Log {
 public:
  using Sink = std::function<void(std::string_view line)>;
  Log(const Clock& clock, Level least, Sink sink);
  // {"at":"…","level":"info","event":"account.approved", fields…}. Never throws.
  void event(Level level, std::string_view name, std::initializer_list<Field> fields = {}) const;
  void debug(std::string_view name, std::initializer_list<Field> fields = {}) const {
    event(Level::debug, name, fields);
  }
  void info(std::string_view name, std::initializer_list<Field> fields = {}) const {
    event(Level::info, name, fields);
  }
  void warning(std::string_view name, std::initializer_list<Field> fields = {}) const {
    event(Level::warning, name, fields);
  }
  void error(std::string_view name, std::initializer_list<Field> fields = {}) const {
    event(Level::error, name, fields);
  }

  // The same level and clock, for lines that another sink collects.
  Log with_sink(Sink sink) const { return {clock_, least_, std::move(sink)}; }
  // Lines that were collected. Never throws.
  void write(std::string_view lines) const;

  static Sink to_stderr();  // one write(2) for what it is given

 private:
  const Clock& clock_;
  Level least_;
  Sink sink_;
};

}  // namespace lanyard
