#include "test/support/test_issuer.h"

#include <map>
#include <mutex>

#include "base/text.h"
#include "platform/crypto/jws.h"

namespace lanyard::test {

const crypto::PrivateKey& test_key(crypto::Algorithm algorithm, int number) {
  static std::mutex mutex;
  static std::map<std::pair<crypto::Algorithm, int>, crypto::PrivateKey> keys;
  const std::lock_guard lock(mutex);
  const std::pair place(algorithm, number);
  auto found = keys.find(place);
  if (found == keys.end()) found = keys.emplace(place, crypto::PrivateKey::generate(algorithm).value()).first;
  return found->second;
}

std::string raw_token(std::string_view header, std::string_view payload, std::string_view signature) {
  return cat(base64url_encode(header), ".", base64url_encode(payload), ".", base64url_encode(signature));
}

std::string signed_token(const crypto::PrivateKey& key, std::string_view header, std::string_view payload) {
  const std::string input = cat(base64url_encode(header), ".", base64url_encode(payload));
  return cat(input, ".", base64url_encode(key.sign(input)));
}

TestIssuer::TestIssuer(ScriptedClient& client, std::string issuer)
    : client_(client), issuer_(std::move(issuer)) {
  publish_metadata(metadata());
}

json::Object TestIssuer::metadata() const {
  return {{"issuer", issuer_},
          {"jwks_uri", jwks_url()},
          {"authorization_endpoint", issuer_ + "/authorize"},
          {"token_endpoint", issuer_ + "/token"}};
}

void TestIssuer::publish_metadata(const json::Object& document) {
  client_.reply(metadata_url(), 200, "application/json", json::write(document));
}

void TestIssuer::publish(const std::vector<const crypto::PrivateKey*>& keys) {
  publish_text(key_set_text(keys));
}

void TestIssuer::publish_text(std::string jwks) {
  client_.reply(jwks_url(), 200, "application/json", std::move(jwks));
}

void TestIssuer::fail() {
  client_.fail(metadata_url());
  client_.fail(jwks_url());
}

json::Object TestIssuer::claims(Time now) const {
  return {{"iss", issuer_},
          {"sub", "u-1"},
          {"aud", "https://here.example.org"},
          {"scope", "openid servicex"},
          {"iat", to_unix_seconds(now)},
          {"exp", to_unix_seconds(now) + 3600},
          {"jti", "t-1"}};
}

std::string TestIssuer::token(const crypto::PrivateKey& key, const json::Object& claims) const {
  return crypto::sign_jws(key, {{"typ", "JWT"}}, json::write(claims));
}

std::string key_set_text(const std::vector<const crypto::PrivateKey*>& keys) {
  json::Array list;
  for (const auto* key : keys) list.emplace_back(key->public_key().to_jwk());
  return json::write(json::Object{{"keys", std::move(list)}});
}

}  // namespace lanyard::test
