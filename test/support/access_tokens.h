// Two issuers that are trusted, and tokens of the first one with one thing wrong.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/text.h"
#include "domain/issuers/issuers.h"
#include "test/support/databases.h"
#include "test/support/fakes.h"
#include "test/support/test_issuer.h"

namespace lanyard::test {

// A with an RSA and an EC key, B with an EC key of its own.
class AccessTokens : public ::testing::Test {
 protected:
  AccessTokens() {
    a.publish({&rsa, &ec});
    b.publish({&other_ec});
    build();
  }
  void build() {
    std::vector<issuers::Tokens::Entry> entries;
    for (const auto* issuer : {&a, &b}) {
      issuers::PublisherOptions options;
      options.id = issuer == &a ? "a" : "b";
      options.issuer = issuer->issuer();
      auto trust = std::make_shared<issuers::Trust>(wish);
      trust->id = options.id;
      trust->issuer = options.issuer;
      entries.push_back(
          {trust, std::make_shared<issuers::Publisher>(options, client, *database, clock, book.log())});
    }
    tokens = std::make_unique<issuers::Tokens>(std::move(entries), clock);
  }
  static issuers::Trust ordinary() {
    issuers::Trust trust;
    trust.audiences = {"https://here.example.org", "here"};
    trust.required_scope = "servicex";
    trust.algorithms = {crypto::Algorithm::rs256, crypto::Algorithm::es256};
    return trust;
  }
  json::Object good() const { return a.claims(clock.now()); }
  std::string good_token() const { return a.token(ec, good()); }
  std::string with(std::string name, json::Value value) const {
    auto claims = good();
    claims.set(std::move(name), std::move(value));
    return a.token(ec, claims);
  }
  std::string without(std::string_view name) const {
    auto claims = good();
    claims.erase(name);
    return a.token(ec, claims);
  }
  std::string header(std::string_view alg, std::string_view more = "") const {
    return cat(R"({"alg":")", alg, R"(","kid":")", ec.kid(), "\"", more, "}");
  }
  // Refused with this reason, by both kinds of check.
  void refused(std::string_view token, std::string_view reason, Code code = Code::unauthenticated) {
    const auto result = tokens->verify(token);
    ASSERT_FALSE(result.ok()) << reason;
    EXPECT_EQ(result.error().message, reason);
    EXPECT_EQ(result.error().code, code) << reason;
    const auto checked = tokens->check(token);
    ASSERT_TRUE(checked.refused.has_value()) << reason;
    EXPECT_EQ(checked.refused->message, result.error().message);
    EXPECT_EQ(checked.refused->code, code);
    EXPECT_FALSE(checked.verified.has_value());
  }
  void refused(std::string_view token) {
    const auto result = tokens->verify(token);
    ASSERT_FALSE(result.ok());
    EXPECT_EQ(result.error().code, Code::unauthenticated) << result.error().message;
    EXPECT_TRUE(tokens->check(token).refused.has_value());
  }
  void accepted(std::string_view token) {
    const auto result = tokens->verify(token);
    EXPECT_TRUE(result.ok()) << result.error().message;
    EXPECT_TRUE(tokens->check(token).verified.has_value());
  }

  FakeClock clock;
  LogBook book{clock};
  ScriptedClient client;
  TestDatabase database;
  TestIssuer a{client, "https://a.example.org/realm"}, b{client, "https://b.example.org"};
  const crypto::PrivateKey& rsa = test_key(crypto::Algorithm::rs256);
  const crypto::PrivateKey& ec = test_key(crypto::Algorithm::es256);
  const crypto::PrivateKey& other_ec = test_key(crypto::Algorithm::es256, 1);
  issuers::Trust wish = ordinary();
  std::unique_ptr<issuers::Tokens> tokens;
};

}  // namespace lanyard::test
