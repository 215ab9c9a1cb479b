// URLs: one that is accepted is written and read again as the same, and its origin is where a browser would
// go.
#include "base/url.h"

#include <algorithm>

#include "base/text.h"
#include "fuzz/fuzz.h"

namespace lanyard::fuzz {
namespace {

void check_codecs(std::string_view text) {
  const auto plain = percent_decode(percent_encode(text));
  HOLDS(plain.ok() == (text.find('\0') == std::string_view::npos));
  HOLDS(!plain.ok() || *plain == text);
  if (const auto decoded = percent_decode(text); decoded.ok())
    HOLDS(percent_decode(percent_encode(*decoded)).ok());
  HOLDS(*base64url_decode(base64url_encode(text)) == text && *base64_decode(base64_encode(text)) == text);
  if (const auto bytes = base64url_decode(text); bytes.ok()) HOLDS(base64url_encode(*bytes) == text);
  if (const auto bytes = base64_decode(text); bytes.ok()) HOLDS(base64_encode(*bytes) == text);
  if (const auto bytes = hex_decode(text); bytes.ok()) HOLDS(hex_encode(*bytes) == to_lower_ascii(text));
}

}  // namespace

void url(std::string_view input) {
  check_codecs(input);
  const auto parsed = parse_url(input);
  const auto origin = parse_origin(input);
  if (!parsed.ok()) {
    HOLDS(!origin.ok() && parsed.error().code == Code::invalid && !has_control(parsed.error().message));
    return;
  }
  HOLDS(parsed->scheme == "https" || parsed->scheme == "http");
  HOLDS(!parsed->host.empty() && parsed->host == to_lower_ascii(parsed->host) && parsed->port != 0);
  HOLDS(parsed->path.starts_with('/'));
  const std::string written = parsed->str();
  HOLDS(std::ranges::all_of(written, [](char c) { return c > 0x20 && c < 0x7F && c != '\\' && c != '#'; }));
  HOLDS(std::string_view(written).substr(0, written.find('/', 8)).find('@') == std::string_view::npos);
  const auto again = parse_url(written);
  HOLDS(again.ok() && again->str() == written && again->origin() == parsed->origin());
  HOLDS(again->host == parsed->host && again->port == parsed->port && again->path == parsed->path);
  HOLDS(again->host_is_ip == parsed->host_is_ip && again->is_loopback() == parsed->is_loopback());
  HOLDS(written.starts_with(parsed->origin()));
  HOLDS(parse_origin(parsed->origin()).value() == parsed->origin());
  if (origin.ok()) HOLDS(*origin == parsed->origin() && parsed->path == "/" && !parsed->query);
}

}  // namespace lanyard::fuzz
