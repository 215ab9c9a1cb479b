// Takes a chunked body apart (RFC 9112 section 7.1), as bytes arrive. Extensions and harmless trailers are
// read over; floods of them, sizes that overflow and trailers that would change the request are refused
// (attack row 124).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "platform/net/request_head.h"

namespace lanyard::net {

class ChunkReader {
 public:
  // Appends data to `out` and returns how many bytes of `bytes` were used. Stops at the end of the body, and
  // at a refusal: 400 for wrong framing, 413 when `out` would get longer than `limit`.
  std::size_t read(std::string_view bytes, std::string& out, std::size_t limit);
  bool done() const { return state_ == State::done; }
  const Refusal& refusal() const { return refusal_; }

 private:
  enum class State : std::uint8_t { size_line, data, data_end, trailer, done };
  bool take_line(std::string_view bytes, std::size_t& used);
  void read_size_line();
  void read_trailer_line();
  void refuse(int status, std::string_view reason) { refusal_ = Refusal{status, reason}; }

  State state_ = State::size_line;
  std::string line_;
  std::uint64_t left_ = 0;    // data bytes of the present chunk that are still to come
  std::size_t overhead_ = 0;  // bytes in extensions and trailers
  Refusal refusal_;
};

}  // namespace lanyard::net
