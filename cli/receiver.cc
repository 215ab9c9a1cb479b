#include "cli/receiver.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstring>

#include "base/text.h"

namespace lanyard::cli {
namespace {

constexpr std::size_t kMostBytes = 16 * 1024;
constexpr timeval kPatience{2, 0};  // with one connection; browsers open some that they do not use

struct Address {
  sockaddr_storage storage{};
  socklen_t length = 0;
  sockaddr* get() { return static_cast<sockaddr*>(static_cast<void*>(&storage)); }
};

Address address_of(std::string_view host, std::uint16_t port) {
  Address address;
  if (host == "::1") {
    sockaddr_in6 six{};
    six.sin6_family = AF_INET6;
    six.sin6_port = htons(port);
    six.sin6_addr = in6addr_loopback;
    std::memcpy(&address.storage, &six, sizeof six);
    address.length = sizeof six;
  } else {
    sockaddr_in four{};
    four.sin_family = AF_INET;
    four.sin_port = htons(port);
    four.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    std::memcpy(&address.storage, &four, sizeof four);
    address.length = sizeof four;
  }
  return address;
}

std::uint16_t port_of(int fd) {
  Address address;
  address.length = sizeof address.storage;
  if (::getsockname(fd, address.get(), &address.length) != 0) return 0;
  if (address.storage.ss_family == AF_INET6) {
    sockaddr_in6 six{};
    std::memcpy(&six, &address.storage, sizeof six);
    return ntohs(six.sin6_port);
  }
  sockaddr_in four{};
  std::memcpy(&four, &address.storage, sizeof four);
  return ntohs(four.sin_port);
}

// The target of a GET; empty for anything else.
std::string target_of(std::string_view head) {
  const std::string_view line = head.substr(0, head.find("\r\n"));
  if (!line.starts_with("GET ") || !line.ends_with(" HTTP/1.1")) return "";
  return std::string(line.substr(4, line.size() - 4 - std::strlen(" HTTP/1.1")));
}

std::string read_head(int fd) {
  std::string head;
  std::array<char, 4096> buffer{};
  while (head.find("\r\n\r\n") == std::string::npos && head.size() < kMostBytes) {
    const ssize_t n = ::recv(fd, buffer.data(), buffer.size(), 0);
    if (n <= 0) return "";
    head.append(buffer.data(), static_cast<std::size_t>(n));
  }
  return head;
}

void answer(int fd, bool was_right) {
  const std::string_view text = was_right
                                    ? "This was a test of a sign-in. Go back to the terminal; this page "
                                      "can be closed.\n"
                                    : "There is nothing here.\n";
  const std::string reply =
      cat("HTTP/1.1 ", was_right ? "200 OK" : "404 Not Found",
          "\r\nContent-Type: text/plain; charset=utf-8\r\nCache-Control: no-store\r\nReferrer-Policy: "
          "no-referrer\r\nConnection: close\r\nContent-Length: ",
          text.size(), "\r\n\r\n", text);
  if (::send(fd, reply.data(), reply.size(), MSG_NOSIGNAL) < 0) return;  // it went away; that is its right
}

}  // namespace

Result<Receiver> Receiver::listen(std::string_view host, std::uint16_t port) {
  const int family = host == "::1" ? AF_INET6 : AF_INET;
  lib::Descriptor socket(::socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0));
  Address address = address_of(host, port);
  const int on = 1;
  const bool listening =
      socket.is_open() && ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == 0 &&
      ::bind(socket.get(), address.get(), address.length) == 0 && ::listen(socket.get(), 8) == 0;
  if (!listening)
    return make_error(Code::conflict,
                      cat("Port ", port, " of ", host, " can not be used: ", std::strerror(errno), "."));
  const std::uint16_t given = port_of(socket.get());
  return Receiver(std::move(socket), given);
}

std::string Receiver::serve(const std::function<bool(std::string_view)>& fits) const {
  const lib::Descriptor connection(::accept4(socket_.get(), nullptr, nullptr, SOCK_CLOEXEC));
  if (!connection.is_open()) return "";
  ::setsockopt(connection.get(), SOL_SOCKET, SO_RCVTIMEO, &kPatience, sizeof kPatience);
  std::string target = target_of(read_head(connection.get()));
  const bool is_right = !target.empty() && fits(target);
  answer(connection.get(), is_right);
  return is_right ? target : "";
}

Result<Receiver::Came> Receiver::wait(const std::function<bool(std::string_view target)>& fits,
                                      Duration limit) {
  const auto end = std::chrono::steady_clock::now() + limit;
  bool may_be_typed = true;
  while (may_be_typed || listens()) {
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(end - std::chrono::steady_clock::now());
    if (left.count() <= 0) return make_error(Code::expired, "Nobody came back in time.");
    std::array<pollfd, 2> waiting{pollfd{socket_.get(), POLLIN, 0},
                                  pollfd{may_be_typed ? STDIN_FILENO : -1, POLLIN, 0}};
    if (::poll(waiting.data(), waiting.size(),
               static_cast<int>(std::min<std::int64_t>(left.count(), 60'000))) <= 0)
      continue;
    if ((waiting[0].revents & POLLIN) != 0) {
      if (std::string target = serve(fits); !target.empty()) return Came{std::move(target), false};
    }
    if (waiting[1].revents == 0) continue;
    std::array<char, 4096> buffer{};
    const ssize_t n = ::read(STDIN_FILENO, buffer.data(), buffer.size());
    if (n <= 0 || typed_.size() > kMostBytes) {
      may_be_typed = false;
      continue;
    }
    typed_.append(buffer.data(), static_cast<std::size_t>(n));
    const std::size_t newline = typed_.find('\n');
    if (newline == std::string::npos) continue;
    std::string line(trim(std::string_view(typed_).substr(0, newline)));
    typed_.erase(0, newline + 1);
    if (!line.empty()) return Came{std::move(line), true};
  }
  return make_error(Code::invalid, "There is nowhere from where the address could come.",
                    "Run this on a terminal, and paste the address there.");
}

}  // namespace lanyard::cli
