#include "platform/net/systemd.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdlib>
#include <cstring>

#include "base/text.h"

namespace lanyard::net {
namespace {

constexpr int kFirst = 3;
constexpr int kMost = 64;

std::string_view environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string_view() : std::string_view(value);
}

bool is_for_us(std::string_view pid) {
  const auto number = parse_integer(pid);
  return number.ok() && *number == ::getpid();
}

}  // namespace

Result<std::vector<InheritedSocket>> take_inherited_sockets() {
  std::vector<InheritedSocket> sockets;
  if (is_for_us(environment("LISTEN_PID"))) {
    const auto count = parse_integer(environment("LISTEN_FDS"));
    if (!count.ok() || *count < 0 || *count > kMost) {
      return make_error(Code::invalid, "LISTEN_FDS is not a number of sockets.",
                        "It is set by the service manager; do not set it by hand.");
    }
    const std::vector<std::string_view> names = split(environment("LISTEN_FDNAMES"), ':');
    for (int i = 0; i < *count; ++i) {
      const int fd = kFirst + i;
      if (::fcntl(fd, F_SETFD, FD_CLOEXEC) != 0) {
        return make_error(Code::invalid, cat("LISTEN_FDS promises descriptor ", fd, ", which is not open."),
                          "It is set by the service manager; do not set it by hand.");
      }
      const auto index = static_cast<std::size_t>(i);
      sockets.push_back({fd, index < names.size() ? std::string(names[index]) : std::string()});
    }
  }
  for (const char* name : {"LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"}) ::unsetenv(name);
  return sockets;
}

Status notify_service_manager(std::string_view state) {
  const std::string_view path = environment("NOTIFY_SOCKET");
  if (path.empty()) return {};
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if ((path.front() != '/' && path.front() != '@') || path.size() >= sizeof address.sun_path) {
    return make_error(Code::invalid, "NOTIFY_SOCKET is not the path of a socket.");
  }
  std::memcpy(address.sun_path, path.data(), path.size());
  if (path.front() == '@') address.sun_path[0] = '\0';  // an abstract name
  const int fd = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0)
    return make_error(Code::unavailable, "The service manager can not be told.", {}, std::strerror(errno));
  const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path.size());
  const ssize_t sent = ::sendto(fd, state.data(), state.size(), MSG_NOSIGNAL,
                                reinterpret_cast<const sockaddr*>(&address), length);
  const int error = errno;
  ::close(fd);
  if (sent < 0)
    return make_error(Code::unavailable, "The service manager can not be told.", {}, std::strerror(error));
  return {};
}

std::optional<Duration> watchdog_interval() {
  const std::string_view pid = environment("WATCHDOG_PID");
  if (!pid.empty() && !is_for_us(pid)) return std::nullopt;
  const auto micros = parse_integer(environment("WATCHDOG_USEC"));
  if (!micros.ok() || *micros <= 0) return std::nullopt;
  return Duration(*micros);
}

}  // namespace lanyard::net
