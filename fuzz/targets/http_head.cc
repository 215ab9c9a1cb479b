// The head of an HTTP request: where it ends, what stands in it, and that it is read in one way only.
#include <algorithm>
#include <string>

#include "base/text.h"
#include "fuzz/fuzz.h"
#include "platform/net/request_data.h"
#include "platform/net/request_head.h"
#include "platform/net/request_rules.h"

namespace lanyard::fuzz {
namespace {

struct Outcome {
  std::size_t size = 0;  // of the head; 0: incomplete or refused
  int status = 0;        // of a refusal
  std::string method, target, path, query;
  std::vector<std::pair<std::string, std::string>> headers;
  bool http_1_0 = false, keep_alive = false, chunked = false, has_body = false, expects = false,
       upgrade = false;
  std::uint64_t length = 0;
  friend bool operator==(const Outcome&, const Outcome&) = default;
};

// As connection.cc reads: the bytes up to `cut` come first.
Outcome read(std::string_view input, std::size_t cut) {
  Outcome out;
  net::HeadScan scan;
  out.size = scan.find_end(input.substr(0, cut));
  if (out.size == 0 && !scan.refusal()) out.size = scan.find_end(input);
  if (scan.refusal()) return {.status = scan.refusal().status};
  if (out.size == 0) return out;
  HOLDS(out.size <= input.size());
  std::string arrived(input.substr(0, out.size));
  HOLDS(arrived.ends_with("\r\n\r\n"));
  net::Request::Data data;
  net::Framing framing;
  if (const net::Refusal refusal = net::parse_head(arrived, 100, data, framing))
    return {.status = refusal.status};
  // The head moves into memory of its own when the request leaves its loop; nothing may point back.
  data.keep_head(arrived);
  std::ranges::fill(arrived, '\r');
  out.method = data.method_text;
  out.target = data.target;
  out.path = data.path;
  out.query = data.query;
  for (const net::HeaderField& field : data.headers) out.headers.emplace_back(field.name, field.value);
  out.http_1_0 = framing.http_1_0;
  out.keep_alive = framing.keep_alive;
  out.chunked = framing.chunked;
  out.has_body = framing.has_body;
  out.expects = framing.expect_continue;
  out.upgrade = framing.upgrade;
  out.length = framing.length;
  return out;
}

std::size_t count(const Outcome& out, std::string_view name) {
  return static_cast<std::size_t>(std::ranges::count_if(
      out.headers, [&](const auto& header) { return equal_ignoring_case(header.first, name); }));
}

void check_path(std::string_view path) {
  HOLDS(path == "*" || path.starts_with('/'));
  HOLDS(is_utf8(path) && !has_control(path));
  HOLDS(path.find('\\') == std::string_view::npos && path.find("//") == std::string_view::npos);
  for (const std::string_view segment : split(path, '/')) {
    const std::string_view name = segment.substr(0, segment.find(';'));
    HOLDS(name != "." && name != "..");
  }
}

void check_accepted(const Outcome& out) {
  HOLDS(net::is_token(out.method));
  for (const std::string_view text : {std::string_view(out.target), std::string_view(out.query)}) {
    HOLDS(std::ranges::all_of(text, [](char c) { return c > 0x20 && c < 0x7F; }));
  }
  check_path(out.path);
  HOLDS(out.headers.size() <= 100);
  for (const auto& [name, value] : out.headers) {
    HOLDS(net::is_token(name) && !has_line_break_or_nul(value));
    HOLDS(trim(value) == value);
  }
  HOLDS(count(out, "host") == 1 || (out.http_1_0 && count(out, "host") == 0));
  HOLDS(count(out, "content-length") + count(out, "transfer-encoding") <= 1);
  HOLDS(out.chunked == (count(out, "transfer-encoding") == 1));
  HOLDS(out.length == 0 || count(out, "content-length") == 1);
  HOLDS(out.has_body == (out.chunked || out.length > 0));
  HOLDS(!out.http_1_0 || !out.chunked);
}

// What was understood, written down again in the plainest way, is understood in the same way.
void check_written_again(const Outcome& out) {
  std::string text = cat(out.method, " ", out.target, out.http_1_0 ? " HTTP/1.0\r\n" : " HTTP/1.1\r\n");
  for (const auto& [name, value] : out.headers) text += cat(name, ":", value, "\r\n");
  text += "\r\n";
  Outcome again = read(text, 0);
  HOLDS(again.size == text.size());
  again.size = out.size;
  HOLDS(again == out);
}

}  // namespace

void http_head(std::string_view input) {
  const Outcome whole = read(input, 0);
  for (const std::size_t cut : cuts(input)) HOLDS(read(input, cut) == whole);
  if (whole.status != 0) {
    HOLDS(whole.status == 400 || whole.status == 405 || whole.status == 417 || whole.status == 431 ||
          whole.status == 505);
  } else if (whole.size != 0) {
    check_accepted(whole);
    check_written_again(whole);
    // Whatever follows belongs to the body or to the next request.
    HOLDS(read(cat(input.substr(0, whole.size), "GET / HTTP/1.1\r\n\r\n"), 0) == whole);
  }
}

}  // namespace lanyard::fuzz
