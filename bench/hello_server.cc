// A server with one small answer, for a load generator: what a request costs before anybody has done anything
// for it.
//   bench_http_server [port] [certificate key]
#include <csignal>
#include <cstdio>
#include <cstdlib>

#include "platform/net/server.h"

int main(int count, char** words) {
  using namespace lanyard;
  using namespace lanyard::net;
  const auto lines = std::make_shared<const std::string>(
      "Content-Type: application/json\r\nX-User: ada\r\nX-Groups: physics\r\n");
  const auto body = std::make_shared<const std::string>(153, 'x');
  auto router = std::make_shared<Router>();
  router->add(
      {.method = Method::get, .pattern = "/auth", .runs = Runs::on_loop, .handler = [&](const Request&) {
         Response response;
         response.shared_headers(lines).shared_body(body);
         return response;
       }});
  ServerOptions options;
  Listener listener;
  listener.port = static_cast<std::uint16_t>(count > 1 ? std::atoi(words[1]) : 8099);
  if (count > 3) listener.tls = {words[2], words[3]};
  listener.router = router;
  listener.access_log = false;
  options.listeners.push_back(listener);
  options.limits.connections = 20'000;

  const SystemClock clock;
  const Log log(clock, Level::info, Log::to_stderr());
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  auto server = Server::make(std::move(options), clock, log);
  if (!server.ok() || !server.value()->start().ok()) {
    std::fputs("The server did not start.\n", stderr);
    return 1;
  }
  int signal = 0;
  sigwait(&signals, &signal);
  server.value()->stop();
}
