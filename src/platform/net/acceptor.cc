#include "platform/net/acceptor.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <new>

#include "base/text.h"

namespace lanyard::net {
namespace {

constexpr int kBacklog = 4096;
constexpr int kAcceptsInTurn = 64;  // then the requests of others get theirs
constexpr auto kRetry = std::chrono::milliseconds(100);

struct SocketName {
  sockaddr_storage storage{};
  socklen_t size = sizeof storage;
  sockaddr* get() { return reinterpret_cast<sockaddr*>(&storage); }
};

std::optional<Address> address_of(SocketName& name) {
  Address address = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF, 0, 0, 0, 0};
  if (name.storage.ss_family == AF_INET) {
    std::memcpy(address.data() + 12, &reinterpret_cast<sockaddr_in*>(name.get())->sin_addr, 4);
    return address;
  }
  if (name.storage.ss_family == AF_INET6) {
    std::memcpy(address.data(), &reinterpret_cast<sockaddr_in6*>(name.get())->sin6_addr, 16);
    return address;
  }
  return std::nullopt;
}

Error bind_error(const Listener& listener, int error) {
  const std::string where = cat(listener.address, " port ", listener.port);
  std::string hint = "Choose an address of this machine.";
  if (error == EADDRINUSE) hint = "Another program listens there; stop it or choose another port.";
  if (error == EACCES)
    hint = "Ports below 1024 need a permission; use a socket unit, CAP_NET_BIND_SERVICE or a higher port.";
  return make_error(Code::unavailable, cat("Cannot listen on ", where, ": ", std::strerror(error), "."),
                    hint);
}

Status read_port(Door& door) {
  SocketName name;
  if (::getsockname(door.socket, name.get(), &name.size) != 0)
    return internal_error(cat("getsockname: ", std::strerror(errno)));
  if (name.storage.ss_family == AF_INET)
    door.port = ntohs(reinterpret_cast<sockaddr_in*>(name.get())->sin_port);
  if (name.storage.ss_family == AF_INET6)
    door.port = ntohs(reinterpret_cast<sockaddr_in6*>(name.get())->sin6_port);
  return {};
}

}  // namespace

Status open_door(Door& door) {
  const Listener& listener = door.listener;
  if (listener.inherited_fd >= 0) {
    int listens = 0;
    socklen_t size = sizeof listens;
    const int fd = listener.inherited_fd;
    if (::getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listens, &size) != 0 || listens == 0) {
      return make_error(Code::invalid, cat("The inherited descriptor ", fd, " is not a listening socket."),
                        "Check the socket unit: it needs ListenStream= and Accept=no.");
    }
    ::fcntl(fd, F_SETFL, ::fcntl(fd, F_GETFL) | O_NONBLOCK);
    ::fcntl(fd, F_SETFD, FD_CLOEXEC);
    door.socket = fd;
    return read_port(door);
  }
  const auto address = parse_address(listener.address);
  if (!address) {
    return make_error(Code::invalid, cat("\"", listener.address, "\" is not an address to listen on."),
                      "Write it like 127.0.0.1, 0.0.0.0 or ::.");
  }
  SocketName name;
  if (listener.address.find(':') == std::string::npos) {
    auto* v4 = reinterpret_cast<sockaddr_in*>(name.get());
    v4->sin_family = AF_INET;
    v4->sin_port = htons(listener.port);
    std::memcpy(&v4->sin_addr, address->data() + 12, 4);
    name.size = sizeof(sockaddr_in);
  } else {
    auto* v6 = reinterpret_cast<sockaddr_in6*>(name.get());
    v6->sin6_family = AF_INET6;
    v6->sin6_port = htons(listener.port);
    std::memcpy(&v6->sin6_addr, address->data(), 16);
    name.size = sizeof(sockaddr_in6);
  }
  const int fd = ::socket(name.storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return bind_error(listener, errno);
  door.socket = fd;
  const int on = 1;
  ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (::bind(fd, name.get(), name.size) != 0 || ::listen(fd, kBacklog) != 0)
    return bind_error(listener, errno);
  return read_port(door);
}

Acceptor::Acceptor(Common& common, std::vector<std::unique_ptr<Loop>>& loops, const Door& door)
    : common_(common),
      loops_(loops),
      door_(door),
      socket_(loops.front()->io, door.socket),
      retry_(loops.front()->io) {}

void Acceptor::start() {
  wait();
}

void Acceptor::wait() {
  socket_.async_wait(boost::asio::posix::stream_descriptor::wait_read,
                     for_wait_.keep([this](const boost::system::error_code& error) {
                       if (!error) accept_some();
                     }));
}

void Acceptor::accept_some() {
  for (int i = 0; i < kAcceptsInTurn; ++i) {
    if (!accept_one()) break;
  }
  if (!paused_) wait();
}

bool Acceptor::accept_one() {
  SocketName name;
  OpenSocket socket(::accept4(socket_.native_handle(), name.get(), &name.size, SOCK_NONBLOCK | SOCK_CLOEXEC));
  if (socket.get() < 0) {
    const int error = errno;
    if (error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM) pause(error);
    return error == ECONNABORTED || error == EINTR;
  }
  if (common_.connections.load(std::memory_order_relaxed) >= common_.options.limits.connections) {
    common_.refused.fetch_add(1, std::memory_order_relaxed);
    return true;
  }
  const int on = 1;
  ::setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  const auto address = address_of(name);
  try {
    choose().adopt(std::move(socket), door_, address ? to_text(*address) : std::string("unix"),
                   address ? common_.proxies.contains(*address) : common_.proxies.trusts_unix_sockets());
  } catch (const std::bad_alloc&) {  // this one is closed; the others had better wait a little
    common_.refused.fetch_add(1, std::memory_order_relaxed);
    pause(ENOMEM);
    return false;
  }
  return true;
}

// In turn, but never one that has more than another: a proxy's few long connections must not meet on one
// loop.
Loop& Acceptor::choose() {
  std::size_t best = next_;
  for (std::size_t i = 1; i < loops_.size(); ++i) {
    const std::size_t at = (next_ + i) % loops_.size();
    if (loops_[at]->load() < loops_[best]->load()) best = at;
  }
  next_ = (best + 1) % loops_.size();
  return *loops_[best];
}

// Without a descriptor the connection stays in the kernel's queue and its socket readable, so waiting would
// spin.
void Acceptor::pause(int error) {
  if (paused_) return;
  common_.log.warning("http.accept_paused", {{"cause", std::string_view(std::strerror(error))}});
  try {
    wait_to_retry();
    paused_ = true;
  } catch (const std::bad_alloc&) {  // then the next connection is what wakes us
    common_.log.warning("http.accept_not_paused");
  }
}

void Acceptor::wait_to_retry() {
  retry_.expires_after(kRetry);
  retry_.async_wait(for_retry_.keep([this](const boost::system::error_code& failed) {
    paused_ = false;
    if (!failed && socket_.is_open()) accept_some();
  }));
}

void Acceptor::finish() {
  while (accept_one()) {
  }
  retry_.cancel();
  boost::system::error_code ignored;
  socket_.close(ignored);
}

}  // namespace lanyard::net
