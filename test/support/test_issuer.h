// An issuer of access tokens for tests: its addresses, its keys, and tokens as good or as bad as a test wants
// them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/time.h"
#include "domain/issuers/issuers.h"
#include "platform/crypto/keys.h"
#include "test/support/outside.h"

namespace lanyard::test {

// Made once a run: RSA keys cost tens of milliseconds.
const crypto::PrivateKey& test_key(crypto::Algorithm algorithm, int number = 0);

// base64url(header) "." base64url(payload) "." base64url(signature), whatever is in them.
std::string raw_token(std::string_view header, std::string_view payload, std::string_view signature);
// The same with a signature that holds.
std::string signed_token(const crypto::PrivateKey& key, std::string_view header, std::string_view payload);

class TestIssuer {
 public:
  TestIssuer(ScriptedClient& client, std::string issuer);

  const std::string& issuer() const { return issuer_; }
  std::string metadata_url() const { return issuer_ + "/.well-known/openid-configuration"; }
  std::string jwks_url() const { return issuer_ + "/jwks"; }
  json::Object metadata() const;
  void publish_metadata(const json::Object& document);
  void publish(const std::vector<const crypto::PrivateKey*>& keys);
  void publish_text(std::string jwks);
  void fail();  // nothing answers any more
  int key_fetches() const { return client_.count(jwks_url()); }

  // iss, sub "u-1", aud "https://here.example.org", scope "openid servicex", iat now, exp in an hour, jti.
  json::Object claims(Time now) const;
  std::string token(const crypto::PrivateKey& key, const json::Object& claims) const;

 private:
  ScriptedClient& client_;
  std::string issuer_;
};

std::string key_set_text(const std::vector<const crypto::PrivateKey*>& keys);

}  // namespace lanyard::test
