// For tests: a client that sends exactly the bytes it is told to, and a server on a port of its own.
#pragma once

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <functional>
#include <future>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "base/text.h"
#include "platform/net/server.h"
#include "test/support/fakes.h"

namespace lanyard::net::test {

struct Answer {
  int status = 0;  // 0: the connection ended without an answer
  std::string head;
  std::string body;
  bool has(std::string_view line) const { return head.find(line) != std::string::npos; }
};

class RawClient {
 public:
  explicit RawClient(std::uint16_t port, int receive_buffer = 0)
      : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    if (receive_buffer > 0) ::setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connected_ = ::connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  }
  ~RawClient() { ::close(fd_); }
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;

  bool connected() const { return connected_; }
  int fd() const { return fd_; }

  RawClient& send(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) break;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return *this;
  }

  // The next answer; `head_only` for the answer to a HEAD request.
  Answer read(bool head_only = false) {
    Answer answer;
    std::size_t end = 0;
    while ((end = buffer_.find("\r\n\r\n")) == std::string::npos) {
      if (!receive()) return answer;
    }
    answer.head = buffer_.substr(0, end + 2);
    buffer_.erase(0, end + 4);
    answer.status = std::atoi(answer.head.c_str() + 9);
    const std::size_t at = answer.head.find("Content-Length: ");
    const std::size_t length = head_only || at == std::string::npos
                                   ? 0
                                   : static_cast<std::size_t>(std::atol(answer.head.c_str() + at + 16));
    while (buffer_.size() < length) {
      if (!receive()) return answer;
    }
    answer.body = buffer_.substr(0, length);
    buffer_.erase(0, length);
    return answer;
  }

  Answer get(std::string_view path) { return send(cat("GET ", path, " HTTP/1.1\r\nHost: h\r\n\r\n")).read(); }

  // True when the server ends the connection within the time and sends nothing more.
  bool closes(int milliseconds = 2000) {
    pollfd waiting{fd_, POLLIN, 0};
    if (!buffer_.empty() || ::poll(&waiting, 1, milliseconds) != 1) return false;
    char byte = 0;
    return ::recv(fd_, &byte, 1, 0) <= 0;
  }

 private:
  bool receive() {
    pollfd waiting{fd_, POLLIN, 0};
    if (::poll(&waiting, 1, 5000) != 1) return false;
    char bytes[16384];
    const ssize_t count = ::recv(fd_, bytes, sizeof bytes, 0);
    if (count <= 0) return false;
    buffer_.append(bytes, static_cast<std::size_t>(count));
    return true;
  }

  int fd_;
  bool connected_ = false;
  std::string buffer_;
};

// A server with one plain listener on a free port, unless `options` has listeners already.
class Running {
 public:
  explicit Running(std::shared_ptr<const Router> router, ServerOptions options = {}) : book_(clock_) {
    if (options.listeners.empty()) options.listeners.emplace_back();
    for (Listener& listener : options.listeners) {
      if (!listener.router) listener.router = router;
    }
    if (options.loops == 0) options.loops = 2;
    auto made = Server::make(std::move(options), clock_, book_.log());
    if (!made.ok()) {
      ADD_FAILURE() << made.error().message;
      std::abort();
    }
    server_ = std::move(made).value();
    EXPECT_TRUE(server_->start().ok());
  }
  std::uint16_t port(std::size_t listener = 0) const { return server_->bound_ports().at(listener); }
  Server& server() { return *server_; }
  std::string log() const { return book_.text(); }
  // Lines of requests are written a moment after the answer.
  std::string log_with(std::string_view text) const {
    for (int i = 0; i < 1000 && log().find(text) == std::string::npos; ++i)
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    return log();
  }

 private:
  lanyard::test::FakeClock clock_;
  lanyard::test::LogBook book_;
  std::unique_ptr<Server> server_;
};

inline Endpoint on(Runs runs, Method method, std::string pattern,
                   std::function<Response(const Request&)> handler) {
  return {.method = method, .pattern = std::move(pattern), .runs = runs, .handler = std::move(handler)};
}

inline std::shared_ptr<const Router> make_router(std::vector<Endpoint> endpoints) {
  auto router = std::make_shared<Router>();
  for (Endpoint& endpoint : endpoints) router->add(std::move(endpoint));
  return router;
}

inline Response hello(const Request&) {
  return Response::text(200, "hello");
}

inline std::shared_ptr<const Router> hello_router() {
  return make_router({on(Runs::on_loop, Method::get, "/", hello)});
}

inline ServerOptions with_limits(Limits limits) {
  ServerOptions options;
  options.limits = limits;
  return options;
}

// Handlers that wait until the test lets them go.
struct Gate {
  std::promise<void> open;
  std::shared_future<void> opened{open.get_future()};
  std::atomic<int> inside{0};
  Response wait(const Request&) {
    ++inside;
    opened.wait();
    return Response::text(200, "through");
  }
  void wait_for(int count) const {
    while (inside < count) std::this_thread::yield();
  }
};

inline Endpoint on_loop(Method method, std::string pattern, std::function<Response(const Request&)> handler) {
  return {
      .method = method, .pattern = std::move(pattern), .runs = Runs::on_loop, .handler = std::move(handler)};
}

}  // namespace lanyard::net::test
