#include "platform/net/request_head.h"

#include <cstring>
#include <optional>

#include "platform/net/request_data.h"
#include "platform/net/request_rules.h"

namespace lanyard::net {
namespace {

constexpr Refusal bad(std::string_view reason) {
  return Refusal{400, reason};
}

std::string_view trim_blanks(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

// Headers that decide about framing and routing, seen while the lines are read.
struct Seen {
  std::optional<std::string_view> host;
  std::optional<std::string_view> length;
  bool transfer_encoding = false;
  bool close = false;
  bool keep_alive = false;
};

Refusal read_version(std::string_view text, Framing& framing) {
  if (text == "HTTP/1.1") return {};
  if (text == "HTTP/1.0") {
    framing.http_1_0 = true;
    return {};
  }
  const auto digit = [](char c) { return c >= '0' && c <= '9'; };
  const bool other =
      text.size() == 8 && text.starts_with("HTTP/") && digit(text[5]) && text[6] == '.' && digit(text[7]);
  return other ? Refusal{505, "another version of HTTP"} : bad("the request line has no version");
}

void read_connection(std::string_view value, Seen& seen) {
  while (!value.empty()) {
    const std::size_t comma = value.find(',');
    const std::string_view option = trim_blanks(value.substr(0, comma));
    if (same_name(option, "close")) seen.close = true;
    if (same_name(option, "keep-alive")) seen.keep_alive = true;
    value = comma == std::string_view::npos ? std::string_view() : value.substr(comma + 1);
  }
}

// RFC 9112 section 6: whatever could be read in two ways is refused.
Refusal read_field(const HeaderField& field, Seen& seen, Framing& framing) {
  switch (field.name.size()) {
    case 4:
      if (same_name(field.name, "host")) {
        if (seen.host) return bad("two Host headers");
        seen.host = field.value;
      }
      break;
    case 6:
      if (same_name(field.name, "expect")) {
        if (!same_name(field.value, "100-continue"))
          return Refusal{417, "an expectation that is not 100-continue"};
        framing.expect_continue = true;
      }
      break;
    case 7:
      if (same_name(field.name, "upgrade")) framing.upgrade = true;
      break;
    case 10:
      if (same_name(field.name, "connection")) read_connection(field.value, seen);
      break;
    case 14:
      if (same_name(field.name, "content-length")) {
        if (seen.length) return bad("two Content-Length headers");
        seen.length = field.value;
      }
      break;
    case 17:
      if (same_name(field.name, "transfer-encoding")) {
        if (seen.transfer_encoding) return bad("two Transfer-Encoding headers");
        if (!same_name(field.value, "chunked")) return bad("a transfer encoding that is not chunked");
        seen.transfer_encoding = true;
      }
      break;
    default:
      break;
  }
  return {};
}

// origin-form, absolute-form and asterisk-form of RFC 9112 section 3.2. `authority` stays empty but for
// absolute-form.
Refusal read_target(std::string_view sent, Request::Data& data, std::string_view& authority) {
  bool odd = sent.empty();
  for (const char c : sent)
    odd |= c <= 0x20 || c == 0x7F || c == '#';  // char is signed: bytes over 0x7F are odd too
  if (odd) return bad("the target has bytes that a target can not have");
  if (sent.front() != '/') {
    if (sent == "*" && data.method == Method::options) {
      data.target = data.path = sent;
      return {};
    }
    const std::size_t scheme_end = sent.find("://");
    const std::string_view scheme = sent.substr(0, scheme_end);
    if (scheme_end == std::string_view::npos || !(same_name(scheme, "http") || same_name(scheme, "https"))) {
      return bad("the target is neither a path nor a URL");
    }
    const std::string_view rest = sent.substr(scheme_end + 3);
    const std::size_t path_start = rest.find_first_of("/?");
    authority = rest.substr(0, path_start);
    if (!is_host(authority)) return bad("the target's authority is not a host");
    sent = path_start == std::string_view::npos ? std::string_view("/") : rest.substr(path_start);
    if (sent.front() == '?') return bad("the target has a query and no path");
  }
  data.target = sent;
  const std::size_t question = sent.find('?');
  const auto path = normalise_path(sent.substr(0, question), data.decoded_path);
  if (!path)
    return bad("the path has an encoded slash, a dot segment, a double slash or bytes that are not text");
  data.path = *path;
  if (question != std::string_view::npos) data.query = sent.substr(question + 1);
  return {};
}

Refusal read_request_line(std::string_view line, Request::Data& data, Framing& framing,
                          std::string_view& authority) {
  const std::size_t first = line.find(' ');
  const std::size_t last = line.rfind(' ');
  if (first == std::string_view::npos || first == last)
    return bad("the request line does not have three parts");
  data.method_text = line.substr(0, first);
  if (data.method_text.size() > 32 || !is_token(data.method_text)) return bad("the method is not a token");
  if (const Refusal refusal = read_version(line.substr(last + 1), framing)) return refusal;
  data.method = parse_method(data.method_text);
  if (data.method_text == "CONNECT") return Refusal{405, "CONNECT is not served"};
  return read_target(line.substr(first + 1, last - first - 1), data, authority);
}

Refusal decide_framing(const Seen& seen, std::string_view authority, Framing& framing) {
  if (!seen.host && !framing.http_1_0) return bad("no Host header");
  if (seen.host && !is_host(*seen.host)) return bad("the Host header is not a host");
  if (!authority.empty()) {
    if (!seen.host || authority.size() != seen.host->size())
      return bad("the target names another host than Host");
    for (std::size_t i = 0; i < authority.size(); ++i) {
      const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
      if (lower(authority[i]) != lower((*seen.host)[i]))
        return bad("the target names another host than Host");
    }
  }
  if (seen.transfer_encoding) {
    if (seen.length) return bad("Content-Length and Transfer-Encoding together");
    if (framing.http_1_0) return bad("Transfer-Encoding in HTTP/1.0");
    framing.chunked = framing.has_body = true;
  } else if (seen.length) {
    const auto length = parse_length(*seen.length);
    if (!length) return bad("Content-Length is not a number");
    framing.length = *length;
    framing.has_body = *length > 0;
  }
  framing.keep_alive = framing.http_1_0 ? seen.keep_alive && !seen.close : !seen.close;
  // The bytes behind a request for another protocol may already be in that protocol (attack row 128).
  if (framing.upgrade) framing.keep_alive = false;
  if (framing.http_1_0 || !framing.has_body) framing.expect_continue = false;
  return {};
}

}  // namespace

std::size_t HeadScan::find_end(std::string_view bytes) {
  while (scanned_ < bytes.size()) {
    const char* from = bytes.data() + scanned_;
    const auto* found = static_cast<const char*>(std::memchr(from, '\n', bytes.size() - scanned_));
    if (found == nullptr) {
      scanned_ = bytes.size();
      return 0;
    }
    const auto at = static_cast<std::size_t>(found - bytes.data());
    if (at == line_start_ || bytes[at - 1] != '\r') {
      refusal_ = bad("a line that ends without a carriage return");
      return 0;
    }
    const bool empty_line = at == line_start_ + 1;
    scanned_ = line_start_ = at + 1;
    if (empty_line) {
      if (at == 1) {
        refusal_ = bad("an empty line where the request line should be");
        return 0;
      }
      return at + 1;
    }
  }
  return 0;
}

Refusal parse_head(std::string_view head, std::size_t most_headers, Request::Data& data, Framing& framing) {
  Seen seen;
  std::string_view authority;
  std::string_view rest = head;
  const auto next_line = [&rest] {
    const std::string_view line = rest.substr(0, rest.find('\n') - 1);  // HeadScan saw the carriage return
    rest.remove_prefix(line.size() + 2);
    return line;
  };
  if (const Refusal refusal = read_request_line(next_line(), data, framing, authority)) return refusal;
  for (std::string_view line = next_line(); !line.empty(); line = next_line()) {
    if (data.headers.size() == most_headers) return Refusal{431, "too many headers"};
    if (line.front() == ' ' || line.front() == '\t') return bad("a folded header line");
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos || !is_token(line.substr(0, colon)))
      return bad("a header line without a proper name");
    const HeaderField field{line.substr(0, colon), trim_blanks(line.substr(colon + 1))};
    if (!is_field_value(field.value)) return bad("a control character in a header");
    data.headers.push_back(field);
    if (const Refusal refusal = read_field(data.headers.back(), seen, framing)) return refusal;
  }
  return decide_framing(seen, authority, framing);
}

}  // namespace lanyard::net
