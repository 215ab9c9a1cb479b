#include "platform/crypto/jws.h"

#include <gtest/gtest.h>
#include <openssl/err.h>
#include <openssl/pem.h>

#include <memory>

#include "platform/crypto/digest.h"
#include "platform/crypto/evp.h"
#include "platform/crypto/vectors_for_test.h"

namespace lanyard::crypto {
namespace {

using test::every_algorithm;
using test::key_for;
using test::object;
using test::token_with;
using test::verdict;

const PrivateKey& es256() {
  return key_for(Algorithm::es256);
}
std::vector<PublicKey> es256_keys() {
  return {es256().public_key()};
}

// The token with this header text, signed by a key that is trusted: only the header can be the fault.
std::string verdict_on_header(std::string_view header) {
  return verdict(token_with(es256(), header), es256_keys());
}

// The SubjectPublicKeyInfo of a key: what an attacker finds on the web.
std::string public_der(const PrivateKey& key) {
  const Secret secret = key.to_pem();
  const std::string_view pem = secret.reveal();
  const std::unique_ptr<BIO, decltype(&BIO_free_all)> bio(
      BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), BIO_free_all);
  const KeyHandle handle(PEM_read_bio_PrivateKey(bio.get(), nullptr, nullptr, nullptr));
  unsigned char* data = nullptr;
  const int size = i2d_PUBKEY(handle.get(), &data);
  const std::string der(reinterpret_cast<const char*>(data), static_cast<std::size_t>(size));
  OPENSSL_free(data);
  return der;
}

TEST(VerifyJws, accepts_the_published_tokens) {
  const struct {
    std::string_view jwk, token;
  } examples[] = {{test::kRs256Jwk, test::kRs256Token},
                  {test::kEs256Jwk, test::kEs256Token},
                  {test::kEs512Jwk, test::kEs512Token},
                  {test::kPs384Jwk, test::kPs384Token},
                  {test::kEd25519Jwk, test::kEd25519Token}};
  for (const auto& example : examples) {
    EXPECT_EQ(verdict(example.token, {parse_jwk(object(example.jwk)).value()}), "valid") << example.token;
  }
}

// A thread remembers the last good header.
TEST(ParseJws, reads_each_header_by_itself_whatever_came_before) {
  const std::string first = sign_jws(es256(), {{"typ", "at+jwt"}}, R"({"sub":"ada"})");
  const std::string second = sign_jws(key_for(Algorithm::rs256), {{"typ", "JWT"}}, R"({"sub":"bob"})");
  for (int i = 0; i < 3; ++i) {
    for (const std::string* token : {&first, &first, &second}) {
      const auto jws = parse_jws(*token);
      ASSERT_TRUE(jws.ok());
      EXPECT_EQ(jws->kid, token == &first ? es256().kid() : key_for(Algorithm::rs256).kid());
      EXPECT_EQ(jws->typ, token == &first ? "at+jwt" : "jwt");
      EXPECT_EQ(jws->payload, token == &first ? R"({"sub":"ada"})" : R"({"sub":"bob"})");
      EXPECT_TRUE(std::string_view(*token).starts_with(jws->signing_input));
    }
    EXPECT_FALSE(parse_jws(std::string_view("e30.e30.AA")).ok());  // no alg
    EXPECT_FALSE(parse_jws(std::string_view(".e30.AA")).ok());     // no header at all
    EXPECT_FALSE(parse_proof_jws(std::string_view(first)).ok());   // brings no key
  }
}

TEST(VerifyJws, accepts_what_sign_jws_makes_with_every_algorithm) {
  std::vector<PublicKey> keys;
  for (const Algorithm algorithm : every_algorithm()) keys.push_back(key_for(algorithm).public_key());
  for (const Algorithm algorithm : every_algorithm()) {
    const std::string token = sign_jws(key_for(algorithm), {{"typ", "at+jwt"}}, R"({"sub":"ada"})");
    const auto jws = parse_jws(token);
    ASSERT_TRUE(jws.ok()) << jws.error().message;
    EXPECT_EQ(jws->algorithm_name, to_string(algorithm));
    EXPECT_EQ(jws->kid, key_for(algorithm).kid());
    EXPECT_EQ(jws->typ, "at+jwt");
    EXPECT_EQ(jws->payload, R"({"sub":"ada"})");
    EXPECT_TRUE(verify_jws(*jws, keys, {algorithm}).ok()) << to_string(algorithm);
  }
}

TEST(ParseJws, reads_typ_as_a_media_type) {
  const auto typ = [](std::string_view text) {
    const std::string token = token_with(es256(), cat(R"({"alg":"ES256","typ":")", text, R"("})"));
    return parse_jws(token)->typ;
  };
  EXPECT_EQ(typ("JWT"), "jwt");
  EXPECT_EQ(typ("application/AT+jwt"), "at+jwt");
  EXPECT_EQ(typ("application/a/b"), "application/a/b");
  const std::string untyped = token_with(es256(), R"({"alg":"ES256"})");
  EXPECT_EQ(parse_jws(untyped)->typ, "");
  EXPECT_EQ(verdict_on_header(R"({"alg":"ES256","typ":["JWT"]})"), "typ is not a text");
}

TEST(VerifyJws, chooses_the_key_by_kid_and_never_between_two) {
  const PrivateKey other = PrivateKey::generate(Algorithm::es256).value();
  const std::string named = sign_jws(es256(), {}, "{}"), unnamed = token_with(es256(), R"({"alg":"ES256"})");
  const PublicKey good = es256().public_key(), wrong = other.public_key(),
                  rsa = key_for(Algorithm::rs256).public_key();
  EXPECT_EQ(verdict(named, {wrong, rsa, good}), "valid");
  EXPECT_EQ(verdict(named, {wrong, rsa}), "no key with this kid");
  EXPECT_EQ(verdict(named, {good, good}), "two keys with this kid");
  EXPECT_EQ(verdict(unnamed, {rsa, good}), "valid");
  EXPECT_EQ(verdict(unnamed, {good, wrong}), "no kid, and more than one key fits");
  EXPECT_EQ(verdict(unnamed, {rsa}), "no kid, and no key fits");
  // An empty kid is a kid: it does not open the choice among unnamed keys.
  EXPECT_EQ(verdict(token_with(es256(), R"({"alg":"ES256","kid":""})"), {good}), "no key with this kid");
  const auto code = [&](const std::string& token, const std::vector<PublicKey>& keys) {
    return verify_jws(parse_jws(token).value(), keys, every_algorithm()).error().code;
  };
  EXPECT_EQ(code(named, {wrong}), Code::not_found);
  EXPECT_EQ(code(unnamed, {}), Code::not_found);
  EXPECT_EQ(code(named, {good, good}), Code::unauthenticated);
}

TEST(VerifyJws, asks_both_the_allowed_list_and_the_key) {
  const std::string token = sign_jws(es256(), {}, "{}");
  const auto jws = parse_jws(token).value();
  EXPECT_EQ(verify_jws(jws, es256_keys(), {}).error().message, "algorithm not allowed");
  EXPECT_EQ(verify_jws(jws, es256_keys(), {Algorithm::rs256, Algorithm::es384}).error().message,
            "algorithm not allowed");
  EXPECT_TRUE(verify_jws(jws, es256_keys(), {Algorithm::rs256, Algorithm::es256}).ok());
  const std::string renamed = token_with(es256(), cat(R"({"alg":"RS256","kid":")", es256().kid(), R"("})"));
  EXPECT_EQ(verdict(renamed, es256_keys()), "algorithm does not fit the key");
}

TEST(VerifyJws, leaves_no_error_for_the_tls_code_of_the_same_thread) {
  ERR_clear_error();
  for (const Algorithm algorithm : every_algorithm()) {
    const PublicKey half = key_for(algorithm).public_key();
    std::string signature = key_for(algorithm).sign("text");
    signature[signature.size() / 2] = static_cast<char>(signature[signature.size() / 2] ^ 1);
    EXPECT_FALSE(half.verify(algorithm, "text", signature));
    EXPECT_EQ(ERR_peek_error(), 0U) << to_string(algorithm);
  }
  EXPECT_FALSE(
      parse_jwk(
          object(
              R"({"kty":"EC","crv":"P-256","x":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA","y":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"})"))
          .ok());
  EXPECT_EQ(ERR_peek_error(), 0U);
  EXPECT_FALSE(PrivateKey::from_pem(Algorithm::es256, Secret("no PEM")).ok());
  EXPECT_EQ(ERR_peek_error(), 0U);
}

TEST(ParseJws, attack_001_alg_none_in_every_spelling) {
  for (const char* name : {"none", "None", "nOnE", "NONE", "", " none", "none\\u0000"}) {
    const std::string header = cat(R"({"alg":")", name, R"("})");
    EXPECT_EQ(verdict_on_header(header), "algorithm not allowed") << name;
    EXPECT_EQ(verdict(cat(base64url_encode(header), ".e30."), es256_keys()), "the token is not signed")
        << name;
  }
  EXPECT_EQ(verdict_on_header("{}"), "alg is missing");
  for (const char* value : {"1", "null", "true", "[\"ES256\"]", "{\"ES256\":1}"}) {
    EXPECT_EQ(verdict_on_header(cat("{\"alg\":", value, "}")), "alg is not a text") << value;
  }
}

TEST(VerifyJws, attack_002_hmac_keyed_with_the_public_key) {
  for (const Algorithm algorithm : {Algorithm::rs256, Algorithm::es256}) {
    const PublicKey half = key_for(algorithm).public_key();
    const std::string jwk = json::write(half.to_jwk());
    const std::string der = public_der(key_for(algorithm));
    const std::string pem =
        cat("-----BEGIN PUBLIC KEY-----\n", base64_encode(der), "\n-----END PUBLIC KEY-----");
    for (const std::string& key : {jwk, jwk + "\n", der, pem, pem + "\n"}) {
      for (const char* name : {"HS256", "HS384", "HS512", "hs256"}) {
        const std::string input = cat(base64url_encode(cat(R"({"alg":")", name, R"("})")), ".e30");
        EXPECT_EQ(verdict(cat(input, '.', base64url_encode(hmac_sha256(key, input))), {half}),
                  "algorithm not allowed");
      }
    }
  }
}

TEST(VerifyJws, attack_003_hmac_keyed_with_nothing_or_the_client_secret) {
  for (const char* key : {"", "client-secret"}) {
    const std::string input = cat(base64url_encode(R"({"alg":"HS256"})"), ".e30");
    EXPECT_EQ(verdict(cat(input, '.', base64url_encode(hmac_sha256(key, input))),
                      {key_for(Algorithm::rs256).public_key()}),
              "algorithm not allowed");
  }
}

TEST(VerifyJws, attack_004_signature_empty_short_long_or_of_another_token) {
  for (const Algorithm algorithm : every_algorithm()) {
    const PrivateKey& key = key_for(algorithm);
    const std::vector<PublicKey> keys{key.public_key()};
    const std::string header = cat(R"({"alg":")", to_string(algorithm), R"("})");
    const std::string input = cat(base64url_encode(header), ".e30");
    const std::string good = key.sign(input);
    const auto with_signature = [&](std::string_view bytes) {
      return verdict(cat(input, '.', base64url_encode(bytes)), keys);
    };
    EXPECT_EQ(with_signature(good), "valid");
    EXPECT_EQ(with_signature(""), "the token is not signed");
    for (const std::string& bad :
         {std::string("\0", 1), std::string("x"), good + 'x', cat('\0', good), good.substr(1),
          good.substr(0, good.size() - 1), std::string(good.size(), '\0'), key.sign("another token")}) {
      EXPECT_EQ(with_signature(bad), "bad signature") << to_string(algorithm);
    }
  }
}

TEST(VerifyJws, attack_006_pss_presented_as_pkcs1_and_the_reverse) {
  const PublicKey pkcs1 = key_for(Algorithm::rs256).public_key(),
                  pss = key_for(Algorithm::ps256).public_key();
  EXPECT_EQ(verdict(token_with(key_for(Algorithm::ps256), R"({"alg":"RS256"})"), {pss}),
            "no kid, and no key fits");
  EXPECT_EQ(verdict(token_with(key_for(Algorithm::rs256), R"({"alg":"PS256"})"), {pkcs1}),
            "no kid, and no key fits");
  // Also with a key that leaves the algorithm open.
  for (const auto& [signer, name] :
       {std::pair(Algorithm::ps256, "RS256"), std::pair(Algorithm::rs256, "PS256"),
        std::pair(Algorithm::rs256, "RS384"), std::pair(Algorithm::ps256, "PS512")}) {
    json::Object jwk = key_for(signer).public_key().to_jwk();
    jwk.erase("alg");
    EXPECT_EQ(
        verdict(token_with(key_for(signer), cat(R"({"alg":")", name, R"("})")), {parse_jwk(jwk).value()}),
        "bad signature");
  }
}

TEST(VerifyJws, attack_007_signed_with_the_key_of_another_issuer) {
  const PrivateKey other = PrivateKey::generate(Algorithm::es256).value();
  EXPECT_EQ(verdict(sign_jws(other, {}, "{}"), es256_keys()), "no key with this kid");
  // The other issuer's key, under the name that is trusted.
  EXPECT_EQ(
      verdict(token_with(other, cat(R"({"alg":"ES256","kid":")", es256().kid(), R"("})")), es256_keys()),
      "bad signature");
}

TEST(ParseJws, attack_008_kid_that_aims_at_what_looks_keys_up) {
  for (const char* kid :
       {"' OR 1=1 --", "\\\"", "../../../../dev/null", "http://evil.example/", "$(id)", "%s%n"}) {
    EXPECT_EQ(verdict_on_header(cat(R"({"alg":"ES256","kid":")", kid, R"("})")), "no key with this kid")
        << kid;
  }
  for (const std::string& kid :
       {std::string("a\\u0000b"), std::string("a\\nb"), std::string("\\u00e9"), std::string(257, 'k')}) {
    EXPECT_EQ(verdict_on_header(cat(R"({"alg":"ES256","kid":")", kid, R"("})")),
              "kid is not a short printable text")
        << kid;
  }
  EXPECT_NE(verdict_on_header(cat(R"({"alg":"ES256","kid":")", std::string(10'240, 'k'), R"("})")), "valid");
  for (const char* value : {"1", "null", "[]", "{}"}) {
    EXPECT_EQ(verdict_on_header(cat(R"({"alg":"ES256","kid":)", value, "}")), "kid is not a text") << value;
  }
}

TEST(ParseJws, attack_009_header_that_brings_or_names_its_own_key) {
  const std::string jwk = json::write(es256().public_key().to_jwk());
  for (const std::string& member : {cat(R"("jwk":)", jwk), std::string(R"("x5c":["MIIB"])")}) {
    EXPECT_EQ(verdict_on_header(cat(R"({"alg":"ES256",)", member, "}")),
              "the header brings a key of its own");
  }
  for (const char* name : {"jku", "x5u"}) {
    EXPECT_EQ(verdict_on_header(cat(R"({"alg":"ES256",")", name, R"(":"https://evil.example/keys"})")),
              "the header names a place to fetch keys from");
  }
  // Also when the value is of no use: the name alone is refused.
  for (const char* name : {"jwk", "jku", "x5u", "x5c"}) {
    EXPECT_NE(verdict_on_header(cat(R"({"alg":"ES256",")", name, R"(":null})")), "valid") << name;
  }
}

TEST(ParseProofJws, attack_009_brings_its_key_in_the_header_and_in_no_other_way) {
  const std::string jwk = json::write(es256().public_key().to_jwk());
  const auto parsed = [](const std::string& token) { return parse_proof_jws(std::string_view(token)); };
  const std::string good = token_with(es256(), cat(R"({"alg":"ES256","jwk":)", jwk, "}"));
  ASSERT_TRUE(parsed(good).ok());
  EXPECT_FALSE(parse_jws(std::string_view(good)).ok());
  for (const std::string& more :
       {std::string(R"("jku":"https://a.example/k")"), std::string(R"("x5u":"https://a.example/k")"),
        std::string(R"("x5c":["AA"])"), std::string(R"("crit":["jwk"])"), cat(R"("jwk":)", jwk)}) {
    EXPECT_FALSE(parsed(token_with(es256(), cat(R"({"alg":"ES256","jwk":)", jwk, ",", more, "}"))).ok())
        << more;
  }
  for (const auto* header :
       {R"({"alg":"ES256"})", R"({"alg":"ES256","jwk":"x"})", R"({"alg":"ES256","jwk":null})"})
    EXPECT_FALSE(parsed(token_with(es256(), header)).ok()) << header;
}

TEST(ParseJws, attack_010_crit_in_every_form) {
  for (const char* value :
       {R"(["exp"])", "[]", R"(["alg"])", R"(["absent"])", R"("exp")", "null", "7", R"(["b64"])"}) {
    EXPECT_EQ(verdict_on_header(cat(R"({"alg":"ES256","exp":1,"crit":)", value, "}")),
              "the header needs an extension that is not known")
        << value;
  }
}

TEST(ParseJws, attack_011_payload_that_is_not_encoded) {
  EXPECT_EQ(verdict_on_header(R"({"alg":"ES256","b64":false})"), "the payload is not encoded");
  EXPECT_EQ(verdict_on_header(R"({"alg":"ES256","b64":true})"), "the payload is not encoded");
  EXPECT_EQ(verdict_on_header(R"({"alg":"ES256","b64":false,"crit":["b64"]})"),
            "the header needs an extension that is not known");
}

TEST(ParseJws, attack_012_token_in_a_token) {
  const std::string inner = sign_jws(es256(), {}, "{}");
  for (const char* type : {"JWT", "jwt", "application/jwt"}) {
    EXPECT_EQ(
        verdict(token_with(es256(), cat(R"({"alg":"ES256","cty":")", type, R"("})"), inner), es256_keys()),
        "the payload is another token");
  }
}

TEST(ParseJws, attack_013_encrypted_token_to_a_verifier) {
  EXPECT_EQ(verdict("eyJhbGciOiJSU0ExXzUiLCJlbmMiOiJBMTI4Q0JDLUhTMjU2In0.a.b.c.d", es256_keys()),
            "the token has not exactly two dots");
  EXPECT_EQ(verdict_on_header(R"({"alg":"RSA1_5","enc":"A128CBC-HS256"})"), "the token is encrypted");
  EXPECT_EQ(verdict_on_header(R"({"alg":"ES256","zip":"DEF"})"), "the payload is compressed");
  EXPECT_EQ(verdict_on_header(R"({"alg":"PBES2-HS256+A128KW","p2c":2147483648,"p2s":"AAAA"})"),
            "algorithm not allowed");
}

TEST(ParseJws, attack_014_two_algorithms_in_one_header) {
  constexpr std::string_view kReason = "the header is not a JSON object with unique members";
  EXPECT_EQ(verdict_on_header(R"({"alg":"ES256","alg":"none"})"), kReason);
  EXPECT_EQ(verdict_on_header(R"({"alg":"none","al\u0067":"ES256"})"), kReason);
  EXPECT_EQ(verdict_on_header(R"({"alg":"ES256","kid":"a","kid":"b"})"), kReason);
}

TEST(ParseJws, attack_015_token_that_costs_more_to_read_than_to_send) {
  const auto code = [](std::string_view token) {
    const auto jws = parse_jws(token);
    return jws ? std::string("valid") : std::string(to_string(jws.error().code));
  };
  EXPECT_EQ(code(token_with(es256(), R"({"alg":"ES256"})", std::string(1 << 20, 'x'))), "too_large");
  EXPECT_EQ(code(std::string(kMaxTokenBytes + 1, '.')), "too_large");
  const std::string header = base64url_encode(R"({"alg":"ES256"})");
  const std::string just = cat(header, '.', std::string(kMaxTokenBytes - header.size() - 4, 'A'), ".AA");
  ASSERT_EQ(just.size(), kMaxTokenBytes);
  EXPECT_EQ(code(just), "valid");
  EXPECT_EQ(code(cat(base64url_encode(
                         cat(R"({"alg":"ES256","a":)", std::string(2000, '['), std::string(2000, ']'), "}")),
                     ".e30.AA")),
            "invalid");
  EXPECT_EQ(code(cat(base64url_encode(R"({"alg":"ES256","a":[[[[1]]]]})"), ".e30.AA")), "invalid");
  std::string members = R"({"alg":"ES256")";
  for (int i = 0; i < 200; ++i) members.append(cat(",\"m", i, "\":1"));
  EXPECT_EQ(code(cat(base64url_encode(members + "}"), ".e30.AA")), "invalid");
}

TEST(ParseJws, attack_016_any_number_of_dots_but_two) {
  const std::string token = sign_jws(es256(), {}, "{}");
  ASSERT_EQ(verdict(token, es256_keys()), "valid");
  for (const std::string& bad :
       {std::string(), std::string("."), std::string("..."), token + ".", cat(".", token), cat(token, ".e30"),
        std::string(10'000, '.'), token.substr(0, token.rfind('.')), std::string("e30")}) {
    EXPECT_EQ(verdict(bad, es256_keys()), "the token has not exactly two dots") << bad.substr(0, 20);
  }
  EXPECT_NE(verdict("..", es256_keys()), "valid");
}

TEST(ParseJws, attack_017_second_spellings_of_the_same_bytes) {
  const std::string token = sign_jws(es256(), {}, R"({"a":"??>>"})");
  const std::size_t first = token.find('.'), second = token.rfind('.');
  const std::string header = token.substr(0, first), payload = token.substr(first + 1, second - first - 1),
                    signature = token.substr(second + 1);
  ASSERT_EQ(verdict(token, es256_keys()), "valid");
  for (const char* extra : {"=", "==", " ", "\n", "\r\n", "\t", "+", "/", "%"}) {
    EXPECT_NE(verdict(cat(header, extra, '.', payload, '.', signature), es256_keys()), "valid") << extra;
    EXPECT_NE(verdict(cat(header, '.', payload, extra, '.', signature), es256_keys()), "valid") << extra;
    EXPECT_EQ(verdict(token + extra, es256_keys()), "the signature is not base64url") << extra;
    EXPECT_EQ(verdict(cat(extra, token), es256_keys()), "the header is not base64url") << extra;
  }
  // 64 bytes leave four stray bits in the last character; each of the 15 other fillings is another text.
  std::string stray = token;
  stray.back() = static_cast<char>(stray.back() + 1);
  EXPECT_EQ(verdict(stray, es256_keys()), "the signature is not base64url");
}

TEST(ParseJws, attack_018_header_that_is_no_clean_json_object) {
  for (const std::string& header :
       {std::string(), std::string("[]"), std::string("\"ES256\""), std::string("null"),
        std::string("\xEF\xBB\xBF{\"alg\":\"ES256\"}"), std::string(R"({"alg":"ES256"} x)"),
        std::string(R"({"alg":"ES256",})"), std::string("{\"alg\":\"ES256\",\"a\":\"\xC0\xAF\"}"),
        std::string(R"({"alg":"ES256","a":"\ud800"})"), std::string("{\"alg\":\"ES256\",\"a\":\"\xFF\"}"),
        std::string(R"({"alg":"ES256","a":1e400})")}) {
    EXPECT_EQ(verdict_on_header(header), "the header is not a JSON object with unique members") << header;
  }
}

}  // namespace
}  // namespace lanyard::crypto
