// What an application learns about the person: header lines, and a signed token for those that do not want to
// trust plain headers.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/time.h"
#include "domain/callers/caller.h"
#include "domain/clients/clients.h"
#include "platform/crypto/keys.h"

namespace lanyard::doors::gate {

// A text as it may stand in a header: printable ASCII as it is; everything else, the percent sign and blanks
// at the ends percent-encoded (UTF-8), so that decoding gives exactly the text back.
std::string header_text(std::string_view text);

// A path of a group in the list of groups; commas are encoded too.
std::string header_list(const std::vector<std::string>& texts);

// ES256, typ "lanyard-identity+jwt": iss is our public address, aud the application's origin, sub the
// account, name, email and groups as they stand at iat. Kept until half of its life is over, for as long as
// the person is not read anew. Thread-safe, bounded.
class SignedIdentities {
 public:
  SignedIdentities(crypto::PrivateKey key, std::string issuer, Duration life, std::size_t most = 10'000);

  // The person's identity lines followed by "X-Lanyard-Token: …\r\n".
  std::shared_ptr<const std::string> lines(const std::shared_ptr<const callers::Person>& person,
                                           const clients::Client& client, Time now);
  // The JWK set with the public half.
  const std::shared_ptr<const std::string>& key_set() const { return key_set_; }
  std::size_t size() const;

 private:
  std::string sign(const callers::Person& person, const clients::Client& client, Time now) const;

  struct Place {
    const callers::Person* person;
    const clients::Client* client;
    friend bool operator==(const Place&, const Place&) = default;
  };
  struct Hash {
    std::size_t operator()(const Place& place) const noexcept;
  };
  struct Entry {
    std::shared_ptr<const callers::Person> person;  // keeps the address from being somebody else's
    std::shared_ptr<const std::string> lines;
    Time until{};
  };

  const crypto::PrivateKey key_;
  const std::string issuer_;
  const Duration life_;
  const std::size_t most_;
  std::shared_ptr<const std::string> key_set_;
  mutable std::mutex mutex_;
  std::unordered_map<Place, Entry, Hash> entries_;
};

}  // namespace lanyard::doors::gate
