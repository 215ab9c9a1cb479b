#include "doors/gate/question.h"

#include "base/text.h"
#include "platform/net/request_rules.h"

namespace lanyard::doors::gate {
namespace {

struct Original {
  std::string_view uri, method;
  bool has_uri = false, has_method = false;
  bool conflict = false;  // two that say different things
};

void take(std::string_view value, std::string_view& into, bool& has, bool& conflict) {
  if (has && into != value) conflict = true;
  into = value;
  has = true;
}

// A client can send the header of another kind of proxy along; when that is not taken away, the two differ,
// and the one that is wrong can not be told from the one that is right.
Original read_headers(const net::Request& request) {
  Original original;
  for (const net::HeaderField& field : request.headers()) {
    switch (field.name.size()) {
      case 14:
        if (net::same_name(field.name, "x-original-uri"))
          take(field.value, original.uri, original.has_uri, original.conflict);
        break;
      case 15:
        if (net::same_name(field.name, "x-forwarded-uri"))
          take(field.value, original.uri, original.has_uri, original.conflict);
        break;
      case 17:
        if (net::same_name(field.name, "x-original-method"))
          take(field.value, original.method, original.has_method, original.conflict);
        break;
      case 18:
        if (net::same_name(field.name, "x-forwarded-method"))
          take(field.value, original.method, original.has_method, original.conflict);
        break;
      default:
        break;
    }
  }
  return original;
}

// "/gate/envoy/wiki/page?x=1" -> "/page?x=1"
Original read_path(const net::Request& request) {
  Original original;
  std::string_view rest = request.target();
  for (int segment = 0; segment < 3; ++segment) {
    const std::size_t slash = rest.find('/', 1);
    if (slash == std::string_view::npos) return original;
    rest.remove_prefix(slash);
  }
  original.uri = rest;
  original.method = request.method_text();
  original.has_uri = original.has_method = true;
  return original;
}

}  // namespace

bool Question::wants_page() const {
  const bool reads = method.empty() || method == "GET" || method == "HEAD";
  return reads && request.header_or("Accept", "").find("text/html") != std::string_view::npos;
}

std::optional<std::string_view> path_of(std::string_view target, std::string& memory) {
  if (target.find('#') != std::string_view::npos) return {};
  const std::string_view raw = target.substr(0, target.find('?'));
  if (has_control(raw) || raw.find(' ') != std::string_view::npos || !is_utf8(raw)) return {};
  return net::normalise_path(raw, memory);
}

std::optional<Refusal> read_question(const Desk& desk, Wording wording, Question& question) {
  const net::Request& request = question.request;
  question.place = desk.find(request.path_part("client"));
  if (!request.from_trusted_proxy()) return untrusted_proxy();
  if (question.place == nullptr) return unknown_application();
  const Original original = wording == Wording::path ? read_path(request) : read_headers(request);
  if (original.conflict) return contradiction();
  if (!original.has_uri) return no_address();
  question.method = original.method;
  const auto path = path_of(original.uri, question.path_memory);
  if (!path) return bad_address();
  question.target = original.uri;
  question.path = *path;
  const RouteTable::Found found = question.place->routes.find(*path);
  if (found.is_ambiguous) return bad_address();
  question.route = found.route;
  return {};
}

}  // namespace lanyard::doors::gate
