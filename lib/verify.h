// Whether a token is true: signed by this issuer, for this audience, now (RFC 7519, 8725, 9068).
#pragma once

#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "lib/claims.h"
#include "lib/issuer.h"
#include "lib/oauth.h"
#include "platform/crypto/jws.h"

namespace lanyard::lib {

struct Expected {
  std::string issuer;                  // byte for byte
  std::vector<std::string> audiences;  // one of them must be in aud; never empty
  std::vector<crypto::Algorithm> algorithms{
      crypto::Algorithm::rs256, crypto::Algorithm::rs384,  crypto::Algorithm::rs512, crypto::Algorithm::ps256,
      crypto::Algorithm::ps384, crypto::Algorithm::ps512,  crypto::Algorithm::es256, crypto::Algorithm::es384,
      crypto::Algorithm::es512, crypto::Algorithm::ed25519};
  Duration skew = std::chrono::seconds(60);
  bool any_audience = false;  // WLCG's https://wlcg.cern.ch/jwt/v1/any counts too
};

// Everything but the network. Code::unauthenticated with the rule that does not hold; Code::not_found when no
// key fits, so that the caller can look for newer ones.
Result<Claims> check_token(std::string_view token, const Expected& expected,
                           const std::vector<crypto::PublicKey>& keys, Time now);

// Keeps the keys of each issuer for an hour, and looks for newer ones when a token names one that is not
// known, at most once a minute. Thread-safe.
class Verifier {
 public:
  Verifier(net::Client& client, const Clock& clock, std::string ca_file)
      : client_(client), clock_(clock), ca_file_(std::move(ca_file)) {}
  Result<Claims> verify(std::string_view token, const Expected& expected);

 private:
  struct Kept {
    std::vector<crypto::PublicKey> keys;
    SteadyTime fetched{};
  };
  Result<Kept> fetch(const std::string& issuer);

  net::Client& client_;
  const Clock& clock_;
  const std::string ca_file_;
  std::mutex mutex_;
  std::map<std::string, Kept, std::less<>> kept_;
};

}  // namespace lanyard::lib
