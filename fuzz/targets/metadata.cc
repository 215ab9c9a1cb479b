// What an issuer publishes about itself: only addresses that may be called are kept, and only of this issuer.
#include "base/text.h"
#include "base/url.h"
#include "domain/issuers/discovery.h"
#include "fuzz/fuzz.h"

namespace lanyard::fuzz {
namespace {

constexpr std::string_view kIssuer = "https://idp.example.org/realm";

void check(const issuers::Metadata& metadata, std::string_view scheme) {
  HOLDS(metadata.issuer == kIssuer);
  HOLDS(!metadata.jwks_uri.empty());
  for (const std::string* address :
       {&metadata.jwks_uri, &metadata.authorization_endpoint, &metadata.token_endpoint,
        &metadata.userinfo_endpoint, &metadata.revocation_endpoint, &metadata.end_session_endpoint}) {
    if (address->empty()) continue;
    const auto url = parse_url(*address);
    HOLDS(url.ok() && (url->scheme == "https" || url->scheme == scheme));
  }
  HOLDS(issuers::moved_endpoint(metadata, metadata, kIssuer).empty());
}

}  // namespace

void metadata(std::string_view input) {
  const auto strict = issuers::read_metadata(input, kIssuer, {});
  const auto loopback = issuers::read_metadata(input, kIssuer, {.http = true, .loopback = true});
  HOLDS(loopback.ok() || !strict.ok());
  if (strict.ok()) check(*strict, "https");
  if (loopback.ok()) {
    check(*loopback, "http");
  } else {
    HOLDS(loopback.error().code == Code::upstream && !has_control(loopback.error().message));
  }
  HOLDS(!issuers::read_metadata(input, cat(kIssuer, "/"), {.http = true, .loopback = true}).ok() ||
        !loopback.ok());
  // A text that stands for an issuer leads to its own host alone.
  const auto issuer = parse_url(input);
  if (!issuer.ok() || issuer->query) return;
  for (const std::string& address : issuers::metadata_addresses(input)) {
    const auto url = parse_url(address);
    HOLDS(address.size() > 8192 || (url.ok() && url->origin() == issuer->origin()));
  }
}

}  // namespace lanyard::fuzz
