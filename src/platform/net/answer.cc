#include "platform/net/answer.h"

#include <array>
#include <charconv>

#include "platform/net/request_rules.h"

namespace lanyard::net {
namespace {

enum : unsigned { kCache = 1, kSniff = 2, kReferrer = 4, kOpener = 8, kTransport = 16 };

// Which of the headers that every answer has were written by the handler.
unsigned find_own(std::string_view lines) {
  unsigned own = 0;
  while (!lines.empty()) {
    const std::size_t end = lines.find('\n');
    const std::string_view name = lines.substr(0, lines.find(':'));
    switch (name.size()) {
      case 13:
        own |= same_name(name, "cache-control") ? kCache : 0U;
        break;
      case 15:
        own |= same_name(name, "referrer-policy") ? kReferrer : 0U;
        break;
      case 22:
        own |= same_name(name, "x-content-type-options") ? kSniff : 0U;
        break;
      case 25:
        own |= same_name(name, "strict-transport-security") ? kTransport : 0U;
        break;
      case 26:
        own |= same_name(name, "cross-origin-opener-policy") ? kOpener : 0U;
        break;
      default:
        break;
    }
    if (end == std::string_view::npos) break;
    lines.remove_prefix(end + 1);
  }
  return own;
}

void append_number(std::string& out, std::size_t value) {
  std::array<char, 24> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
  out.append(digits.data(), static_cast<std::size_t>(end - digits.data()));
}

}  // namespace

std::string_view reason_phrase(int status) {
  switch (status) {
    case 100:
      return "Continue";
    case 200:
      return "OK";
    case 201:
      return "Created";
    case 202:
      return "Accepted";
    case 204:
      return "No Content";
    case 206:
      return "Partial Content";
    case 301:
      return "Moved Permanently";
    case 302:
      return "Found";
    case 303:
      return "See Other";
    case 304:
      return "Not Modified";
    case 307:
      return "Temporary Redirect";
    case 308:
      return "Permanent Redirect";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 406:
      return "Not Acceptable";
    case 408:
      return "Request Timeout";
    case 409:
      return "Conflict";
    case 410:
      return "Gone";
    case 411:
      return "Length Required";
    case 412:
      return "Precondition Failed";
    case 413:
      return "Content Too Large";
    case 415:
      return "Unsupported Media Type";
    case 417:
      return "Expectation Failed";
    case 421:
      return "Misdirected Request";
    case 422:
      return "Unprocessable Content";
    case 428:
      return "Precondition Required";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 500:
      return "Internal Server Error";
    case 501:
      return "Not Implemented";
    case 502:
      return "Bad Gateway";
    case 503:
      return "Service Unavailable";
    case 504:
      return "Gateway Timeout";
    case 505:
      return "HTTP Version Not Supported";
    default:
      return "Status";
  }
}

bool may_have_body(int status) {
  return status >= 200 && status != 204 && status != 304;
}

void append_head(std::string& out, const Response& response, const AnswerHead& head) {
  unsigned own = find_own(response.header_lines());
  const auto& shared = response.shared_header_lines();
  if (shared) own |= find_own(*shared);

  const int status = response.status() >= 100 && response.status() <= 999 ? response.status() : 500;
  if (status == 200) {
    out += "HTTP/1.1 200 OK\r\n";
  } else {
    out += "HTTP/1.1 ";
    append_number(out, static_cast<std::size_t>(status));
    out += ' ';
    out += reason_phrase(status);
    out += "\r\n";
  }
  out += head.date_line;
  out += head.keep_alive ? "Connection: keep-alive\r\n" : "Connection: close\r\n";
  if (may_have_body(status)) {
    out += "Content-Length: ";
    append_number(out, response.body().size());
    out += "\r\n";
  }
  out += "X-Request-Id: ";
  out += head.request_id;
  out += "\r\n";
  if ((own & kSniff) == 0) out += "X-Content-Type-Options: nosniff\r\n";
  if ((own & kReferrer) == 0) out += "Referrer-Policy: no-referrer\r\n";
  if ((own & kOpener) == 0) out += "Cross-Origin-Opener-Policy: same-origin\r\n";
  if ((own & kCache) == 0) out += "Cache-Control: no-store\r\n";
  if (head.hsts && (own & kTransport) == 0) out += "Strict-Transport-Security: max-age=31536000\r\n";
  out += response.header_lines();
  if (shared) out += *shared;
  out += "\r\n";
}

}  // namespace lanyard::net
