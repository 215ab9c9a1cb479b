// lanyard_echo PORT: our HTTP engine alone. It answers each request with what it understood, as JSON, and
// writes the same to standard output, one line a request, so that a test can count what arrived behind a
// proxy.
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <mutex>

#include "base/json.h"
#include "platform/net/server.h"

namespace {

using namespace lanyard;
using net::Method;

net::Response answer(const net::Request& request) {
  static std::mutex mutex;
  const std::string text = json::write(json::Object{{"method", request.method_text()},
                                                    {"target", request.target()},
                                                    {"path", request.path()},
                                                    {"host", request.header_or("host", "")},
                                                    {"body", request.body()}});
  {
    const std::lock_guard guard(mutex);
    std::puts(text.c_str());
    std::fflush(stdout);
  }
  return net::Response::json(200, text);
}

}  // namespace

int main(int count, char** words) {
  auto router = std::make_shared<net::Router>();
  for (const Method method :
       {Method::get, Method::post, Method::put, Method::patch, Method::del, Method::options})
    router->add({.method = method, .pattern = "/{rest...}", .runs = net::Runs::on_loop, .handler = answer});
  net::ServerOptions options;
  net::Listener listener;
  listener.port = static_cast<std::uint16_t>(count > 1 ? std::atoi(words[1]) : 0);
  listener.router = router;
  listener.access_log = false;
  options.listeners.push_back(listener);
  options.loops = 1;
  options.limits.body_time = std::chrono::seconds(1);
  options.limits.head_time = std::chrono::seconds(1);

  const SystemClock clock;
  const Log log(clock, Level::info, Log::to_stderr());
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  auto server = net::Server::make(std::move(options), clock, log);
  if (!server.ok() || !server.value()->start().ok()) {
    std::fputs("The server did not start.\n", stderr);
    return 1;
  }
  int signal = 0;
  sigwait(&signals, &signal);
  server.value()->stop();
}
