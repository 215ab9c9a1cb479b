// A line: the value of a Cookie header; behind it the name of a cookie. What we set comes back as it was.
#include <string>

#include "base/text.h"
#include "fuzz/fuzz.h"
#include "platform/net/http.h"

namespace lanyard::fuzz {
namespace {

constexpr std::string_view kOurs = "__Host-lanyard_session";

// Written without the code that is tested: how often the name stands in front of an equals sign.
std::size_t count(std::string_view header, std::string_view name) {
  std::size_t times = 0;
  for (const std::string_view pair : split(header, ';')) {
    const std::size_t equals = pair.find('=');
    if (equals != std::string_view::npos && trim(pair.substr(0, equals)) == name) ++times;
  }
  return times;
}

void check_reading(std::string_view header, std::string_view name) {
  const auto request = net::make_request({.headers = {{"Cookie", std::string(header)}}});
  if (!request.ok()) return;
  const auto found = request->cookie(name);
  const std::size_t times = count(header, name);
  HOLDS(found.ok() == (times < 2));
  if (!found.ok()) return;
  HOLDS(found->has_value() == (times == 1));
  if (*found) HOLDS(!has_line_break_or_nul(**found) && (*found)->find(';') == std::string_view::npos);
  // A second line with the same cookie is a second cookie.
  const auto tossed =
      net::make_request({.headers = {{"Cookie", std::string(header)}, {"cookie", cat(name, "=tossed")}}});
  if (times == 1 && tossed.ok()) HOLDS(!tossed->cookie(name).ok());
}

void check_setting(std::string_view value) {
  net::Response response;
  response.cookie({.name = std::string(kOurs), .value = std::string(value)});
  if (response.header_was_dropped()) {
    HOLDS(response.header_lines().empty());
    return;
  }
  const std::string& lines = response.header_lines();
  HOLDS(lines.find("\r\n") == lines.size() - 2 && lines.find('\n') == lines.size() - 1);
  HOLDS(lines.find('\0') == std::string::npos);
  const auto back = net::make_request({.headers = {{"Cookie", cat("a=b; ", kOurs, "=", value)}}});
  HOLDS(back.ok());
  const auto found = back->cookie(kOurs);
  HOLDS(found.ok() && *found && **found == value);
}

}  // namespace

void cookie(std::string_view input) {
  const auto [header, name] = divide(input);
  check_reading(header, name.empty() ? kOurs : name);
  check_setting(header);
  net::Response response;
  response.header(name, header)
      .cookie({.name = std::string(name), .value = "x", .path = std::string(header)});
  for (const std::string_view line : split(response.header_lines(), '\n'))
    HOLDS(line.empty() || (line.ends_with('\r') && line.find('\r') == line.size() - 1));
}

}  // namespace lanyard::fuzz
