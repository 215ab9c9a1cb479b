#include "domain/issuers/issuers.h"

#include <gtest/gtest.h>

#include <chrono>

#include "base/text.h"
#include "platform/crypto/digest.h"
#include "platform/crypto/jws.h"
#include "test/support/access_tokens.h"

namespace lanyard::issuers {
namespace {

using crypto::Algorithm;
using test::AccessTokens;
using test::raw_token;
using test::signed_token;

TEST_F(AccessTokens, row_TK3_the_issuer_of_the_token_selects_who_verifies_it) {
  const auto of_a = tokens->verify(good_token());
  ASSERT_TRUE(of_a.ok()) << of_a.error().message;
  EXPECT_EQ(of_a->trust->id, "a");
  EXPECT_EQ(of_a->subject, "u-1");
  EXPECT_EQ(of_a->token_id, "t-1");
  EXPECT_EQ(of_a->scopes, (std::vector<std::string>{"openid", "servicex"}));
  EXPECT_EQ(to_unix_seconds(of_a->expires_at), to_unix_seconds(clock.now()) + 3600);
  EXPECT_EQ(b.key_fetches(), 0);
  const auto of_b = tokens->verify(b.token(other_ec, b.claims(clock.now())));
  ASSERT_TRUE(of_b.ok());
  EXPECT_EQ(of_b->trust->id, "b") << "the same sub, another issuer";
}

TEST_F(AccessTokens, row_TK5_the_scope_is_a_whole_word_and_its_absence_is_forbidden) {
  accepted(with("scope", "servicex"));
  accepted(with("scope", "a  servicex b"));
  for (const auto* scope :
       {"", "Servicex", "servicex2", "xservicex", "servicex:read", "openid", "service x"}) {
    refused(with("scope", scope), "the scope servicex is missing", Code::forbidden);
  }
  refused(without("scope"), "the scope servicex is missing", Code::forbidden);
  wish.required_scope = "";
  build();
  accepted(without("scope"));
}

TEST_F(AccessTokens, row_TK6_the_identity_is_issuer_and_sub_as_they_are_written) {
  const auto verified = tokens->verify(with("sub", "CN=First Last/é"));
  EXPECT_FALSE(verified.ok()) << "not ASCII";
  EXPECT_EQ(tokens->verify(with("sub", " U-1 "))->subject, " U-1 ") << "neither trimmed nor folded";
}

TEST_F(AccessTokens, nothing_waits_and_nothing_is_fetched_by_check) {
  const auto first = tokens->check(good_token());
  EXPECT_TRUE(first.must_wait);
  EXPECT_FALSE(first.refused.has_value());
  EXPECT_EQ(client.count(), 0);
  accepted(good_token());
  EXPECT_FALSE(tokens->check(good_token()).must_wait);
}

TEST_F(AccessTokens, explain_names_each_rule_up_to_the_one_that_refuses) {
  const auto steps = tokens->explain(with("aud", "elsewhere"));
  ASSERT_FALSE(steps.empty());
  EXPECT_EQ(steps.front().rule, "form");
  EXPECT_EQ(steps.front().outcome, "ok");
  EXPECT_EQ(steps.back().rule, "audience");
  EXPECT_EQ(steps.back().outcome, "the token is for another audience");
  EXPECT_FALSE(steps.back().passed);
  EXPECT_EQ(tokens->explain(good_token()).size(), 10U);
  EXPECT_TRUE(tokens->explain(good_token()).back().passed);
}

TEST_F(AccessTokens, entries_are_found_by_name_and_by_issuer) {
  EXPECT_EQ(tokens->find("b")->trust->issuer, "https://b.example.org");
  EXPECT_EQ(tokens->find("c"), nullptr);
  EXPECT_EQ(tokens->find_issuer("https://a.example.org/realm")->trust->id, "a");
}

TEST_F(AccessTokens, attack_001_alg_none_in_every_spelling) {
  const std::string payload = json::write(good());
  for (const auto* alg :
       {R"("none")", R"("None")", R"("nOnE")", R"("NONE")", R"("")", "1", R"(["none"])", "null"}) {
    const std::string head = cat(R"({"alg":)", alg, R"(,"kid":")", ec.kid(), "\"}");
    refused(raw_token(head, payload, ""));
    refused(raw_token(head, payload, "x"));
    refused(signed_token(ec, head, payload));
  }
  refused(signed_token(ec, cat(R"({"kid":")", ec.kid(), "\"}"), payload), "alg is missing");
  EXPECT_EQ(client.count(), 0) << "no key was needed to say so";
}

TEST_F(AccessTokens, attack_002_hmac_with_a_public_or_empty_key) {
  const std::string jwk = json::write(rsa.public_key().to_jwk());
  const std::string input = cat(base64url_encode(cat(R"({"alg":"HS256","kid":")", rsa.kid(), "\"}")), ".",
                                base64url_encode(json::write(good())));
  for (const std::string& key : {jwk, jwk + "\n", std::string(), std::string("secret")}) {
    refused(cat(input, ".", base64url_encode(crypto::hmac_sha256(key, input))), "algorithm not allowed");
  }
  EXPECT_EQ(client.count(), 0);
}

TEST_F(AccessTokens, attack_003_no_hmac_can_be_configured) {
  EXPECT_FALSE(crypto::parse_algorithm("HS256").ok());
  EXPECT_FALSE(crypto::parse_algorithm("none").ok());
}

TEST_F(AccessTokens, attack_004_a_signature_that_is_not_this_token_s) {
  const std::string payload = json::write(good());
  const std::string other = good_token();
  const std::string foreign = *base64url_decode(std::string_view(other).substr(other.rfind('.') + 1));
  refused(raw_token(header("ES256"), payload, ""), "the token is not signed");
  for (const std::string& signature :
       {std::string("x"), std::string(64, 'x'), std::string(5'000, 'x'), foreign}) {
    refused(raw_token(header("ES256"), cat(payload.substr(0, payload.size() - 1), R"(,"x":1})"), signature),
            "bad signature");
  }
}

TEST_F(AccessTokens, attack_005_ecdsa_signatures_that_are_no_signatures) {
  const std::string order = *hex_decode("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551");
  const std::string zero(32, '\0'), one = std::string(31, '\0') + "\x01";
  const std::string payload = json::write(good());
  for (const std::string& signature :
       {zero + zero, zero + one, one + zero, order + one, one + order, order + order, one, one + one + one,
        *hex_decode("3006020101020101")}) {
    refused(raw_token(header("ES256"), payload, signature), "bad signature");
  }
}

TEST_F(AccessTokens, attack_006_pss_and_pkcs1_are_not_exchanged) {
  const auto pss = *crypto::PrivateKey::from_pem(Algorithm::ps256, rsa.to_pem());
  const std::string payload = json::write(good());
  refused(signed_token(pss, cat(R"({"alg":"RS256","kid":")", rsa.kid(), "\"}"), payload), "bad signature");
  refused(signed_token(rsa, cat(R"({"alg":"PS256","kid":")", rsa.kid(), "\"}"), payload),
          "algorithm not allowed");
  refused(signed_token(rsa, cat(R"({"alg":"ES256","kid":")", rsa.kid(), "\"}"), payload));
}

TEST_F(AccessTokens, attack_007_a_key_of_one_issuer_signs_nothing_for_another) {
  accepted(b.token(other_ec, b.claims(clock.now())));
  refused(a.token(other_ec, good()), "no key with this kid");
  refused(signed_token(other_ec, header("ES256"), json::write(good())), "bad signature");
}

TEST_F(AccessTokens, attack_008_strange_kids_are_texts_and_nothing_else) {
  accepted(good_token());
  const int before = client.count();
  const std::string payload = json::write(good());
  for (const std::string& kid : {std::string("' OR 1=1 --"), std::string("../../etc/passwd"),
                                 std::string("a\\u0000b"), std::string(10'000, 'k'), std::string(300, 'k')}) {
    refused(signed_token(ec, cat(R"({"alg":"ES256","kid":")", kid, "\"}"), payload));
  }
  refused(signed_token(ec, R"({"alg":"ES256","kid":7})", payload), "kid is not a text");
  EXPECT_EQ(client.count(), before) << "within the cool-down nothing is fetched";
}

TEST_F(AccessTokens, attack_009_a_token_does_not_bring_its_own_key) {
  const std::string payload = json::write(good());
  for (const std::string& member :
       {std::string(R"(,"jku":"https://evil.example/jwks")"),
        std::string(R"(,"x5u":"https://evil.example/c")"),
        cat(R"(,"jwk":)", json::write(other_ec.public_key().to_jwk())), std::string(R"(,"x5c":["MIIB"])")}) {
    refused(signed_token(ec, header("ES256", member), payload));
  }
  EXPECT_EQ(client.count(), 0);
}

TEST_F(AccessTokens, attack_010_critical_extensions) {
  for (const auto* member : {R"(,"crit":["x"],"x":1)", R"(,"crit":[])", R"(,"crit":["alg"])",
                             R"(,"crit":["gone"])", R"(,"crit":"x")"}) {
    refused(signed_token(ec, header("ES256", member), json::write(good())));
  }
}

TEST_F(AccessTokens, attack_011_unencoded_payloads) {
  for (const auto* member : {R"(,"b64":false)", R"(,"b64":false,"crit":["b64"])", R"(,"b64":true)"}) {
    refused(signed_token(ec, header("ES256", member), json::write(good())));
  }
}

TEST_F(AccessTokens, attack_012_a_token_in_a_token) {
  refused(signed_token(ec, header("ES256", R"(,"cty":"JWT")"), json::write(good())));
  refused(signed_token(ec, header("ES256"), good_token()),
          "the payload is not a JSON object with unique members");
}

TEST_F(AccessTokens, attack_013_encrypted_tokens_are_refused_quickly) {
  const auto begin = std::chrono::steady_clock::now();
  for (const auto* head : {R"({"alg":"dir","enc":"A256GCM","zip":"DEF"})",
                           R"({"alg":"PBES2-HS256+A128KW","p2c":2147483647,"enc":"A128GCM"})",
                           R"({"alg":"RSA1_5","enc":"A128CBC-HS256"})"}) {
    const std::string part = base64url_encode(std::string(1'000, 'x'));
    refused(cat(base64url_encode(head), ".", part, ".", part, ".", part, ".", part));
    refused(raw_token(head, json::write(good()), "x"));
  }
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::milliseconds(100));
}

TEST_F(AccessTokens, attack_014_duplicate_members) {
  refused(
      signed_token(ec, cat(R"({"alg":"ES256","alg":"ES256","kid":")", ec.kid(), "\"}"), json::write(good())));
  for (const auto* name : {"iss", "sub", "aud", "exp", "scope"}) {
    std::string payload = json::write(good());
    payload.insert(payload.size() - 1, cat(",\"", name, "\":", json::write(*good().find(name))));
    refused(signed_token(ec, header("ES256"), payload),
            "the payload is not a JSON object with unique members");
  }
}

TEST_F(AccessTokens, attack_015_huge_tokens) {
  refused(std::string(1 << 20, 'a'), "the token is too large");
  refused(with("x", std::string(1 << 20, 'x')), "the token is too large");
  refused(signed_token(ec, header("ES256"),
                       cat(R"({"a":)", std::string(5'000, '['), std::string(5'000, ']'), "}")));
  std::string many = "{\"a\":[1";
  for (int i = 0; i < 5'000; ++i) many += ",1";
  refused(signed_token(ec, header("ES256"), many + "]}"));
}

TEST_F(AccessTokens, attack_016_many_dots) {
  for (const std::size_t dots : {0U, 1U, 3U, 4U, 10'000U}) refused(std::string(dots, '.'));
  refused("..", "the header is not a JSON object with unique members");
  refused(std::string(1 << 20, '.'));
}

TEST_F(AccessTokens, attack_017_sloppy_base64) {
  const std::string token = good_token();
  accepted(token);
  for (const std::string& sloppy : {token + "=", token + " ", " " + token, token + "\n", token + "A",
                                    token.substr(0, token.size() - 1)}) {
    refused(sloppy);
  }
  std::string stray = token;  // the last character of 64 bytes holds four bits that must be zero
  const std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  stray.back() = alphabet[alphabet.find(stray.back()) + 1];
  refused(stray, "the signature is not base64url");
  std::string standard = token;
  for (auto& c : standard) c = c == '-' ? '+' : c == '_' ? '/' : c;
  if (standard != token) refused(standard);
}

TEST_F(AccessTokens, attack_018_payloads_that_are_no_claims) {
  for (const std::string& payload :
       {std::string("[]"), std::string("\"x\""), std::string("null"), std::string(),
        std::string("\xEF\xBB\xBF{}"), std::string(R"({"iss":"\ud800"})"),
        std::string("{\"iss\":\"\xC0\xAF\"}"), std::string("{\"iss\":\"\xFF\"}"), std::string("{}x"),
        std::string("{\"a\":1,}")}) {
    refused(signed_token(ec, header("ES256"), payload),
            "the payload is not a JSON object with unique members");
  }
  refused(signed_token(ec, header("ES256"), "{}"), "iss is missing or not a text");
}

TEST_F(AccessTokens, attack_024_an_issuer_that_only_looks_like_a_configured_one) {
  for (const auto* iss :
       {"https://a.example.org/realm/", "https://A.example.org/realm", "https://a.example.org:443/realm",
        "https://user@a.example.org/realm", "https://а.example.org/realm", "https://a.example.org",
        "https://a.example.org/realm/x", "http://a.example.org/realm", "https://a.example.org/Realm",
        " https://a.example.org/realm", "https://a.example.org/realm#"}) {
    refused(with("iss", iss), "the issuer is not configured");
  }
  refused(with("iss", json::Array{a.issuer()}), "iss is missing or not a text");
  refused(without("iss"), "iss is missing or not a text");
}

TEST_F(AccessTokens, attack_025_an_unknown_issuer_causes_no_request) {
  refused(with("iss", "https://evil.example.org"), "the issuer is not configured");
  EXPECT_EQ(client.count(), 0);
}

TEST_F(AccessTokens, attack_028_our_own_token_for_another_service_is_not_for_us) {
  refused(with("aud", "https://other-service.example.org"), "the token is for another audience");
}

TEST_F(AccessTokens, attack_036_a_signature_is_never_remembered_for_another_payload) {
  const std::string token = good_token();
  accepted(token);
  accepted(token);
  const auto first = token.find('.'), second = token.rfind('.');
  auto claims = good();
  claims.set("sub", "somebody-else");
  refused(cat(token.substr(0, first), ".", base64url_encode(json::write(claims)), token.substr(second)),
          "bad signature");
}

TEST_F(AccessTokens, attack_148_reasons_hold_nothing_from_the_token) {
  const std::string canary = "canary-4711";
  for (const auto* claim : {"iss", "aud", "exp", "nbf", "iat", "scope", "jti", "sub", "typ", "nonce"}) {
    for (const auto& value : {json::Value(canary), json::Value(json::Array{canary})}) {
      const auto result = tokens->verify(with(claim, value));
      if (result.ok()) continue;
      EXPECT_EQ(cat(result.error().message, result.error().hint, result.error().cause).find(canary),
                std::string::npos)
          << claim;
    }
  }
  EXPECT_EQ(book.text().find(canary), std::string::npos);
}

}  // namespace
}  // namespace lanyard::issuers
