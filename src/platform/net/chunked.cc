#include "platform/net/chunked.h"

#include <algorithm>

#include "platform/net/request_rules.h"

namespace lanyard::net {
namespace {

constexpr std::size_t kMostLine = 1024;
constexpr std::size_t kMostOverhead = 4096;
constexpr std::size_t kMostSizeDigits = 8;  // 4 GiB; every body limit is far below

// RFC 9110 section 6.5.1: framing, routing, authentication and content headers have no place behind the body.
bool is_forbidden_trailer(std::string_view name) {
  static constexpr std::string_view kForbidden[] = {"age",
                                                    "authorization",
                                                    "cache-control",
                                                    "connection",
                                                    "content-encoding",
                                                    "content-length",
                                                    "content-range",
                                                    "content-type",
                                                    "cookie",
                                                    "expect",
                                                    "forwarded",
                                                    "host",
                                                    "keep-alive",
                                                    "max-forwards",
                                                    "proxy-authorization",
                                                    "proxy-connection",
                                                    "range",
                                                    "set-cookie",
                                                    "te",
                                                    "trailer",
                                                    "transfer-encoding",
                                                    "upgrade",
                                                    "via"};
  if (std::ranges::any_of(kForbidden, [&](std::string_view forbidden) { return same_name(name, forbidden); }))
    return true;
  return name.size() > 2 && same_name(name.substr(0, 2), "x-");  // X-Forwarded-For and its kind
}

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

// Collects line_ without its end. False: more bytes are needed, or the line is refused.
bool ChunkReader::take_line(std::string_view bytes, std::size_t& used) {
  const std::string_view rest = bytes.substr(used);
  const std::size_t end = rest.find('\n');
  const std::string_view piece = rest.substr(0, end == std::string_view::npos ? end : end + 1);
  if (line_.size() + piece.size() > kMostLine) {
    refuse(400, "a line in a chunked body is too long");
    return false;
  }
  line_.append(piece);
  used += piece.size();
  if (end == std::string_view::npos) return false;
  if (!line_.ends_with("\r\n")) {
    refuse(400, "a line in a chunked body ends without a carriage return");
    return false;
  }
  line_.resize(line_.size() - 2);
  if (!is_field_value(line_)) {
    refuse(400, "a control character in a chunked body's framing");
    return false;
  }
  return true;
}

void ChunkReader::read_size_line() {
  std::size_t digits = 0;
  left_ = 0;
  while (digits < line_.size() && hex_value(line_[digits]) >= 0) {
    if (digits == kMostSizeDigits) return refuse(400, "a chunk size that is too long");
    left_ = left_ * 16 + static_cast<std::uint64_t>(hex_value(line_[digits]));
    ++digits;
  }
  if (digits == 0 || (digits < line_.size() && line_[digits] != ';'))
    return refuse(400, "a chunk size that is not a number");
  overhead_ += line_.size() - digits;
  if (overhead_ > kMostOverhead) return refuse(400, "too many chunk extensions");
  state_ = left_ == 0 ? State::trailer : State::data;
}

void ChunkReader::read_trailer_line() {
  if (line_.empty()) {
    state_ = State::done;
    return;
  }
  overhead_ += line_.size();
  if (overhead_ > kMostOverhead) return refuse(400, "too many trailers");
  const std::size_t colon = line_.find(':');
  const std::string_view name = std::string_view(line_).substr(0, colon);
  if (colon == std::string::npos || !is_token(name)) return refuse(400, "a trailer without a proper name");
  if (is_forbidden_trailer(name)) return refuse(400, "a trailer that would change the request");
}

std::size_t ChunkReader::read(std::string_view bytes, std::string& out, std::size_t limit) {
  std::size_t used = 0;
  while (used < bytes.size() && state_ != State::done && !refusal_) {
    if (state_ == State::data) {
      const auto piece = static_cast<std::size_t>(std::min<std::uint64_t>(left_, bytes.size() - used));
      if (left_ > limit - std::min(limit, out.size())) {
        refuse(413, "the body is over the endpoint's limit");
        break;
      }
      out.append(bytes.substr(used, piece));
      used += piece;
      left_ -= piece;
      if (left_ == 0) state_ = State::data_end;
      continue;
    }
    if (!take_line(bytes, used)) continue;
    if (state_ == State::size_line) {
      read_size_line();
    } else if (state_ == State::trailer) {
      read_trailer_line();
    } else if (line_.empty()) {
      state_ = State::size_line;
    } else {
      refuse(400, "a chunk that is longer than its size");
    }
    line_.clear();
  }
  return used;
}

}  // namespace lanyard::net
