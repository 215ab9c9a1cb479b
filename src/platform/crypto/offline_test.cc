#include "platform/crypto/offline.h"

#include <gtest/gtest.h>

#include "platform/crypto/vectors_for_test.h"

namespace lanyard::crypto {
namespace {

std::string line(std::string_view token, std::string_view keys) {
  return cat(R"({"jws":")", token, R"(","keys":[)", keys, "]}");
}

TEST(VerifyLine, accepts_the_published_tokens_whatever_their_payload) {
  EXPECT_EQ(verify_line(line(test::kRs256Token, test::kRs256Jwk)), "valid");
  EXPECT_EQ(verify_line(line(test::kEs256Token, test::kEs256Jwk)), "valid");
  EXPECT_EQ(verify_line(line(test::kEs512Token, test::kEs512Jwk)), "valid");
  EXPECT_EQ(verify_line(line(test::kPs384Token, test::kPs384Jwk)), "valid");
  EXPECT_EQ(verify_line(line(test::kEd25519Token, cat(test::kEd25519Jwk, ",", test::kRs256Jwk))), "valid");
  EXPECT_EQ(verify_line(cat(line(test::kEs256Token, test::kEs256Jwk), "\r\n")), "valid");
}

TEST(VerifyLine, says_why_a_token_is_invalid) {
  EXPECT_EQ(verify_line(line(test::kEs256Token, "")), "invalid no kid, and no key fits");
  EXPECT_EQ(verify_line(line("e30.e30.e30", test::kEs256Jwk)), "invalid alg is missing");
  std::string changed(test::kEs256Token);
  changed[30] = changed[30] == 'A' ? 'B' : 'A';
  EXPECT_EQ(verify_line(line(changed, test::kEs256Jwk)), "invalid bad signature");
}

TEST(VerifyLine, counts_a_refused_key_as_absent_and_says_so) {
  EXPECT_EQ(verify_line(line(test::kEs256Token, R"({"kty":"oct","k":"c2VjcmV0"})")),
            "invalid no kid, and no key fits (key 1 refused: a symmetric key has no place here)");
  EXPECT_EQ(verify_line(line(test::kEs256Token, "7")),
            "invalid no kid, and no key fits (key 1 refused: not an object)");
  EXPECT_EQ(verify_line(line(test::kEs256Token, cat("7,", test::kEs256Jwk))), "valid");
}

TEST(VerifyLine, answers_every_fault_of_the_line_with_one_line) {
  const std::string good = line(test::kEs256Token, test::kEs256Jwk);
  for (const std::string& bad :
       {std::string(), std::string("\n"), std::string("x"), std::string("[]"), std::string("{}"),
        std::string(R"({"jws":1,"keys":[]})"), std::string(R"({"jws":"a.b.c"})"),
        std::string(R"({"jws":"a.b.c","keys":{}})"), good + good, good.substr(1),
        std::string(R"({"jws":"","jws":"","keys":[]})"), std::string("\xFF\xFE"),
        std::string(2 << 20, '[')}) {
    const std::string answer = verify_line(bad);
    EXPECT_TRUE(answer.starts_with("invalid ")) << answer;
    EXPECT_FALSE(has_control(answer)) << answer;
    EXPECT_LT(answer.size(), 120U) << answer;
  }
}

TEST(VerifyLine, repeats_nothing_from_the_line) {
  const std::string answer =
      verify_line(line("c2VjcmV0.c2VjcmV0.c2VjcmV0", R"({"kty":"RSA","kid":"c2VjcmV0","d":"c2VjcmV0"})"));
  EXPECT_EQ(answer.find("c2VjcmV0"), std::string::npos) << answer;
  EXPECT_EQ(answer.find("secret"), std::string::npos) << answer;
}

}  // namespace
}  // namespace lanyard::crypto
