// A server's life: listening, running out of things, stopping.
#include <sys/resource.h>
#include <sys/un.h>

#include <atomic>
#include <thread>

#include "platform/net/raw_client.h"
#include "platform/net/server.h"

namespace lanyard::net {
namespace {

using std::chrono::milliseconds;
using test::Answer;
using test::Gate;
using test::hello;
using test::hello_router;
using test::make_router;
using test::on;
using test::RawClient;
using test::Running;
using test::with_limits;

TEST(Server, a_port_in_use_is_named) {
  Running running(hello_router());
  const lanyard::test::FakeClock clock;
  const lanyard::test::LogBook book(clock);
  ServerOptions options;
  options.listeners.push_back({.port = running.port(), .router = hello_router()});
  const auto made = Server::make(std::move(options), clock, book.log());
  ASSERT_FALSE(made.ok());
  EXPECT_NE(made.error().message.find(cat(running.port())), std::string::npos);
}

TEST(Server, stopping_answers_what_was_begun_and_closes_what_is_idle) {
  Gate gate;
  Running running(
      make_router({on(Runs::db, Method::get, "/slow", [&](const Request& r) { return gate.wait(r); }),
                   on(Runs::on_loop, Method::get, "/", hello)}));
  RawClient idle(running.port());
  EXPECT_EQ(idle.get("/").status, 200);
  RawClient busy(running.port());
  busy.send("GET /slow HTTP/1.1\r\nHost: h\r\n\r\n");
  RawClient begun(running.port());
  begun.send("GET / HTTP/1.1\r\nHo");
  gate.wait_for(1);
  while (running.server().counts().connections < 3) std::this_thread::yield();
  std::thread stopper([&] { running.server().stop(); });
  EXPECT_TRUE(idle.closes());
  const Answer rest = begun.send("st: h\r\n\r\n").read();
  EXPECT_EQ(rest.status, 200);
  EXPECT_TRUE(rest.has("Connection: close\r\n"));
  gate.open.set_value();
  const Answer answer = busy.read();
  EXPECT_EQ(answer.body, "through");
  EXPECT_TRUE(answer.has("Connection: close\r\n"));
  stopper.join();
  EXPECT_FALSE(RawClient(running.port()).connected());
}

TEST(Server, stopping_ends_when_the_drain_time_is_over) {
  Gate gate;
  Limits limits;
  limits.drain_time = milliseconds(100);
  auto running = std::make_unique<Running>(
      make_router({on(Runs::db, Method::get, "/slow", [&](const Request& r) { return gate.wait(r); })}),
      with_limits(limits));
  RawClient busy(running->port());
  busy.send("GET /slow HTTP/1.1\r\nHost: h\r\n\r\n");
  gate.wait_for(1);
  const auto before = std::chrono::steady_clock::now();
  running->server().stop();
  EXPECT_LT(std::chrono::steady_clock::now() - before, milliseconds(1500));
  EXPECT_TRUE(busy.closes());
  gate.open.set_value();
  running.reset();
}

TEST(Server, stopping_under_load_loses_no_request) {
  for (int round = 0; round < 3; ++round) {
    Running running(
        make_router({on(Runs::on_loop, Method::get, "/", hello), on(Runs::db, Method::get, "/db", hello)}));
    std::atomic<int> lost{0};
    std::atomic<int> served{0};
    std::vector<std::thread> threads;
    for (int i = 0; i < 8; ++i) {
      threads.emplace_back([&, i] {
        for (;;) {
          RawClient client(running.port());
          if (!client.connected()) return;  // the listener is gone
          for (bool open = true; open;) {
            const Answer answer = client.get(i % 2 == 0 ? "/" : "/db");
            if (answer.status != 200) {
              ++lost;
              return;
            }
            ++served;
            open = !answer.has("Connection: close\r\n");
          }
        }
      });
    }
    while (served < 500) std::this_thread::yield();
    running.server().stop();
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(lost, 0);
  }
}

TEST(Server, connections_over_the_limit_are_refused) {
  Limits limits;
  limits.connections = 2;
  Running running(hello_router(), with_limits(limits));
  RawClient a(running.port());
  RawClient b(running.port());
  EXPECT_EQ(a.get("/").status, 200);
  EXPECT_EQ(b.get("/").status, 200);
  RawClient c(running.port());
  EXPECT_TRUE(c.closes());
  EXPECT_EQ(running.server().counts().refused, 1U);
  EXPECT_EQ(a.get("/").status, 200);
}

TEST(Server, a_connection_ends_after_its_number_of_requests) {
  Limits limits;
  limits.requests_per_connection = 2;
  Running running(hello_router(), with_limits(limits));
  RawClient client(running.port());
  EXPECT_TRUE(client.get("/").has("keep-alive"));
  EXPECT_TRUE(client.get("/").has("Connection: close"));
  EXPECT_TRUE(client.closes());
}

TEST(Server, accepting_pauses_without_descriptors_and_recovers) {
  Running running(hello_router());
  RawClient warm(running.port());
  EXPECT_EQ(warm.get("/").status, 200);
  RawClient waiting(running.port(), 0);  // its descriptor exists before they run out
  EXPECT_EQ(waiting.get("/").status, 200);
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
  const int next = ::dup(0);
  ::close(next);
  rlimit tight = before;
  tight.rlim_cur = static_cast<rlim_t>(next) + 1;  // room for the client's socket and nothing else
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &tight), 0);
  RawClient starved(running.port());
  EXPECT_TRUE(starved.connected());
  while (running.log().find("http.accept_paused") == std::string::npos)
    std::this_thread::sleep_for(milliseconds(5));
  EXPECT_EQ(warm.get("/").status, 200);
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
  EXPECT_EQ(starved.get("/").status, 200);
}

TEST(Server, inherited_sockets_are_served_also_unix_ones) {
  const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string name = cat("lanyard-test-", ::getpid());
  std::copy(name.begin(), name.end(), address.sun_path + 1);  // an abstract name: nothing to clean up
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + name.size());
  ASSERT_EQ(::bind(fd, reinterpret_cast<const sockaddr*>(&address), size), 0);
  ASSERT_EQ(::listen(fd, 4), 0);
  ServerOptions options;
  options.trusted_proxies = {"unix"};
  options.listeners.push_back({.inherited_fd = fd});
  Running running(make_router({on(Runs::on_loop, Method::get, "/",
                                  [](const Request& r) {
                                    return Response::text(200, std::string(r.client_address()));
                                  })}),
                  std::move(options));
  const int client = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  ASSERT_EQ(::connect(client, reinterpret_cast<const sockaddr*>(&address), size), 0);
  const std::string request = "GET / HTTP/1.0\r\nX-Forwarded-For: 1.2.3.4\r\n\r\n";
  ASSERT_EQ(::send(client, request.data(), request.size(), MSG_NOSIGNAL),
            static_cast<ssize_t>(request.size()));
  std::string answer;
  char bytes[1024];
  for (ssize_t count = 0; (count = ::recv(client, bytes, sizeof bytes, 0)) > 0;)
    answer.append(bytes, static_cast<std::size_t>(count));
  ::close(client);
  EXPECT_TRUE(answer.ends_with("1.2.3.4")) << answer;
}

TEST(Server, a_descriptor_that_does_not_listen_is_refused) {
  const lanyard::test::FakeClock clock;
  const lanyard::test::LogBook book(clock);
  ServerOptions options;
  options.listeners.push_back({.inherited_fd = 0, .router = hello_router()});
  EXPECT_FALSE(Server::make(std::move(options), clock, book.log()).ok());
}

TEST(Server, a_client_that_leaves_while_its_request_runs_harms_nobody) {
  Gate gate;
  Running running(
      make_router({on(Runs::db, Method::get, "/slow", [&](const Request& r) { return gate.wait(r); }),
                   on(Runs::on_loop, Method::get, "/", hello)}));
  {
    RawClient(running.port()).send("GET /slow HTTP/1.1\r\nHost: h\r\n\r\n");
    gate.wait_for(1);
  }
  gate.open.set_value();
  RawClient client(running.port());
  EXPECT_EQ(client.get("/").status, 200);
  while (running.server().counts().connections > 1) std::this_thread::yield();
}

}  // namespace
}  // namespace lanyard::net
