#include "base/url.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>

#include "base/text.h"

namespace lanyard {
namespace {

constexpr std::size_t kLongestUrl = 8192;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool is_unreserved(char c) {
  return is_letter(c) || is_digit(c) || c == '-' || c == '.' || c == '_' || c == '~';
}
int hex_value(char c) {
  if (is_digit(c)) return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

Error bad_url(std::string_view why) {
  return make_error(Code::invalid, cat("This is not a URL that can be used here: ", why, "."));
}

std::uint16_t own_port(std::string_view scheme) {
  return scheme == "https" ? 443 : 80;
}

// RFC 3986 section 3.3 and 3.4: pchar, the slash, and in a query the question mark.
bool is_path_or_query(std::string_view text, std::string_view also) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '%') {
      if (i + 2 >= text.size() || hex_value(text[i + 1]) < 0 || hex_value(text[i + 2]) < 0) return false;
      i += 2;
    } else if (!is_unreserved(c) && std::string_view("!$&'()*+,;=:@").find(c) == std::string_view::npos &&
               also.find(c) == std::string_view::npos) {
      return false;
    }
  }
  return true;
}

// Four decimal numbers and nothing else. "127.1", "0x7f.0.0.1" and "017700000001" are addresses to some
// programs and names to others, which is how an address check is walked around.
bool is_ipv4(std::string_view text) {
  const auto parts = split(text, '.');
  return parts.size() == 4 && std::ranges::all_of(parts, [](std::string_view part) {
           const auto number = parse_integer(part);
           return number.ok() && *number >= 0 && *number <= 255 && is_digit(part.front()) &&
                  (part.size() == 1 || part.front() != '0');
         });
}

bool looks_like_a_number(std::string_view label) {
  const bool hexadecimal = label.starts_with("0x") || label.starts_with("0X");
  if (hexadecimal) label.remove_prefix(2);
  return std::ranges::all_of(label, [&](char c) { return hexadecimal ? hex_value(c) >= 0 : is_digit(c); });
}

Status read_name(std::string_view text, Url& url) {
  if (text.empty()) return bad_url("the host is missing");
  if (text.size() > 253) return bad_url("the host is too long");
  const auto labels = split(text, '.');
  for (const std::string_view label : labels) {
    const bool plain = std::ranges::all_of(
        label, [](char c) { return is_letter(c) || is_digit(c) || c == '-' || c == '_'; });
    if (label.empty() || label.size() > 63 || !plain || label.front() == '-' || label.back() == '-') {
      return bad_url("the host is not a name or an address");
    }
  }
  url.host = to_lower_ascii(text);
  url.host_is_ip = looks_like_a_number(labels.back());
  if (url.host_is_ip && !is_ipv4(text)) return bad_url("the address is not four decimal numbers");
  return {};
}

Status read_ipv6(std::string_view text, Url& url) {
  in6_addr address{};
  std::array<char, INET6_ADDRSTRLEN> out{};
  if (text.size() >= out.size() || ::inet_pton(AF_INET6, std::string(text).c_str(), &address) != 1 ||
      ::inet_ntop(AF_INET6, &address, out.data(), out.size()) == nullptr) {
    return bad_url("the address in brackets is not IPv6");
  }
  url.host = out.data();  // one spelling of each address
  url.host_is_ip = true;
  return {};
}

Status read_authority(std::string_view text, Url& url) {
  if (text.find('@') != std::string_view::npos) return bad_url("it contains a user name or password");
  std::string_view port;
  bool has_port = false;
  if (text.starts_with('[')) {
    const std::size_t end = text.find(']');
    if (end == std::string_view::npos) return bad_url("the address in brackets does not end");
    LANYARD_CHECK(read_ipv6(text.substr(1, end - 1), url));
    port = text.substr(end + 1);
    has_port = port.starts_with(':');
    if (!has_port && !port.empty()) return bad_url("something follows the address in brackets");
  } else {
    const std::size_t colon = std::min(text.find(':'), text.size());
    LANYARD_CHECK(read_name(text.substr(0, colon), url));
    port = text.substr(colon);
    has_port = !port.empty();
  }
  url.port = own_port(url.scheme);
  if (!has_port) return {};
  port.remove_prefix(1);
  const auto number = parse_integer(port);
  if (port.size() > 5 || !number.ok() || *number < 1 || *number > 65535 || port.front() == '0') {
    return bad_url("the port is not a number from 1 to 65535");
  }
  url.port = static_cast<std::uint16_t>(*number);
  return {};
}

}  // namespace

std::string Url::origin() const {
  std::string out = cat(scheme, "://");
  const bool brackets = host.find(':') != std::string::npos;
  if (brackets) out.push_back('[');
  out.append(host);
  if (brackets) out.push_back(']');
  if (port != 0 && port != own_port(scheme)) out.append(cat(":", port));
  return out;
}

std::string Url::str() const {
  std::string out = cat(origin(), path);
  if (query) out.append("?").append(*query);
  return out;
}

bool Url::is_loopback() const {
  if (!host_is_ip) return host == "localhost";
  return host == "::1" || (host.starts_with("127.") && is_ipv4(host));
}

Result<Url> parse_url(std::string_view text) {
  if (text.size() > kLongestUrl) return bad_url(cat("it is longer than ", kLongestUrl, " bytes"));
  for (const char c : text) {
    if (static_cast<unsigned char>(c) <= 0x20 || c == 0x7F) {
      return bad_url("it contains a space or a control character");
    }
    if (c == '\\') return bad_url("it contains a backslash");
    if (static_cast<unsigned char>(c) >= 0x80) {
      return bad_url("it contains a character outside ASCII; write it percent-encoded, a host name as xn--");
    }
    if (c == '#') return bad_url("it contains a fragment (#)");
  }
  Url url;
  const std::size_t colon = text.find("://");
  if (colon == std::string_view::npos) return bad_url("it does not begin with https:// or http://");
  url.scheme = to_lower_ascii(text.substr(0, colon));
  if (url.scheme != "https" && url.scheme != "http") {
    return bad_url("it does not begin with https:// or http://");
  }
  text.remove_prefix(colon + 3);

  const std::size_t authority_end = std::min(text.find_first_of("/?"), text.size());
  LANYARD_CHECK(read_authority(text.substr(0, authority_end), url));
  text.remove_prefix(authority_end);

  const std::size_t mark = text.find('?');
  if (mark != std::string_view::npos) {
    url.query = std::string(text.substr(mark + 1));
    if (!is_path_or_query(*url.query, "/?"))
      return bad_url("the query has a character that must be percent-encoded");
  }
  url.path = std::string(text.substr(0, mark));
  if (url.path.empty()) url.path = "/";
  if (!is_path_or_query(url.path, "/"))
    return bad_url("the path has a character that must be percent-encoded");
  return url;
}

Result<std::string> parse_origin(std::string_view text) {
  LANYARD_TRY(const Url url, parse_url(text));
  const std::size_t host = text.find("://") + 3;  // parse_url has seen it
  if (text.find_first_of("/?", host) != std::string_view::npos) {
    return make_error(
        Code::invalid, "This is not an origin: it has a path or a query.",
        "Write the scheme, the host and, if it is not the usual one, the port: https://wiki.example.org");
  }
  return url.origin();
}

std::string percent_encode(std::string_view text) {
  static constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string out;
  out.reserve(text.size() + 16);
  for (const char c : text) {
    if (is_unreserved(c)) {
      out.push_back(c);
    } else {
      out.push_back('%');
      out.push_back(kHex[static_cast<unsigned char>(c) >> 4]);
      out.push_back(kHex[static_cast<unsigned char>(c) & 15]);
    }
  }
  return out;
}

Result<std::string> percent_decode(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '%') {
      const int high = i + 2 < text.size() ? hex_value(text[i + 1]) : -1;
      const int low = i + 2 < text.size() ? hex_value(text[i + 2]) : -1;
      if (high < 0 || low < 0)
        return make_error(Code::invalid, "A percent sign is not followed by two digits.");
      c = static_cast<char>(high * 16 + low);
      i += 2;
    }
    if (c == '\0') return make_error(Code::invalid, "The text contains a NUL.");
    out.push_back(c);
  }
  return out;
}

}  // namespace lanyard
