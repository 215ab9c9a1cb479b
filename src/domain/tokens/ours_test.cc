#include "domain/tokens/mint_for_test.h"

namespace lanyard::tokens {
namespace {

using crypto::Algorithm;

class ReadOurs : public Minting {
 protected:
  // Signed by our own key, with whatever header and claims.
  static std::string forged(json::Object claims, std::string_view typ = "at+jwt") {
    return crypto::sign_jws((*keys().signer(Algorithm::es256))->key, {{"typ", typ}}, json::write(claims));
  }
  static Result<Ours> reading(std::string_view token, Expired expired = Expired::refuse) {
    static const std::vector<std::string> ours{std::string(kIssuer)};
    return read_ours(keys(), ours, token, now(), expired);
  }
  static void refused(std::string_view token, std::string_view why) {
    const auto ours = reading(token);
    ASSERT_FALSE(ours.ok()) << why;
    EXPECT_EQ(ours.error().code, Code::unauthenticated) << why;
  }
  json::Object good() { return access(); }
  json::Object with(std::string name, json::Value value) {
    auto claims = good();
    claims.set(std::move(name), std::move(value));
    return claims;
  }
};

TEST_F(ReadOurs, what_it_says_about_an_access_token) {
  order.audience = {"a", "b"};
  const auto ours = reading(mint().access_token(order)->token);
  ASSERT_TRUE(test::succeeded(ours));
  EXPECT_TRUE(ours->is_access_token);
  EXPECT_EQ(ours->typ, "at+jwt");
  EXPECT_EQ(ours->sub, subject.id);
  EXPECT_EQ(ours->client_id, "hub");
  EXPECT_EQ(ours->audience, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(ours->scopes, order.scopes);
  EXPECT_EQ(ours->expires_at - ours->issued_at, std::chrono::hours(1));
}

TEST_F(ReadOurs, attack_027_other_kinds_of_token_are_no_access_tokens) {
  const auto id_token = reading(mint().id_token(order, "")->token);
  ASSERT_TRUE(test::succeeded(id_token));
  EXPECT_FALSE(id_token->is_access_token);
  EXPECT_EQ(id_token->client_id, "hub");
  const auto logout = reading(*mint().logout_token(client, "", "s-1"));
  ASSERT_TRUE(test::succeeded(logout));
  EXPECT_FALSE(logout->is_access_token);
  EXPECT_EQ(logout->sub, "");
  for (const char* typ : {"", "dpop+jwt", "oauth-authz-req+jwt", "client-authentication+jwt", "at", "jose"})
    refused(forged(good(), typ), typ);
}

TEST_F(ReadOurs, attack_007_keys_of_others) {
  const auto stranger = *crypto::PrivateKey::generate(Algorithm::es256);
  refused(crypto::sign_jws(stranger, {{"typ", "at+jwt"}}, json::write(good())), "unknown key");
  const std::string token = mint().access_token(order)->token;
  for (std::size_t i = 0; i < token.size(); i += 7) {
    std::string changed = token;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    EXPECT_FALSE(reading(changed).ok()) << i;
  }
  refused("", "empty");
  refused(token + ".x", "more parts");
}

TEST_F(ReadOurs, attack_024_the_issuer_is_compared_byte_for_byte) {
  for (const std::string& iss : {cat(kIssuer, "/"), std::string("https://LOGIN.example.org/lanyard"),
                                 std::string("https://login.example.org:443/lanyard"),
                                 std::string("https://login.example.org"), std::string()})
    refused(forged(with("iss", iss)), iss);
}

TEST_F(ReadOurs, attack_019_and_020_times) {
  const std::int64_t at = to_unix_seconds(now());
  refused(forged(with("exp", at)), "over");
  refused(forged(with("exp", nullptr)), "null");
  refused(forged(with("exp", "4102444800")), "text");
  refused(forged(with("exp", -1)), "negative");
  refused(forged(with("exp", true)), "boolean");
  refused(forged(with("exp", std::int64_t{1} << 60)), "beyond every calendar");
  refused(forged(with("iat", at + 61)), "from the future");
  refused(forged(with("iat", "x")), "text");
  refused(forged(with("nbf", at + 61)), "not yet");
  refused(forged(with("nbf", "x")), "text");
  EXPECT_TRUE(reading(forged(with("iat", at + 60))).ok()) << "a replica's clock";
  for (const char* name : {"exp", "iat", "iss", "sub", "aud", "jti", "client_id"}) {
    auto claims = good();
    claims.erase(name);
    refused(forged(claims), name);
  }
}

TEST_F(ReadOurs, an_expired_hint_is_read_where_that_is_allowed) {
  auto claims = with("exp", to_unix_seconds(now()) - 10);
  claims.set("iat", to_unix_seconds(now()) - 3600);
  const auto ours = reading(forged(claims, "JWT"), Expired::allow);
  EXPECT_TRUE(test::succeeded(ours));
  refused(forged(claims, "JWT"), "expired");
}

TEST_F(ReadOurs, attack_022_and_026_shapes) {
  refused(forged(with("aud", json::Array{})), "empty");
  refused(forged(with("aud", json::Array{1})), "number in it");
  refused(forged(with("aud", 7)), "number");
  refused(forged(with("sub", "")), "empty");
  refused(forged(with("sub", 1)), "number");
  refused(forged(with("jti", json::Array{})), "array");
  refused(forged(with("scope", json::Array{"openid"})), "array");
  refused(forged(with("scope", "a\tb")), "tab");
  refused(forged(with("aud", json::Array{"hub", "other"}), "JWT"), "an ID token is for one client");
  const auto key = (*keys().signer(Algorithm::es256))->key;
  refused(crypto::sign_jws(key, {{"typ", "at+jwt"}}, "[]"), "no object");
  refused(crypto::sign_jws(key, {{"typ", "at+jwt"}}, R"({"iss":"a","iss":"b"})"), "doubled");
}

}  // namespace
}  // namespace lanyard::tokens
