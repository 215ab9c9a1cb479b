// One party outside whose keys we use: its metadata (OpenID Connect Discovery 1.0, RFC 8414) and its key set,
// fetched through the guarded client, kept in memory and in the table issuer_keys. Used for the issuers of
// access tokens and for the providers that people sign in with.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/log.h"
#include "base/result.h"
#include "base/time.h"
#include "platform/crypto/jws.h"
#include "platform/crypto/keys.h"
#include "platform/net/client.h"
#include "platform/store/database.h"

namespace lanyard::issuers {

struct Metadata {
  std::string issuer;  // byte-equal to the one that was asked for
  std::string jwks_uri, authorization_endpoint, token_endpoint, userinfo_endpoint, revocation_endpoint,
      end_session_endpoint;
  bool names_itself_in_answers = false;  // authorization_response_iss_parameter_supported (RFC 9207)
  std::vector<std::string> token_endpoint_auth_methods;  // empty: client_secret_basic
  json::Object document;
};

struct PublisherOptions {
  std::string id;  // for the log and `issuer list`
  std::string issuer;
  net::Reach reach;
  std::string fixed_keys;  // text of a JWK set: nothing is ever fetched
  // Where the key set stands, of somebody who has no metadata (`issuer` is empty): nothing is stored.
  std::string jwks_uri;
  Duration refresh = std::chrono::hours(6);  // older than this: fetched again in the background, still used
  Duration expire = std::chrono::hours(48);  // older than this: not used any more
  Duration cool_down =
      std::chrono::seconds(60);  // at most one fetch in this time, for unknown kids and after failures
};

enum class Patience { none, may_wait };

// Thread-safe. Fetches are single flight: a thousand that wait cause one request.
class Publisher {
 public:
  Publisher(PublisherOptions options, net::Client& client, store::Database& database, const Clock& clock,
            const Log& log);
  ~Publisher();

  const PublisherOptions& options() const;

  // Never returns metadata past the hard expiry. Code::unavailable when it cannot be had now (with
  // Patience::none: when it is not in memory); the message says whether it is us who wait or they who fail.
  Result<std::shared_ptr<const Metadata>> metadata(Patience patience);

  // crypto::verify_jws against the current keys. An unknown kid causes at most one fetch a cool-down (then
  // the check is repeated); kids that were not found are remembered in a bounded table. Code::unavailable: no
  // usable keys, or (with Patience::none) a fetch is needed first; Code::unauthenticated: refused.
  Status verify(const crypto::UnverifiedJws& jws, const std::vector<crypto::Algorithm>& allowed,
                Patience patience);
  // Whether the key with this thumbprint (RFC 7638) is published; one that is not is looked for as an unknown
  // kid is. The same codes.
  Status find_key(const std::string& thumbprint, Patience patience);
  // Whether a call that may wait could do better than one that may not: a fetch is under way, or one may
  // begin now.
  bool worth_waiting() const;

  // Background work: refreshes when due (with back-off after failures). Returns when it wants to be called
  // again.
  Time refresh_if_due();
  // Whether that would fetch now.
  bool is_due() const;
  // The operator's word: forget metadata, keys and the stored copy; the next use fetches. A withdrawn key
  // stops here.
  void purge();

  struct Health {
    bool usable = false;
    std::size_t keys = 0;
    std::vector<std::string> kids, refused;
    std::optional<Time> fetched_at, expires_at, failed_at;
    std::int64_t failures = 0;
    std::uint64_t fetches = 0;
    std::string last_error;
  };
  Health health() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace lanyard::issuers
