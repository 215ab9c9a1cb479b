// Which function answers which request, and on which thread it runs.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "platform/net/http.h"

namespace lanyard::net {

// Classes of work. Each has its own bounded queue; a full queue answers 503 with Retry-After.
enum class Runs {
  on_loop,  // from memory, never blocks: gate verdicts, key sets, metadata, health, assets
  db,       // talks to the database
  slow,     // burns processor time: password hashes, imports
  waits,    // waits for somebody outside: token exchanges with upstreams, first fetch of keys
};
std::string_view to_string(Runs runs);

struct Endpoint {
  Method method = Method::get;  // a get endpoint also answers HEAD
  std::string pattern;          // "/api/v1/accounts/{id}"; "{rest...}" at the end takes the rest of the path
  Runs runs = Runs::db;
  std::function<Response(const Request&)> handler;
  // Tried first, on the event loop; an empty optional passes the request on to `handler` in its class. Must
  // not block.
  std::function<std::optional<Response>(const Request&)> quick;
  // Asked on the event loop after `quick` passed the request on: the class in which the handler runs for this
  // one request. Must not block. Default: `runs`.
  std::function<Runs(const Request&)> choose;
  // For handlers that wait for somebody outside: whom, as a number (0: nobody in particular). Those who wait
  // for the same one never take more than half of the threads, so that one who hangs does not hold up the
  // rest. Asked on the event loop; must not block.
  std::function<std::size_t(const Request&)> waits_for;
  std::size_t body_limit = 64 * 1024;
  // Answers under 500 leave no line in the access log: who asks for each of their requests has a log of their
  // own, and the handler logs what it refuses, as often as is good. Figures count them all the same.
  bool is_quiet = false;
};

struct Match {
  const Endpoint* endpoint = nullptr;  // nullptr: nothing there, see `allowed`
  std::string allowed;                 // "GET, HEAD, POST" when only the method was wrong
  std::vector<std::pair<std::string, std::string>> parts;
};

// Immutable after building; lookups from any thread. Two endpoints that could both answer are a bug found at
// start.
class Router {
 public:
  Router();
  ~Router();
  Router(Router&&) noexcept;
  Router& operator=(Router&&) noexcept;
  void add(Endpoint endpoint);
  void add(Method method, std::string pattern, Runs runs, std::function<Response(const Request&)> handler);
  Match match(Method method, std::string_view path) const;
  std::vector<const Endpoint*> all() const;

 private:
  struct Node;
  std::unique_ptr<Node> root_;
  std::vector<std::unique_ptr<Endpoint>> endpoints_;
};

}  // namespace lanyard::net
