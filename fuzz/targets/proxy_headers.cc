// Lines: values of X-Forwarded-For, and a header with a client's certificate. The client's address is an
// address.
#include "base/text.h"
#include "fuzz/fuzz.h"
#include "platform/net/client_certificate.h"
#include "platform/net/proxies.h"

namespace lanyard::fuzz {
namespace {

const net::TrustedProxies& proxies() {
  static const net::TrustedProxies kProxies =
      net::TrustedProxies::make({"10.0.0.0/8", "127.0.0.1", "2001:db8::/32"}).value();
  return kProxies;
}

void check_network(std::string_view text) {
  const auto made = net::TrustedProxies::make({std::string(text)});
  if (!made.ok()) return;
  const auto address = net::parse_address(text.substr(0, text.find('/')));
  HOLDS(text == "unix" || (address && made->contains(*address)));
  // No network takes in the whole world.
  HOLDS(
      !(made->contains(*net::parse_address("192.0.2.1")) && made->contains(*net::parse_address("10.1.1.1"))));
  HOLDS(!(made->contains(*net::parse_address("2001:db8::1")) &&
          made->contains(*net::parse_address("fd00::1"))));
}

}  // namespace

void proxy_headers(std::string_view input) {
  std::vector<net::HeaderField> headers;
  for (const std::string_view line : split(input, '\n')) headers.push_back({"X-Forwarded-For", line});
  const auto client = proxies().forwarded_client(headers);
  if (client) {
    const auto address = net::parse_address(*client);
    HOLDS(address && net::to_text(*address) == *client);
    // A proxy that adds its own address changes nothing.
    headers.push_back({"x-forwarded-for", "10.7.7.7"});
    HOLDS(proxies().forwarded_client(headers) == client);
    headers.push_back({"X-Forwarded-For", "192.0.2.7"});
    HOLDS(proxies().forwarded_client(headers) == "192.0.2.7");
  }
  headers.push_back({"X-Forwarded-For", "unknown"});
  HOLDS(!proxies().forwarded_client(headers));
  if (const auto address = net::parse_address(input))
    HOLDS(net::parse_address(net::to_text(*address)) == *address);
  check_network(input);
  if (const auto der = net::parse_escaped_certificate(input)) HOLDS(!der->empty());
}

}  // namespace lanyard::fuzz
