#include "cli/receiver.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <thread>

#include "base/text.h"

namespace lanyard::cli {
namespace {

// What comes back for these bytes.
std::string ask(std::uint16_t port, const std::string& bytes) {
  const lib::Descriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in four{};
  four.sin_family = AF_INET;
  four.sin_port = htons(port);
  four.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  sockaddr_storage storage{};
  std::memcpy(&storage, &four, sizeof four);
  if (::connect(socket.get(), static_cast<sockaddr*>(static_cast<void*>(&storage)), sizeof four) != 0)
    return "";
  if (::send(socket.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL) < 0) return "";
  ::shutdown(socket.get(), SHUT_WR);
  std::string all;
  std::array<char, 4096> buffer{};
  for (ssize_t n = 0; (n = ::recv(socket.get(), buffer.data(), buffer.size(), 0)) > 0;)
    all.append(buffer.data(), static_cast<std::size_t>(n));
  return all;
}

std::string get(std::uint16_t port, std::string_view target) {
  return ask(port, cat("GET ", target, " HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"));
}

TEST(TheReceiver, waits_for_the_address_that_fits_and_turns_everything_else_away) {
  auto receiver = Receiver::listen("127.0.0.1", 0);
  ASSERT_TRUE(receiver.ok()) << receiver.error().message;
  ASSERT_NE(receiver->port(), 0);
  const std::uint16_t port = receiver->port();
  std::vector<std::string> answers;
  std::thread browser([&] {
    answers.push_back(get(port, "/favicon.ico"));
    answers.push_back(get(port, "/callback?state=another"));
    answers.push_back(ask(port, "POST /callback?state=mine HTTP/1.1\r\n\r\n"));
    answers.push_back(ask(port, "GET /callback?state=mine HTTP/1.1\r\n"));
    answers.push_back(ask(port, std::string(100'000, 'x')));
    answers.push_back(get(port, "/callback?state=mine&code=c"));
  });
  const auto fits = [](std::string_view target) {
    return target.find("state=mine") != std::string_view::npos;
  };
  const auto came = receiver->wait(fits, std::chrono::seconds(30));
  browser.join();
  ASSERT_TRUE(came.ok()) << came.error().message;
  EXPECT_EQ(came->text, "/callback?state=mine&code=c");
  EXPECT_FALSE(came->was_pasted);
  ASSERT_EQ(answers.size(), 6U);
  for (std::size_t i = 0; i < 5; ++i) EXPECT_FALSE(answers[i].starts_with("HTTP/1.1 200")) << answers[i];
  EXPECT_TRUE(answers[0].starts_with("HTTP/1.1 404"));
  EXPECT_TRUE(answers[5].starts_with("HTTP/1.1 200"));
  EXPECT_NE(answers[5].find("Referrer-Policy: no-referrer"), std::string::npos);
  EXPECT_EQ(answers[5].find("code"), std::string::npos);
}

TEST(TheReceiver, gives_up_in_time_and_says_when_a_port_is_taken) {
  auto receiver = Receiver::listen("127.0.0.1", 0);
  ASSERT_TRUE(receiver.ok());
  const auto none = receiver->wait([](std::string_view) { return true; }, std::chrono::milliseconds(50));
  EXPECT_EQ(none.error().code, Code::expired);
  const auto taken = Receiver::listen("127.0.0.1", receiver->port());
  EXPECT_EQ(taken.error().code, Code::conflict);
}

}  // namespace
}  // namespace lanyard::cli
