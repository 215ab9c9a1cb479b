// The key sets that clients publish at a `jwks_uri` (RFC 7591 section 2), fetched and kept by the rules that
// hold for the issuers of tokens. In memory alone: a client whose server is away can not prove itself, and
// that is no reason to write.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "domain/issuers/publisher.h"

namespace lanyard::issuers {

// Thread-safe. Both questions may wait for the client's server, so they belong on a thread that may.
class KeySets {
 public:
  struct Options {
    net::Reach reach;          // which internal addresses a client may name; none by default
    std::size_t most = 1'000;  // sets that are remembered; the one that was not asked for longest goes first
    std::size_t most_waits = 8;  // threads that wait for clients' servers at once
    Duration refresh = std::chrono::hours(1), expire = std::chrono::hours(24);
    Duration cool_down = std::chrono::seconds(30);  // between two fetches of one set
  };
  KeySets(Options options, net::Client& client, store::Database& database, const Clock& clock,
          const Log& log);
  ~KeySets();

  // Whether a key that stands there made this signature. A kid that is not there causes one fetch in a
  // cool-down. Code::unauthenticated: it did not; Code::unavailable: the set can not be had now.
  Status verify(const std::string& jwks_uri, const crypto::UnverifiedJws& jws,
                const std::vector<crypto::Algorithm>& allowed);
  // Whether the key with this thumbprint (RFC 7638) stands there; the same codes.
  Status find(const std::string& jwks_uri, const std::string& thumbprint);

  // The operator's word: nothing that was fetched is believed any more.
  void purge();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace lanyard::issuers
