#include "doors/gate/desk.h"

#include "base/text.h"

namespace lanyard::doors::gate {
namespace {

view::PageFrame at_application(view::PageFrame frame) {
  frame.asset_folder = kFolder.substr(0, kFolder.size() - 1);
  return frame;
}

Place make_place(const Parts& parts, const Settings& settings, const clients::Client& client) {
  const callers::Cookies cookies(client.origin.starts_with("https://"));
  return {&client, cookies, cookies.application_name(client.id.str()),
          // Derived from the key of our own forms, for another purpose.
          view::Guard(parts.guard.value_for(cat("application ", client.id.str())), client.origin),
          RouteTable(settings.routes, client.id.str())};
}

}  // namespace

std::optional<std::int64_t> Sparing::ask(const Clock& clock) {
  const std::int64_t now = std::chrono::duration_cast<Duration>(clock.steady().time_since_epoch()).count();
  std::int64_t next = next_.load(std::memory_order_relaxed);
  if (now < next || !next_.compare_exchange_strong(next, now + every_.count())) {
    kept_out_.fetch_add(1, std::memory_order_relaxed);
    return {};
  }
  return kept_out_.exchange(0);
}

Desk::Desk(Parts p, Settings s)
    : parts(std::move(p)),
      settings(std::move(s)),
      at_application(gate::at_application(parts.site)),
      identities(parts.identity_key, settings.public_url, settings.signed_identity_life) {
  places.reserve(parts.clients.all().size());
  for (const clients::Client& client : parts.clients.all())
    places.push_back(make_place(parts, settings, client));
}

const Place* Desk::find(std::string_view client) const {
  const clients::Client* found = parts.clients.find(client);
  if (found == nullptr) return nullptr;
  return &places[static_cast<std::size_t>(found - parts.clients.all().data())];
}

}  // namespace lanyard::doors::gate
