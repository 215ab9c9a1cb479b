#include "platform/net/router.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>

#include "base/text.h"

namespace lanyard::net {
namespace {

constexpr std::size_t kMethods = static_cast<std::size_t>(Method::other);

std::size_t index_of(Method method) {
  return static_cast<std::size_t>(method);
}

// A wrong route table is a bug in the program, so it does not start.
[[noreturn]] void refuse(const std::string& reason) {
  const std::string line = cat("lanyard: route table: ", reason, "\n");
  std::fputs(line.c_str(), stderr);
  std::abort();
}

enum class Kind { fixed, part, rest };

struct Segment {
  Kind kind = Kind::fixed;
  std::string text;  // the fixed text, or the name
};

std::vector<Segment> read_pattern(std::string_view pattern) {
  if (!pattern.starts_with('/')) refuse(cat("the pattern ", pattern, " does not start with a slash"));
  std::vector<Segment> segments;
  std::vector<std::string> names;
  for (const std::string_view piece : split(pattern.substr(1), '/')) {
    if (!segments.empty() && segments.back().kind == Kind::rest) {
      refuse(cat("the pattern ", pattern, " goes on after {", segments.back().text, "...}"));
    }
    if (piece.find_first_of("{}") == std::string_view::npos) {
      segments.push_back({Kind::fixed, std::string(piece)});
      continue;
    }
    const bool rest = piece.ends_with("...}");
    const std::string_view name =
        piece.size() < 3 ? std::string_view() : piece.substr(1, piece.size() - (rest ? 5 : 2));
    const auto fits = [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; };
    if (!piece.starts_with('{') || !piece.ends_with('}') || name.empty() ||
        !std::ranges::all_of(name, fits)) {
      refuse(cat("the pattern ", pattern, " has the part ", piece,
                 ", which is neither text nor {name} nor {name...}"));
    }
    if (std::ranges::find(names, name) != names.end())
      refuse(cat("the pattern ", pattern, " names ", name, " twice"));
    names.emplace_back(name);
    segments.push_back({rest ? Kind::rest : Kind::part, std::string(name)});
  }
  return segments;
}

// True when some path fits both patterns. A part takes one segment that is not empty, a rest takes any
// number, also none.
bool overlap(const std::vector<Segment>& a, const std::vector<Segment>& b) {
  for (std::size_t i = 0;; ++i) {
    const bool a_ends = i == a.size();
    const bool b_ends = i == b.size();
    if ((!a_ends && a[i].kind == Kind::rest && !b_ends) || (!b_ends && b[i].kind == Kind::rest && !a_ends))
      return true;
    if (a_ends || b_ends) return a_ends && b_ends;
    if (a[i].kind == Kind::fixed && b[i].kind == Kind::fixed) {
      if (a[i].text != b[i].text) return false;
    } else if ((a[i].kind == Kind::fixed && a[i].text.empty()) ||
               (b[i].kind == Kind::fixed && b[i].text.empty())) {
      return false;
    }
  }
}

bool share_method(Method a, Method b) {
  const auto as_get = [](Method method) { return method == Method::head ? Method::get : method; };
  return as_get(a) == as_get(b);
}

}  // namespace

std::string_view to_string(Runs runs) {
  switch (runs) {
    case Runs::on_loop:
      return "on_loop";
    case Runs::db:
      return "db";
    case Runs::slow:
      return "slow";
    case Runs::waits:
      return "waits";
  }
  return "db";
}

// A tree with one level for each segment of the path.
struct Router::Node {
  struct Leaf {
    std::array<const Endpoint*, kMethods> by_method{};
    std::array<std::vector<std::string>, kMethods> names;
    bool empty() const {
      return std::ranges::all_of(by_method, [](const Endpoint* e) { return e == nullptr; });
    }
  };
  std::vector<std::pair<std::string, std::unique_ptr<Node>>> fixed;  // sorted by text
  std::unique_ptr<Node> part;
  Leaf here;  // the path ends here
  Leaf rest;  // whatever follows

  Node* child(std::string_view text) const {
    const auto at = std::ranges::lower_bound(fixed, text, std::less<>(),
                                             [](const auto& entry) { return std::string_view(entry.first); });
    return at != fixed.end() && at->first == text ? at->second.get() : nullptr;
  }

  Node* add_child(const std::string& text) {
    const auto at = std::ranges::lower_bound(fixed, text, std::less<>(),
                                             [](const auto& entry) { return std::string_view(entry.first); });
    return fixed.emplace(at, text, std::make_unique<Node>())->second.get();
  }

  struct Search {
    Method method;
    std::vector<std::string_view> values;
    std::array<bool, kMethods> allowed{};
    const Endpoint* found = nullptr;
    const std::vector<std::string>* names = nullptr;
  };

  static bool look_in(const Leaf& leaf, Search& search) {
    for (std::size_t i = 0; i < kMethods; ++i)
      search.allowed[i] = search.allowed[i] || leaf.by_method[i] != nullptr;
    if (search.method == Method::other) return false;
    std::size_t index = index_of(search.method);
    if (leaf.by_method[index] == nullptr && search.method == Method::head) index = index_of(Method::get);
    search.found = leaf.by_method[index];
    search.names = &leaf.names[index];
    return search.found != nullptr;
  }

  // `path` is what is left behind the slash. Overlapping patterns may exist for different methods, so a
  // branch that has the path but not the method does not end the search.
  bool search(std::string_view path, Search& search) const {
    const std::size_t slash = path.find('/');
    const std::string_view segment = path.substr(0, slash);
    const auto descend = [&](const Node& next) {
      if (slash == std::string_view::npos) return look_in(next.here, search);
      return next.search(path.substr(slash + 1), search);
    };
    if (const Node* next = child(segment); next != nullptr && descend(*next)) return true;
    if (part && !segment.empty()) {
      search.values.push_back(segment);
      if (descend(*part)) return true;
      search.values.pop_back();
    }
    if (!rest.empty()) {
      search.values.push_back(path);
      if (look_in(rest, search)) return true;
      search.values.pop_back();
    }
    return false;
  }
};

Router::Router() : root_(std::make_unique<Node>()) {}
Router::~Router() = default;
Router::Router(Router&&) noexcept = default;
Router& Router::operator=(Router&&) noexcept = default;

void Router::add(Endpoint endpoint) {
  const std::vector<Segment> segments = read_pattern(endpoint.pattern);
  if (endpoint.method == Method::other) refuse(cat("the pattern ", endpoint.pattern, " has no method"));
  if (!endpoint.handler) refuse(cat(to_string(endpoint.method), " ", endpoint.pattern, " has no handler"));
  for (const auto& other : endpoints_) {
    if (share_method(other->method, endpoint.method) && overlap(read_pattern(other->pattern), segments)) {
      refuse(cat(to_string(endpoint.method), " ", endpoint.pattern, " and ", to_string(other->method), " ",
                 other->pattern, " could answer the same request"));
    }
  }

  Node* node = root_.get();
  Node::Leaf* leaf = nullptr;
  std::vector<std::string> names;
  for (const Segment& segment : segments) {
    if (segment.kind != Kind::fixed) names.push_back(segment.text);
    if (segment.kind == Kind::rest) {
      leaf = &node->rest;
      break;
    }
    if (segment.kind == Kind::part) {
      if (!node->part) node->part = std::make_unique<Node>();
      node = node->part.get();
    } else if (Node* next = node->child(segment.text)) {
      node = next;
    } else {
      node = node->add_child(segment.text);
    }
  }
  if (leaf == nullptr) leaf = &node->here;
  endpoints_.push_back(std::make_unique<Endpoint>(std::move(endpoint)));
  const Endpoint* added = endpoints_.back().get();
  leaf->by_method[index_of(added->method)] = added;
  leaf->names[index_of(added->method)] = std::move(names);
}

void Router::add(Method method, std::string pattern, Runs runs,
                 std::function<Response(const Request&)> handler) {
  Endpoint endpoint;
  endpoint.method = method;
  endpoint.pattern = std::move(pattern);
  endpoint.runs = runs;
  endpoint.handler = std::move(handler);
  add(std::move(endpoint));
}

Match Router::match(Method method, std::string_view path) const {
  Match match;
  if (!path.starts_with('/')) return match;
  Node::Search search{method, {}, {}, nullptr, nullptr};
  if (root_->search(path.substr(1), search)) {
    match.endpoint = search.found;
    match.parts.reserve(search.values.size());
    for (std::size_t i = 0; i < search.values.size(); ++i)
      match.parts.emplace_back((*search.names)[i], search.values[i]);
    return match;
  }
  if (search.allowed[index_of(Method::get)]) search.allowed[index_of(Method::head)] = true;
  for (std::size_t i = 0; i < kMethods; ++i) {
    if (!search.allowed[i]) continue;
    if (!match.allowed.empty()) match.allowed += ", ";
    match.allowed += to_string(static_cast<Method>(i));
  }
  return match;
}

std::vector<const Endpoint*> Router::all() const {
  std::vector<const Endpoint*> endpoints;
  endpoints.reserve(endpoints_.size());
  for (const auto& endpoint : endpoints_) endpoints.push_back(endpoint.get());
  return endpoints;
}

}  // namespace lanyard::net
