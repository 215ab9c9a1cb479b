// Two lines: the header and the claims of a client's assertion, which is signed here with the client's key so
// that reading goes on behind the signature; and the input as a token that a stranger sent.
#include "domain/clients/assertion.h"

#include <cmath>

#include "base/text.h"
#include "fuzz/fuzz.h"
#include "platform/crypto/jws.h"

namespace lanyard::fuzz {
namespace {

using clients::Assertion;
using clients::Client;

constexpr std::string_view kIssuer = "https://id.example.org";
const Time kNow = from_unix_seconds(1'800'000'000);

const crypto::PrivateKey& key() {
  static const crypto::PrivateKey kPrivate = crypto::PrivateKey::generate(crypto::Algorithm::ed25519).value();
  return kPrivate;
}

const Client& client() {
  static const Client kClient = [] {
    Client made;
    made.id = ClientId("hub");
    made.auth = clients::AuthMethod::private_key_jwt;
    made.jwks = json::Object{{"keys", json::Array{json::Value(key().public_key().to_jwk())}}};
    return made;
  }();
  return kClient;
}

Result<Assertion> check(std::string_view assertion) {
  static const std::vector<crypto::PublicKey> kKeys = clients::keys_of(client()).value();
  return clients::check_assertion(
      {.type = clients::kAssertionType,
       .assertion = assertion,
       .client = &client(),
       .verify =
           [](const crypto::UnverifiedJws& jws, const std::vector<crypto::Algorithm>& allowed) {
             return crypto::verify_jws(jws, kKeys, allowed);
           },
       .issuer = kIssuer,
       .now = kNow});
}

// The rules of RFC 7523 section 3 once more, said about the claims and not in the order of the code.
void check_accepted(const json::Object& claims, const Assertion& found) {
  HOLDS(*claims.find("iss") == json::Value("hub") && *claims.find("sub") == json::Value("hub"));
  HOLDS(*claims.find("aud") == json::Value(kIssuer));
  HOLDS(*claims.find("jti") == json::Value(found.jti) && !found.jti.empty() && found.jti.size() <= 256);
  HOLDS(claims.find("exp") != nullptr && claims.find("exp")->is_number());
  HOLDS(found.until > kNow);
  HOLDS(found.until <= kNow + clients::kAssertionLife + 2 * clients::kAssertionSkew);
}

}  // namespace

void client_assertion(std::string_view input) {
  HOLDS(!check(input).ok());
  const auto claimed = clients::claimed_client(input);
  HOLDS(claimed.ok() || claimed.error().code == Code::invalid || claimed.error().code == Code::too_large);
  const auto [header, payload] = divide(input);
  const auto object = json::parse_object(header);
  if (!object.ok()) return;
  const std::string token = crypto::sign_jws(key(), *object, payload);
  const auto found = check(token);
  if (!found.ok()) {
    HOLDS(found.error().code == Code::unauthenticated || found.error().code == Code::not_found);
    HOLDS(!found.error().message.empty() && !has_control(found.error().message));
    return;
  }
  const auto claims = json::parse_object(payload);
  HOLDS(claims.ok());
  check_accepted(*claims, *found);
  HOLDS(clients::claimed_client(std::string_view(token)).value() == "hub");
  // Nothing of it may change.
  std::string changed = token;
  changed[token.find('.') + 1] = changed[token.find('.') + 1] == 'A' ? 'B' : 'A';
  HOLDS(!check(changed).ok());
}

}  // namespace lanyard::fuzz
