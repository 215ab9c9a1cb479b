// Asking a party outside what it publishes, and believing only what fits: OpenID Connect Discovery 1.0
// section 4, RFC 8414 section 3, RFC 7517 section 5.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "domain/issuers/publisher.h"

namespace lanyard::issuers {

// Where metadata may stand, in the order in which it is asked for: the segment appended (OpenID Connect), and
// inserted between host and path (RFC 8414).
std::vector<std::string> metadata_addresses(std::string_view issuer);

// Code::upstream unless the document is an object, names exactly this issuer, and has a jwks_uri; addresses
// that are no https (or, where `reach` says so, http to loopback) are refused.
Result<Metadata> read_metadata(std::string_view text, std::string_view issuer, const net::Reach& reach);

// The first member whose address moved to another origin since `before`, "" when none did. A member that is
// new may stand at any origin that was named before. Whoever gets hold of the metadata for an hour must not
// get the codes and tokens that follow.
std::string moved_endpoint(const Metadata& before, const Metadata& after, std::string_view issuer);

Result<Metadata> fetch_metadata(net::Client& client, const PublisherOptions& options);
// At least one usable key, otherwise Code::upstream.
Result<crypto::KeySet> fetch_keys(net::Client& client, const PublisherOptions& options,
                                  const std::string& jwks_uri);

}  // namespace lanyard::issuers
