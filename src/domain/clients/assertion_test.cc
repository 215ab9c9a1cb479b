#include "domain/clients/assertion.h"

#include <gtest/gtest.h>

#include "base/text.h"
#include "platform/crypto/digest.h"
#include "platform/crypto/jws.h"
#include "test/support/fakes.h"

namespace lanyard::clients {
namespace {

constexpr std::string_view kIssuer = "https://id.example.org";

class ClientAssertion : public ::testing::Test {
 protected:
  ClientAssertion() {
    client.id = ClientId("hub");
    client.auth = AuthMethod::private_key_jwt;
    give(client, {&key});
  }
  static void give(Client& whom, const std::vector<const crypto::PrivateKey*>& keys) {
    json::Array list;
    for (const auto* one : keys) list.emplace_back(one->public_key().to_jwk());
    whom.jwks = json::Object{{"keys", list}};
  }
  json::Object claims() const {
    const std::int64_t now = to_unix_seconds(clock.now());
    return {{"iss", "hub"}, {"sub", "hub"}, {"aud", kIssuer},
            {"jti", "one"}, {"iat", now},   {"exp", now + 60}};
  }
  json::Object with(std::string name, json::Value value) const {
    json::Object out = claims();
    out.set(std::move(name), std::move(value));
    return out;
  }
  std::string sign(const json::Object& payload) const {
    return crypto::sign_jws(key, {{"typ", "JWT"}}, json::write(payload));
  }
  Result<Assertion> check(const std::string& assertion) {
    const auto keys = keys_of(client);
    if (!keys.ok()) return keys.error();
    return check_assertion(
        {.type = kAssertionType,
         .assertion = assertion,
         .client = &client,
         .verify =
             [&](const crypto::UnverifiedJws& jws, const std::vector<crypto::Algorithm>& allowed) {
               return crypto::verify_jws(jws, *keys, allowed);
             },
         .issuer = kIssuer,
         .now = clock.now()});
  }
  std::string reason(const std::string& assertion, Code code = Code::unauthenticated) {
    const auto result = check(assertion);
    if (result.ok()) return "accepted";
    EXPECT_EQ(result.error().code, code) << result.error().message;
    return result.error().message;
  }
  std::string reason(const json::Object& payload) { return reason(sign(payload)); }

  lanyard::test::FakeClock clock;
  const crypto::PrivateKey key = crypto::PrivateKey::generate(crypto::Algorithm::es256).value();
  const crypto::PrivateKey other = crypto::PrivateKey::generate(crypto::Algorithm::es256).value();
  Client client;
};

TEST_F(ClientAssertion, a_good_one_says_what_to_remember) {
  const auto result = check(sign(claims()));
  ASSERT_TRUE(result.ok()) << result.error().message;
  EXPECT_EQ((*result).jti, "one");
  EXPECT_EQ((*result).until, clock.now() + std::chrono::seconds(60) + kAssertionSkew);
  EXPECT_EQ(claimed_client(std::string_view(sign(claims()))).value(), "hub");
}

TEST_F(ClientAssertion, the_type_is_asked_first) {
  const auto result = check_assertion({.type = "urn:ietf:params:oauth:client-assertion-type:saml2-bearer"});
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error().code, Code::invalid);
}

TEST_F(ClientAssertion, attack_072_alg_none_and_hmac_with_the_public_key) {
  const std::string payload = base64url_encode(json::write(claims()));
  const std::string none = cat(base64url_encode(R"({"alg":"none"})"), ".", payload, ".");
  EXPECT_EQ(reason(none), "the token is not signed");
  EXPECT_EQ(reason(cat(none, "AAAA")), "algorithm not allowed");
  for (const std::string& secret : {json::write(key.public_key().to_jwk()), std::string()}) {
    const std::string text =
        cat(base64url_encode(cat(R"({"alg":"HS256","kid":")", key.kid(), "\"}")), ".", payload);
    EXPECT_EQ(reason(cat(text, ".", base64url_encode(crypto::hmac_sha256(secret, text)))),
              "algorithm not allowed");
  }
}

TEST_F(ClientAssertion, attack_072_the_audience_is_our_issuer_as_one_text) {
  for (const auto* wrong : {"https://id.example.org/", "https://id.example.org/token",
                            "https://ID.example.org", "https://other.example.org", "", "id.example.org"}) {
    EXPECT_EQ(reason(with("aud", wrong)), "aud is not our issuer") << wrong;
  }
  const json::Array both{json::Value(kIssuer), json::Value("https://other.example.org")};
  for (const json::Value& odd : {json::Value(json::Array{json::Value(kIssuer)}), json::Value(both),
                                 json::Value(json::Array{}), json::Value(nullptr), json::Value(1)}) {
    EXPECT_EQ(reason(with("aud", odd)), "aud is missing or not one text");
  }
  json::Object none = claims();
  none.erase("aud");
  EXPECT_EQ(reason(none), "aud is missing or not one text");
}

TEST_F(ClientAssertion, attack_072_exp_of_a_year_missing_or_past) {
  const std::int64_t now = to_unix_seconds(clock.now());
  EXPECT_EQ(reason(with("exp", now + 365 * 86'400)), "exp is too far ahead");
  EXPECT_EQ(reason(with("exp", now + 331)), "exp is too far ahead");
  EXPECT_EQ(reason(with("exp", now + 300)), "accepted");
  EXPECT_EQ(reason(with("exp", now - 30)), "the assertion has expired");
  EXPECT_EQ(reason(with("exp", 1e300)), "exp is not a usable time");
  EXPECT_EQ(reason(with("exp", "soon")), "exp is not a number");
  EXPECT_EQ(reason(with("nbf", now + 31)), "the assertion is not valid yet");
  EXPECT_EQ(reason(with("iat", now + 31)), "the assertion was made in the future");
  EXPECT_EQ(reason(with("iat", now - 3'601)), "the assertion was made too long ago");
  json::Object none = claims();
  none.erase("exp");
  EXPECT_EQ(reason(none), "exp is missing");
}

TEST_F(ClientAssertion, attack_072_a_jti_is_needed) {
  json::Object none = claims();
  none.erase("jti");
  EXPECT_EQ(reason(none), "jti is missing or not a text");
  EXPECT_EQ(reason(with("jti", "")), "jti is missing or not a text");
  EXPECT_EQ(reason(with("jti", 7)), "jti is missing or not a text");
  EXPECT_EQ(reason(with("jti", std::string(257, 'x'))), "jti is too long");
}

TEST_F(ClientAssertion, attack_072_the_key_of_another_client) {
  EXPECT_EQ(reason(crypto::sign_jws(other, {}, json::write(claims())), Code::not_found),
            "no key with this kid");
  const std::string unnamed =
      cat(base64url_encode(R"({"alg":"ES256"})"), ".", base64url_encode(json::write(claims())));
  EXPECT_EQ(reason(cat(unnamed, ".", base64url_encode(other.sign(unnamed)))), "bad signature");
  EXPECT_EQ(reason(cat(unnamed, ".", base64url_encode(key.sign(unnamed)))), "accepted");
  EXPECT_EQ(reason(with("iss", "other")), "iss is not the client");
  EXPECT_EQ(reason(with("sub", "other")), "sub is not the client");
}

TEST_F(ClientAssertion, attack_072_one_megabyte) {
  EXPECT_EQ(reason(std::string(1 << 20, 'a')), "the token is too large");
  EXPECT_EQ(reason(std::string(1 << 20, '.')), "the token is too large");
  EXPECT_FALSE(claimed_client(std::string_view(std::string(1 << 20, '.'))).ok());
}

TEST_F(ClientAssertion, two_keys_without_kid_in_the_header_are_not_guessed_between) {
  give(client, {&key, &other});
  const std::string unnamed =
      cat(base64url_encode(R"({"alg":"ES256"})"), ".", base64url_encode(json::write(claims())));
  EXPECT_EQ(reason(cat(unnamed, ".", base64url_encode(key.sign(unnamed)))),
            "no kid, and more than one key fits");
  EXPECT_EQ(reason(claims()), "accepted");
}

TEST_F(ClientAssertion, another_kind_of_token_is_no_assertion) {
  for (const auto* typ : {"at+jwt", "dpop+jwt", "logout+jwt"})
    EXPECT_EQ(reason(crypto::sign_jws(key, {{"typ", typ}}, json::write(claims()))),
              "typ is another kind of token's");
  EXPECT_EQ(reason(crypto::sign_jws(key, {{"typ", "client-authentication+jwt"}}, json::write(claims()))),
            "accepted");
}

TEST_F(ClientAssertion, keys_that_can_not_be_read_are_a_fault_of_the_registration) {
  client.jwks = {};
  EXPECT_EQ(keys_of(client).error().message, "the client has no keys");
  client.jwks = json::Object{{"keys", json::Array{json::Value(json::Object{{"kty", "oct"}, {"k", "AAAA"}})}}};
  EXPECT_EQ(keys_of(client).error().message, "a key of the client: a symmetric key has no place here");
}

}  // namespace
}  // namespace lanyard::clients
