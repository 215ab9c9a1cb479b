// Waits for the address to which a browser is sent back: on a port of this machine where the client has an
// address here (RFC 8252 section 7.3), and at the terminal, where a person can paste it.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"
#include "lib/private_files.h"

namespace lanyard::cli {

class Receiver {
 public:
  // Nothing is listened on: the address comes from the terminal alone.
  Receiver() = default;
  // `host` is 127.0.0.1 or ::1; port 0 is a free one. Code::conflict when the port is taken.
  static Result<Receiver> listen(std::string_view host, std::uint16_t port);

  bool listens() const { return socket_.is_open(); }
  std::uint16_t port() const { return port_; }

  // What a browser asked for ("/callback?code=…") or what was pasted (any line); the first that `fits`.
  // Requests that do not fit are answered with 404, for browsers ask for icons too, and other programs of
  // this machine for whatever they like. Code::expired after `limit`; Code::invalid when nothing can come any
  // more.
  struct Came {
    std::string text;
    bool was_pasted = false;
  };
  Result<Came> wait(const std::function<bool(std::string_view target)>& fits, Duration limit);

 private:
  Receiver(lib::Descriptor socket, std::uint16_t port) : socket_(std::move(socket)), port_(port) {}
  std::string serve(const std::function<bool(std::string_view)>& fits) const;

  lib::Descriptor socket_;
  std::uint16_t port_ = 0;
  std::string typed_;
};

}  // namespace lanyard::cli
