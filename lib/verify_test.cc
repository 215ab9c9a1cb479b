// Checking tokens and reading claims, in C++ and through lanyard.h.
#include "lib/verify.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <fstream>

#include "base/text.h"
#include "lib/lanyard.h"
#include "test/support/fakes.h"
#include "test/support/outside.h"
#include "test/support/test_issuer.h"

namespace lanyard::lib {
namespace {

class Verify : public testing::Test {
 protected:
  Verify() : issuer_(outside_, "https://id.example.org") { issuer_.publish({&key_}); }

  Result<Claims> check(const json::Object& claims, const crypto::PrivateKey* key = nullptr) {
    return verifier_.verify(issuer_.token(key == nullptr ? key_ : *key, claims), expected_);
  }
  json::Object with(std::string name, json::Value value) const {
    json::Object claims = issuer_.claims(clock_.now());
    claims.set(std::move(name), std::move(value));
    return claims;
  }
  std::int64_t now() const { return to_unix_seconds(clock_.now()); }

  test::FakeClock clock_;
  test::ScriptedClient outside_;
  test::TestIssuer issuer_;
  const crypto::PrivateKey& key_ = test::test_key(crypto::Algorithm::es256);
  Expected expected_{.issuer = "https://id.example.org", .audiences = {"https://here.example.org"}};
  Verifier verifier_{outside_, clock_, ""};
};

TEST_F(Verify, a_good_token) {
  const auto claims = check(issuer_.claims(clock_.now()));
  ASSERT_TRUE(claims.ok()) << claims.error().message;
  EXPECT_EQ(claims->subject, "u-1");
  EXPECT_EQ(claims->scopes, (std::vector<std::string>{"openid", "servicex"}));
}

TEST_F(Verify, each_rule_by_itself) {
  EXPECT_FALSE(check(with("iss", "https://id.example.org/")).ok());
  EXPECT_FALSE(check(with("aud", "https://there.example.org")).ok());
  EXPECT_FALSE(check(with("aud", "https://here.example.org.evil")).ok());
  EXPECT_FALSE(check(with("aud", json::Array{})).ok());
  EXPECT_TRUE(check(with("aud", json::Array{"x", "https://here.example.org"})).ok());
  EXPECT_FALSE(check(with("exp", now() - 61)).ok());
  EXPECT_TRUE(check(with("exp", now() - 59)).ok()) << "clocks differ";
  EXPECT_FALSE(check(with("exp", nullptr)).ok());
  EXPECT_FALSE(check(with("exp", "tomorrow")).ok());
  EXPECT_FALSE(check(with("nbf", now() + 61)).ok());
  EXPECT_FALSE(check(with("nbf", "now")).ok());
  EXPECT_FALSE(check(with("iat", now() + 61)).ok());
  EXPECT_FALSE(check(with("events", json::Object{})).ok()) << "a logout token";
  EXPECT_FALSE(check(with("htm", "GET")).ok()) << "a proof of possession";
  EXPECT_FALSE(check(with("sub", 1)).ok()) << "nobody's";
  EXPECT_FALSE(check(issuer_.claims(clock_.now()), &test::test_key(crypto::Algorithm::es256, 1)).ok());
}

TEST_F(Verify, attack_001_no_signature_and_no_other_algorithm) {
  const std::string payload = json::write(issuer_.claims(clock_.now()));
  for (const char* header : {R"({"alg":"none"})", R"({"alg":"nOnE"})", R"({"alg":"HS256"})"}) {
    EXPECT_FALSE(verifier_.verify(test::raw_token(header, payload, ""), expected_).ok()) << header;
    EXPECT_FALSE(verifier_.verify(test::raw_token(header, payload, "x"), expected_).ok()) << header;
  }
  expected_.algorithms = {crypto::Algorithm::rs256};
  EXPECT_FALSE(check(issuer_.claims(clock_.now())).ok());
}

TEST_F(Verify, the_audience_of_everybody_counts_only_when_asked_for) {
  const json::Object claims = with("aud", "https://wlcg.cern.ch/jwt/v1/any");
  EXPECT_FALSE(check(claims).ok());
  expected_.any_audience = true;
  EXPECT_TRUE(check(claims).ok());
}

TEST_F(Verify, new_keys_are_looked_for_but_not_at_each_token) {
  ASSERT_TRUE(check(issuer_.claims(clock_.now())).ok());
  const auto& fresh = test::test_key(crypto::Algorithm::es256, 1);
  EXPECT_FALSE(check(issuer_.claims(clock_.now()), &fresh).ok());
  EXPECT_EQ(issuer_.key_fetches(), 1) << "within a minute nobody makes us ask again";
  issuer_.publish({&key_, &fresh});
  clock_.advance(std::chrono::minutes(2));
  EXPECT_TRUE(check(issuer_.claims(clock_.now()), &fresh).ok());
  EXPECT_EQ(issuer_.key_fetches(), 2);
}

TEST(Claims, in_the_words_of_each_profile) {
  const auto iam = claims_of(*json::parse_object(
      R"({"iss":"https://i","name":"Jane Doe","email":"j@x.org","groups":["a","b/c"],"organisation_name":"Rubin",)"
      R"("iat":100,"exp":200})"));
  EXPECT_EQ(iam.groups, (std::vector<std::string>{"a", "b/c"}));
  EXPECT_EQ(iam.organisation, "Rubin");
  EXPECT_EQ(iam.valid_from, from_unix_seconds(100));
  const auto wlcg = claims_of(*json::parse_object(
      R"({"wlcg.groups":["/cms","/cms/uscms"],"scope":"openid storage.read:/","nbf":50,"exp":1.5e2,"aud":"a"})"));
  EXPECT_EQ(wlcg.groups, (std::vector<std::string>{"/cms", "/cms/uscms"}));
  EXPECT_EQ(wlcg.scopes, (std::vector<std::string>{"openid", "storage.read:/"}));
  EXPECT_EQ(wlcg.valid_from, from_unix_seconds(50));
  EXPECT_EQ(wlcg.expires, from_unix_seconds(150));
  EXPECT_EQ(claims_of(*json::parse_object(R"({"exp":1e300})")).expires, std::nullopt);
  EXPECT_FALSE(read_claims("opaque").ok());
}

TEST(CInterface, row_TK1_finds_reads_and_writes) {
  std::string folder = (std::string(::testing::TempDir()) + "c-XXXXXX");
  ASSERT_NE(::mkdtemp(folder.data()), nullptr);
  const std::string path = folder + "/token";
  lanyard_session* session = lanyard_open();
  ASSERT_NE(session, nullptr);
  EXPECT_EQ(lanyard_write_token_file(session, path.c_str(), "two words"), LANYARD_INVALID);
  EXPECT_EQ(lanyard_write_token_file(session, path.c_str(), "a.b.c"), LANYARD_OK);
  char* token = nullptr;
  ASSERT_EQ(lanyard_read_token_file(session, path.c_str(), &token), LANYARD_OK) << lanyard_error(session);
  EXPECT_STREQ(token, "a.b.c");
  lanyard_free(token);
  ASSERT_EQ(lanyard_set(session, "token_file", path.c_str()), LANYARD_OK);
  ::unsetenv("BEARER_TOKEN");
  char* where = nullptr;
  ASSERT_EQ(lanyard_find_token(session, &token, &where), LANYARD_OK);
  EXPECT_STREQ(where, path.c_str());
  lanyard_free(token);
  lanyard_free(where);
  EXPECT_EQ(lanyard_set(session, "colour", "red"), LANYARD_INVALID);
  EXPECT_NE(std::string(lanyard_error(session)).find("colour"), std::string::npos);
  lanyard_claims* claims = nullptr;
  EXPECT_EQ(lanyard_read_claims(session, "a.b.c", &claims), LANYARD_INVALID);
  EXPECT_EQ(lanyard_read_claims(nullptr, "a.b.c", &claims), LANYARD_INVALID);
  EXPECT_EQ(lanyard_verify(session, nullptr, "i", "a", &claims), LANYARD_INVALID);
  lanyard_claims_free(nullptr);
  lanyard_free(nullptr);
  lanyard_close(session);
}

TEST(CInterface, claims_are_taken_one_by_one) {
  const auto& key = test::test_key(crypto::Algorithm::es256);
  const std::string token = test::signed_token(
      key, R"({"alg":"ES256"})", R"({"sub":"u","exp":7,"aud":"a","groups":["x","y"],"scope":"p q","n":{}})");
  lanyard_session* session = lanyard_open();
  lanyard_claims* claims = nullptr;
  ASSERT_EQ(lanyard_read_claims(session, token.c_str(), &claims), LANYARD_OK) << lanyard_error(session);
  EXPECT_STREQ(lanyard_claims_text(claims, "sub"), "u");
  EXPECT_EQ(lanyard_claims_text(claims, "exp"), nullptr);
  EXPECT_EQ(lanyard_claims_integer(claims, "exp", -1), 7);
  EXPECT_EQ(lanyard_claims_integer(claims, "nbf", -1), -1);
  EXPECT_EQ(lanyard_claims_count(claims, "groups"), 2u);
  EXPECT_STREQ(lanyard_claims_item(claims, "groups", 1), "y");
  EXPECT_EQ(lanyard_claims_item(claims, "groups", 2), nullptr);
  EXPECT_STREQ(lanyard_claims_item(claims, "scope", 1), "q");
  EXPECT_EQ(lanyard_claims_count(claims, "aud"), 1u);
  EXPECT_EQ(lanyard_claims_count(claims, "n"), 0u);
  lanyard_claims_free(claims);
  lanyard_close(session);
}

}  // namespace
}  // namespace lanyard::lib
