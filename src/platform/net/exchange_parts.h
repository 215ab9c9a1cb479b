// What a connection keeps only while a body or an answer is on its way.
#pragma once

#include <exception>
#include <string>
#include <string_view>

#include "platform/net/connection.h"
#include "platform/net/request_data.h"

namespace lanyard::net {

struct Connection::Intake {
  Request request;
  Exchange exchange;
  bool chunked = false;
  std::uint64_t left = 0;  // when the length is known
  ChunkReader chunks;
};

// Head and body one after the other; the response keeps the body alive.
struct Connection::Outgoing {
  Outgoing(std::string_view first, Response&& whole, bool with_body)
      : head(first), response(std::move(whole)) {
    if (with_body) body = response.body();
  }
  std::string head;
  Response response;
  std::string_view body;
  std::size_t sent = 0;

  bool done() const { return sent == head.size() + body.size(); }
  std::string_view next() const {
    return sent < head.size() ? std::string_view(head).substr(sent) : body.substr(sent - head.size());
  }
  void advance(std::size_t count) { sent += count; }
};

template <class Step>
void Connection::guarded(Step step) {
  try {
    step();
  } catch (const std::exception& exception) {
    loop_.common.log.error("http.connection_failed", {{"cause", std::string_view(exception.what())}});
    close();
  }
}

}  // namespace lanyard::net
