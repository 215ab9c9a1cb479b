#include "domain/tokens/dpop.h"

#include <gtest/gtest.h>

#include "base/json.h"
#include "base/text.h"
#include "platform/crypto/digest.h"
#include "platform/crypto/jws.h"
#include "test/support/fakes.h"

namespace lanyard::tokens {
namespace {

constexpr std::string_view kUrl = "https://id.example.org/token";

class Dpop : public ::testing::Test {
 protected:
  Dpop() { header = {{"typ", "dpop+jwt"}, {"jwk", key.public_key().to_jwk()}}; }

  json::Object claims() const {
    return {{"jti", "one"}, {"htm", "POST"}, {"htu", kUrl}, {"iat", to_unix_seconds(clock.now())}};
  }
  json::Object with(std::string name, json::Value value) const {
    json::Object out = claims();
    out.set(std::move(name), std::move(value));
    return out;
  }
  std::string proof(const json::Object& payload) const {
    return crypto::sign_jws(key, header, json::write(payload));
  }
  // Signed by `key`, whatever the header says.
  std::string under(const json::Object& odd) const {
    std::string text = cat(base64url_encode(json::write(odd)), ".", base64url_encode(json::write(claims())));
    return cat(text, ".", base64url_encode(key.sign(text)));
  }
  Result<DpopProof> check(const std::string& one) {
    question.proofs = {one};
    return check();
  }
  Result<DpopProof> check() {
    question.method = "POST";
    question.url = kUrl;
    question.now = clock.now();
    return check_dpop(question);
  }
  std::string reason(const std::string& one, Code code = Code::invalid) {
    const auto result = check(one);
    if (result.ok()) return "accepted";
    EXPECT_EQ(result.error().code, code) << result.error().message;
    return result.error().message;
  }

  lanyard::test::FakeClock clock;
  const crypto::PrivateKey key = crypto::PrivateKey::generate(crypto::Algorithm::es256).value();
  const DpopNonces nonces{{"new key", "old key"}};
  json::Object header;
  DpopQuestion question;
};

TEST_F(Dpop, a_good_proof_says_which_key_and_what_to_remember) {
  const auto result = check(proof(claims()));
  ASSERT_TRUE(result.ok()) << result.error().message;
  EXPECT_EQ((*result).thumbprint, key.public_key().thumbprint());
  EXPECT_EQ((*result).jti, "one");
  EXPECT_EQ((*result).issued_at, clock.now());
  EXPECT_GT((*result).until, clock.now() + kDpopOldest);
}

TEST_F(Dpop, every_algorithm_of_the_list_is_accepted) {
  for (const auto algorithm : dpop_algorithms()) {
    const auto other = crypto::PrivateKey::generate(algorithm).value();
    header.set("jwk", other.public_key().to_jwk());
    const auto result = check(crypto::sign_jws(other, header, json::write(claims())));
    ASSERT_TRUE(result.ok()) << crypto::to_string(algorithm) << result.error().message;
    EXPECT_EQ((*result).thumbprint, other.public_key().thumbprint());
  }
}

TEST_F(Dpop, the_place_is_compared_without_query_case_of_host_and_default_port) {
  for (const auto* same :
       {"https://id.example.org/token", "HTTPS://ID.example.ORG/token", "https://id.example.org:443/token",
        "https://id.example.org/token?a=b", "https://id.example.org/token#f"}) {
    EXPECT_EQ(reason(proof(with("htu", same))), "accepted") << same;
  }
}

TEST_F(Dpop, attack_085_another_place_or_method) {
  for (const auto* other :
       {"https://id.example.org/Token", "https://id.example.org/token/", "https://id.example.org:8443/token",
        "http://id.example.org/token", "https://id.example.org.evil.example/token", "https://id.example.org/",
        "https://id.example.org/par", "https://id.example.org/x/../token",
        "https://id.example.org/%74oken"}) {
    EXPECT_EQ(reason(proof(with("htu", other))), "htu is another place") << other;
  }
  for (const auto* broken : {"/token", "", "id.example.org/token", "https://u@id.example.org/token"})
    EXPECT_EQ(reason(proof(with("htu", broken))), "htu is not an absolute URL") << broken;
  EXPECT_EQ(reason(proof(with("htu", 7))), "htu is missing or not a text");
  for (const auto* other : {"GET", "post", "POST "})
    EXPECT_EQ(reason(proof(with("htm", other))), "htm is another method");
}

TEST_F(Dpop, attack_085_two_proofs_none_or_a_list_in_one_line) {
  const std::string one = proof(claims());
  question.proofs = {};
  EXPECT_EQ(check().error().message, "the header DPoP is missing");
  question.proofs = {one, one};
  EXPECT_EQ(check().error().message, "the header DPoP was sent more than once");
  EXPECT_NE(reason(cat(one, ", ", one)), "accepted");
  EXPECT_NE(reason(cat(one, ",", one)), "accepted");
  EXPECT_NE(reason(""), "accepted");
}

TEST_F(Dpop, attack_085_old_and_future) {
  const auto at = [&](std::int64_t seconds) {
    return reason(proof(with("iat", to_unix_seconds(clock.now()) + seconds)));
  };
  EXPECT_EQ(at(-60), "accepted");
  EXPECT_EQ(at(-61), "the proof is too old");
  EXPECT_EQ(at(5), "accepted");
  EXPECT_EQ(at(6), "the proof was made in the future");
  EXPECT_EQ(reason(proof(with("iat", "now"))), "iat is not a number");
  EXPECT_EQ(reason(proof(with("iat", 1e300))), "iat is not a usable time");
  json::Object none = claims();
  none.erase("iat");
  EXPECT_EQ(reason(proof(none)), "iat is missing");
}

TEST_F(Dpop, attack_085_a_replay_is_remembered_for_as_long_as_the_proof_is_good) {
  const std::string one = proof(claims());
  const Time until = check(one).value().until;
  clock.advance(until - clock.now());
  EXPECT_EQ(reason(one), "the proof is too old");
  question.nonces = &nonces;
  const std::string other = proof(with("nonce", nonces.make(clock.now())));
  const Time nonce_until = check(other).value().until;
  clock.advance(nonce_until - clock.now());
  EXPECT_EQ(reason(other, Code::expired), "the nonce is not good any more");
}

TEST_F(Dpop, attack_085_a_private_or_symmetric_key_in_the_header) {
  json::Object jwk = key.public_key().to_jwk();
  jwk.set("d", "AAAA");
  header.set("jwk", jwk);
  EXPECT_EQ(reason(proof(claims())), "jwk: a private key has no place here");
  header.set("jwk", json::Object{{"kty", "oct"}, {"k", "AAAA"}});
  EXPECT_EQ(reason(proof(claims())), "jwk: a symmetric key has no place here");
}

TEST_F(Dpop, attack_085_signed_by_another_key_or_by_nobody) {
  header.set("jwk", crypto::PrivateKey::generate(crypto::Algorithm::es256).value().public_key().to_jwk());
  EXPECT_EQ(reason(proof(claims())), "bad signature");
  const json::Object jwk = key.public_key().to_jwk();
  for (const auto* alg : {"none", "HS256", "ES257", ""})
    EXPECT_EQ(reason(under({{"typ", "dpop+jwt"}, {"alg", alg}, {"jwk", jwk}})), "algorithm not allowed")
        << alg;
  EXPECT_EQ(reason(under({{"typ", "dpop+jwt"}, {"alg", "RS256"}, {"jwk", jwk}})),
            "algorithm does not fit the key");
}

TEST_F(Dpop, attack_085_another_kind_of_token) {
  for (const auto* typ : {"JWT", "at+jwt", ""}) {
    header.set("typ", typ);
    EXPECT_EQ(reason(proof(claims())), "typ is not dpop+jwt");
  }
}

TEST_F(Dpop, attack_085_the_proof_of_another_token) {
  question.access_token = "the token";
  EXPECT_EQ(reason(proof(claims())), "ath is missing or not a text");
  EXPECT_EQ(reason(proof(with("ath", base64url_encode(crypto::sha256_bytes("another"))))),
            "ath is another token's");
  EXPECT_EQ(reason(proof(with("ath", base64url_encode(crypto::sha256_bytes("the token"))))), "accepted");
}

TEST_F(Dpop, a_jti_is_a_text_of_bounded_length) {
  EXPECT_EQ(reason(proof(with("jti", std::string(256, 'x')))), "accepted");
  EXPECT_EQ(reason(proof(with("jti", std::string(257, 'x')))), "jti is too long");
  for (const json::Value& bad : {json::Value(""), json::Value(1), json::Value(nullptr)})
    EXPECT_EQ(reason(proof(with("jti", bad))), "jti is missing or not a text");
}

TEST_F(Dpop, a_nonce_stands_in_for_a_clock_that_differs) {
  question.nonces = &nonces;
  const std::int64_t wrong = to_unix_seconds(clock.now()) + 7200;
  EXPECT_EQ(reason(proof(with("iat", wrong)), Code::expired), "the sender's clock differs from ours");
  json::Object better = with("iat", wrong);
  better.set("nonce", nonces.make(clock.now()));
  EXPECT_EQ(reason(proof(better)), "accepted");
  EXPECT_EQ(reason(proof(claims())), "accepted");
}

TEST_F(Dpop, a_nonce_can_be_asked_of_everybody) {
  question.nonces = &nonces;
  question.nonce_policy = NoncePolicy::always;
  EXPECT_EQ(reason(proof(claims()), Code::expired), "a nonce is needed");
  EXPECT_EQ(reason(proof(with("nonce", nonces.make(clock.now())))), "accepted");
}

TEST_F(Dpop, nonces_are_ours_for_three_minutes_and_under_an_older_key_too) {
  question.nonces = &nonces;
  const DpopNonces older({"old key"}), foreign({"foreign key"});
  EXPECT_EQ(reason(proof(with("nonce", older.make(clock.now())))), "accepted");
  EXPECT_EQ(reason(proof(with("nonce", foreign.make(clock.now()))), Code::expired),
            "the nonce is not good any more");
  for (const auto* bad : {"", "x", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"})
    EXPECT_EQ(reason(proof(with("nonce", bad)), Code::expired), "the nonce is not good any more");
  EXPECT_EQ(reason(proof(with("nonce", 7))), "nonce is not a text");
  const std::string nonce = nonces.make(clock.now());
  clock.advance(std::chrono::seconds(149));
  EXPECT_TRUE(nonces.find_end(nonce, clock.now()));
  clock.advance(std::chrono::seconds(31));
  EXPECT_FALSE(nonces.find_end(nonce, clock.now()));
}

TEST_F(Dpop, the_rules_stand_in_this_order) {
  EXPECT_EQ(dpop_rule_names(),
            (std::vector<std::string_view>{"exactly one", "form", "kind", "algorithm", "key", "method",
                                           "place", "identifier", "signature", "token", "time"}));
}

}  // namespace
}  // namespace lanyard::tokens
