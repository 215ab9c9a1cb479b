#include "base/time.h"

#include <array>

#include "base/text.h"

namespace lanyard {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

struct Unit {
  std::string_view name;
  std::int64_t micros;
};
constexpr std::array<Unit, 5> kUnits{
    {{"d", 86'400'000'000}, {"h", 3'600'000'000}, {"m", 60'000'000}, {"s", 1'000'000}, {"ms", 1'000}}};

Result<std::int64_t> digits(std::string_view text, std::size_t from, std::size_t count) {
  const std::string_view part = text.substr(from, count);
  if (part.size() != count || part.find_first_not_of("0123456789") != std::string_view::npos) {
    return make_error(Code::invalid, "The time has something else where a digit must be.");
  }
  return parse_integer(part);
}

void put_digits(std::string& out, std::size_t at, std::size_t count, unsigned value) {
  for (std::size_t i = at + count; i > at; value /= 10) out[--i] = static_cast<char>('0' + value % 10);
}

}  // namespace

Time SystemClock::now() const {
  return std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now());
}
SteadyTime SystemClock::steady() const {
  return std::chrono::steady_clock::now();
}

std::int64_t to_micros(Time t) {
  return t.time_since_epoch().count();
}
Time from_micros(std::int64_t micros) {
  return Time(Duration(micros));
}
std::int64_t to_unix_seconds(Time t) {
  return std::chrono::floor<seconds>(t).time_since_epoch().count();
}
Time from_unix_seconds(std::int64_t s) {
  return Time(seconds(s));
}

std::string format_rfc3339(Time t) {
  const auto day = std::chrono::floor<days>(t);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(std::chrono::floor<seconds>(t - day));
  const auto year = static_cast<int>(date.year());
  if (year < 0 || year > 9999) return "0000-00-00T00:00:00Z";  // outside what RFC 3339 can say
  std::string out = "0000-00-00T00:00:00Z";
  put_digits(out, 0, 4, static_cast<unsigned>(year));
  put_digits(out, 5, 2, static_cast<unsigned>(date.month()));
  put_digits(out, 8, 2, static_cast<unsigned>(date.day()));
  put_digits(out, 11, 2, static_cast<unsigned>(clock.hours().count()));
  put_digits(out, 14, 2, static_cast<unsigned>(clock.minutes().count()));
  put_digits(out, 17, 2, static_cast<unsigned>(clock.seconds().count()));
  return out;
}

Result<Time> parse_rfc3339(std::string_view text) {
  const Error bad =
      make_error(Code::invalid, cat("\"", cut_utf8(text, 40), "\" is not a time like 2026-11-24T17:02:24Z."));
  if (text.size() < 20 || text[4] != '-' || text[7] != '-' || (text[10] != 'T' && text[10] != 't') ||
      text[13] != ':' || text[16] != ':') {
    return bad;
  }
  const auto year = digits(text, 0, 4), month = digits(text, 5, 2), day = digits(text, 8, 2),
             hour = digits(text, 11, 2), minute = digits(text, 14, 2), second = digits(text, 17, 2);
  if (!year || !month || !day || !hour || !minute || !second) return bad;
  const std::chrono::year_month_day date(std::chrono::year(static_cast<int>(*year)),
                                         std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day)));
  if (!date.ok() || *hour > 23 || *minute > 59 || *second > 59) return bad;
  std::string_view rest = text.substr(19);
  std::int64_t micros = 0;
  if (rest.front() == '.') {
    rest.remove_prefix(1);
    std::size_t n = 0;
    for (; n < rest.size() && rest[n] >= '0' && rest[n] <= '9'; ++n) {
      if (n < 6) micros = micros * 10 + (rest[n] - '0');
    }
    if (n == 0) return bad;
    for (std::size_t i = n; i < 6; ++i) micros *= 10;
    rest.remove_prefix(n);
  }
  if (rest != "Z" && rest != "z") return bad;
  return Time(std::chrono::sys_days(date)) + hours(*hour) + minutes(*minute) + seconds(*second) +
         Duration(micros);
}

Result<Duration> parse_duration(std::string_view text) {
  const std::size_t end = text.find_first_not_of("0123456789");
  const Error bad = make_error(Code::invalid, cat("\"", cut_utf8(text, 40), "\" is not a length of time."),
                               "Write one whole number and a unit: 250ms, 90s, 15m, 12h or 30d.");
  if (end == 0 || end == std::string_view::npos) return bad;
  const auto number = parse_integer(text.substr(0, end));
  if (!number) return bad;
  for (const Unit& unit : kUnits) {
    if (unit.name != text.substr(end)) continue;
    if (*number > 9'000'000'000'000'000'000 / unit.micros) return bad;
    return Duration(*number * unit.micros);
  }
  return bad;
}

std::string format_duration(Duration d) {
  for (const Unit& unit : kUnits) {
    if (d.count() != 0 && d.count() % unit.micros == 0) return cat(d.count() / unit.micros, unit.name);
  }
  return d.count() == 0 ? "0s" : cat(d.count() / 1000, "ms");
}

}  // namespace lanyard
