// What a proxy asks: may this request pass? Read from its headers, which are believed from trusted proxies
// only (attack row 133).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "doors/gate/desk.h"
#include "doors/gate/refusal.h"

namespace lanyard::doors::gate {

// Where the original address stands.
enum class Wording {
  headers,  // X-Original-URI (nginx), X-Forwarded-Uri (Caddy, Traefik)
  path,     // behind "/gate/envoy/{client}" (Envoy)
};

struct Question {
  explicit Question(const net::Request& r) : request(r) {}
  Question(const Question&) = delete;
  Question& operator=(const Question&) = delete;

  const net::Request& request;
  const Place* place = nullptr;  // nullptr: no such application
  std::string_view method;       // original; "" when the proxy did not say
  std::string_view target;       // original path and query as the client sent them; "" when not believed
  std::string_view path;         // of the target, decoded once and normalised
  const Route* route = nullptr;
  std::string path_memory;

  bool is_public() const { return route != nullptr && route->public_page; }
  // A person at a browser who can be shown a page.
  bool wants_page() const;
};

// Fills the question as far as it can be read; what stands against asking anybody at all is returned.
std::optional<Refusal> read_question(const Desk& desk, Wording wording, Question& question);

// The path of an address as the server itself would read it; an empty optional where the server would refuse
// it, and for a fragment, which no request has. The result points into `target` or into `memory`.
std::optional<std::string_view> path_of(std::string_view target, std::string& memory);

}  // namespace lanyard::doors::gate
