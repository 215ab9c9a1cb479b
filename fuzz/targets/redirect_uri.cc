// Two lines: an address that a client registered, and the one that it names later. People are sent nowhere
// else, and what is added behind the question mark does not change the place.
#include <algorithm>

#include "base/text.h"
#include "base/url.h"
#include "domain/clients/client.h"
#include "domain/clients/clients.h"
#include "fuzz/fuzz.h"

namespace lanyard::fuzz {
namespace {

clients::Client client_with(std::string_view address) {
  clients::Client client;
  client.id = ClientId("hub");
  client.kind = "oauth";
  client.name = "Hub";
  client.redirect_uris = {std::string(address)};
  return client;
}

bool is_allowed(std::string_view address) {
  const auto faults = clients::check(client_with(address));
  for (const clients::Fault& fault : faults) HOLDS(!has_control(fault.what));
  return faults.empty();
}

void check_allowed(std::string_view address) {
  HOLDS(std::ranges::all_of(
      address, [](char c) { return c > 0x20 && c < 0x7F && c != '\\' && c != '#' && c != '*'; }));
  const std::string sent = with_query(address, Form{{"code", "c&d=e#f"}, {"state", "\r\n"}});
  const auto [place, query] = divide(sent, '?');
  HOLDS(place == address.substr(0, address.find('?')) && !has_line_break_or_nul(sent));
  const auto form = parse_form(query);
  if (form.ok())
    HOLDS(form->pairs().size() >= 2 && form->pairs()[form->pairs().size() - 2].second == "c&d=e#f");
  const auto url = parse_url(address);
  if (!url.ok()) return;  // an application's own scheme
  HOLDS(url->scheme == "https" || url->is_loopback());
  const auto whole = parse_url(sent);
  HOLDS(sent.size() > 8192 || (whole.ok() && whole->origin() == url->origin() && whole->path == url->path));
}

// The only difference that is allowed is the port of a loopback address.
void check_found(std::string_view registered, std::string_view named) {
  if (registered == named) return;
  const auto a = parse_url(registered), b = parse_url(named);
  HOLDS(a.ok() && b.ok() && a->scheme == "http" && b->scheme == "http" && a->host_is_ip && a->is_loopback());
  HOLDS(a->host == b->host && a->path == b->path && a->query == b->query);
}

}  // namespace

void redirect_uri(std::string_view input) {
  const auto [registered, named] = divide(input);
  const bool allowed = is_allowed(registered);
  if (allowed) check_allowed(registered);
  const clients::Client client = client_with(registered);
  HOLDS(clients::find_redirect(client, registered) != nullptr);
  if (allowed && clients::find_redirect(client, named) != nullptr) {
    HOLDS(is_allowed(named));
    check_found(registered, named);
  }
  const auto path = clients::parse_return_path(input);
  if (!path.ok()) return;
  HOLDS(*path == input && !has_line_break_or_nul(*path));
  const auto whole = parse_url(cat("https://wiki.example.org", *path));
  HOLDS(!whole.ok() || whole->origin() == "https://wiki.example.org");
}

}  // namespace lanyard::fuzz
