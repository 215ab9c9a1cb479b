#include "platform/net/systemd.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstddef>
#include <cstdlib>

#include "base/text.h"

namespace lanyard::net {
namespace {

struct Variable {
  Variable(const char* name, const std::string& value) : name_(name) { ::setenv(name, value.c_str(), 1); }
  ~Variable() { ::unsetenv(name_); }
  Variable(const Variable&) = delete;
  Variable& operator=(const Variable&) = delete;
  const char* name_;
};

TEST(Systemd, sockets_meant_for_another_process_are_left_alone) {
  const Variable pid("LISTEN_PID", "1");
  const Variable count("LISTEN_FDS", "2");
  EXPECT_TRUE(take_inherited_sockets().value().empty());
  EXPECT_EQ(std::getenv("LISTEN_FDS"), nullptr);
  EXPECT_TRUE(take_inherited_sockets().value().empty());
}

TEST(Systemd, a_wrong_number_of_sockets_is_an_error) {
  for (const char* count : {"x", "-1", "100000", ""}) {
    const Variable pid("LISTEN_PID", cat(::getpid()));
    const Variable fds("LISTEN_FDS", count);
    EXPECT_FALSE(take_inherited_sockets().ok()) << count;
  }
}

TEST(Systemd, sockets_come_with_their_names) {
  // Descriptor 3 must be open for the promise to be true.
  const int fd = ::dup(0);
  if (fd != 3 && ::fcntl(3, F_GETFD) < 0) ::dup2(0, 3);
  const Variable pid("LISTEN_PID", cat(::getpid()));
  const Variable fds("LISTEN_FDS", "1");
  const Variable names("LISTEN_FDNAMES", "web:other");
  const auto sockets = take_inherited_sockets();
  ASSERT_TRUE(sockets.ok());
  ASSERT_EQ(sockets.value().size(), 1U);
  EXPECT_EQ(sockets.value()[0].fd, 3);
  EXPECT_EQ(sockets.value()[0].name, "web");
  if (fd != 3) ::close(fd);
}

TEST(Systemd, the_manager_is_told) {
  EXPECT_TRUE(notify_service_manager("READY=1").ok());  // there is none
  const int fd = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  const std::string name = cat("@lanyard-notify-", ::getpid());
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::copy(name.begin() + 1, name.end(), address.sun_path + 1);
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size());
  ASSERT_EQ(::bind(fd, reinterpret_cast<const sockaddr*>(&address), size), 0);
  const Variable variable("NOTIFY_SOCKET", name);
  EXPECT_TRUE(notify_service_manager("READY=1\nSTATUS=Serving").ok());
  char text[100] = {};
  EXPECT_EQ(::recv(fd, text, sizeof text, 0), 22);
  EXPECT_STREQ(text, "READY=1\nSTATUS=Serving");
  ::close(fd);
  EXPECT_FALSE(notify_service_manager("READY=1").ok());
}

TEST(Systemd, the_watchdog_is_asked_for_by_interval_and_process) {
  EXPECT_EQ(watchdog_interval(), std::nullopt);
  const Variable micros("WATCHDOG_USEC", "30000000");
  EXPECT_EQ(watchdog_interval(), std::chrono::seconds(30));
  const Variable pid("WATCHDOG_PID", "1");
  EXPECT_EQ(watchdog_interval(), std::nullopt);
}

}  // namespace
}  // namespace lanyard::net
