// The code flow as a client runs it: what is sent, and which answers are believed.
#include "lib/code.h"

#include <gtest/gtest.h>

#include "base/text.h"
#include "platform/crypto/digest.h"
#include "test/support/fakes.h"
#include "test/support/outside.h"
#include "test/support/test_issuer.h"

namespace lanyard::lib {
namespace {

class CodeFlows : public testing::Test {
 protected:
  CodeFlows() {
    metadata_.issuer = "https://id.example.org";
    metadata_.authorization_endpoint = "https://id.example.org/authorize";
    metadata_.names_itself_in_answers = true;
    flow_ = begin_code_flow({"hub", "https://hub.example.org/cb", "openid", ""}, random_);
  }
  std::string address(const Form& form) const { return with_query("https://hub.example.org/cb", form); }
  Form good() const { return Form{{"code", "abc"}, {"state", flow_.state}, {"iss", metadata_.issuer}}; }
  Result<Secret> read(const std::string& text) const { return read_answer(metadata_, flow_, text); }

  test::FakeRandom random_;
  Metadata metadata_;
  CodeFlow flow_;
};

TEST_F(CodeFlows, the_request_carries_a_challenge_and_never_the_verifier) {
  const std::string url = *authorization_url(metadata_, flow_);
  const auto query = parse_form(std::string_view(url).substr(url.find('?') + 1));
  EXPECT_EQ(query->value_or("code_challenge", ""),
            base64url_encode(crypto::sha256_bytes(flow_.verifier.reveal())));
  EXPECT_EQ(query->value_or("code_challenge_method", ""), "S256");
  EXPECT_EQ(query->value_or("redirect_uri", ""), "https://hub.example.org/cb");
  EXPECT_EQ(url.find(flow_.verifier.reveal()), std::string::npos);
  EXPECT_NE(flow_.state, flow_.nonce);
  metadata_.authorization_endpoint = "";
  EXPECT_EQ(authorization_url(metadata_, flow_).error().code, Code::upstream);
}

TEST_F(CodeFlows, a_good_answer_gives_the_code) {
  const auto code = read(address(good()));
  ASSERT_TRUE(code.ok()) << code.error().message;
  EXPECT_EQ(code->reveal(), "abc");
  metadata_.names_itself_in_answers = false;
  EXPECT_TRUE(read(address(Form{{"code", "abc"}, {"state", flow_.state}})).ok());
}

TEST_F(CodeFlows, attack_063_attack_064_answers_of_others_are_not_believed) {
  const std::string issuer = metadata_.issuer, state = flow_.state;
  EXPECT_EQ(read(address(Form{{"code", "abc"}, {"iss", issuer}})).error().code, Code::invalid);
  EXPECT_EQ(read(address(Form{{"code", "abc"}, {"state", "x"}, {"iss", issuer}})).error().code,
            Code::invalid);
  EXPECT_EQ(read(address(Form{{"code", "abc"}, {"state", state}})).error().code, Code::unauthenticated);
  EXPECT_EQ(read(address(Form{{"code", "abc"}, {"state", state}, {"iss", "https://evil"}})).error().code,
            Code::unauthenticated);
  EXPECT_EQ(read(address(Form{{"state", state}, {"iss", issuer}})).error().code, Code::upstream);
  EXPECT_EQ(read(cat("https://evil.example/cb?", good().encode())).error().code, Code::invalid);
  EXPECT_EQ(read(cat("https://hub.example.org/cb2?", good().encode())).error().code, Code::invalid);
  EXPECT_EQ(read("https://hub.example.org/cb").error().code, Code::invalid);
  const auto denied = read(address(
      Form{{"error", "access_denied"}, {"error_description", "No."}, {"state", state}, {"iss", issuer}}));
  EXPECT_EQ(denied.error().code, Code::forbidden);
  EXPECT_EQ(denied.error().hint, "No.");
}

class IdTokens : public testing::Test {
 protected:
  Status check(const json::Object& claims, const std::string& nonce = "n", const std::string& access = "at") {
    const std::string token =
        crypto::sign_jws(test::test_key(crypto::Algorithm::rs256), {}, json::write(claims));
    return check_id_token(token, claims_of(claims), "hub", nonce, Secret(access));
  }
  static json::Object with(std::string name, json::Value value) {
    json::Object claims{{"sub", "u"}, {"aud", "hub"}, {"nonce", "n"}};
    claims.set(std::move(name), std::move(value));
    return claims;
  }
};

TEST_F(IdTokens, each_rule_by_itself) {
  EXPECT_TRUE(check(with("azp", "hub")).ok());
  EXPECT_FALSE(check(with("azp", "other")).ok());
  EXPECT_FALSE(check(with("sub", "")).ok());
  EXPECT_FALSE(check(with("nonce", "another")).ok());
  EXPECT_TRUE(check(with("nonce", "another"), "").ok()) << "none was sent";
  EXPECT_FALSE(check(with("aud", json::Array{json::Value("hub"), json::Value("other")})).ok());
  const std::string half = base64url_encode(crypto::sha256_bytes("at").substr(0, 16));
  EXPECT_TRUE(check(with("at_hash", half)).ok());
  EXPECT_FALSE(check(with("at_hash", half), "n", "another").ok());
}

class Proofs : public testing::Test {
 protected:
  net::Call sent(const ClientProof& proof) {
    net::Call seen;
    outside_.route("https://id.example.org/token", [&](const net::Call& call) -> Result<net::Reply> {
      seen = call;
      net::Reply reply;
      reply.status = 400;
      reply.body = R"({"error":"invalid_grant"})";
      return reply;
    });
    EXPECT_TRUE(ask_for_tokens({outside_, clock_, {}}, "https://id.example.org/token",
                               Form{{"grant_type", "x"}}, proof)
                    .ok());
    return seen;
  }
  static std::string header(const net::Call& call) {
    for (const auto& [name, value] : call.headers)
      if (name == "Authorization") return value;
    return "";
  }
  test::FakeClock clock_;
  test::ScriptedClient outside_;
};

TEST_F(Proofs, a_secret_is_shown_in_one_place) {
  const net::Call in_header = sent({"hub", Secret("p:q %"), false});
  EXPECT_EQ(header(in_header), cat("Basic ", base64_encode("hub:p%3Aq%20%25")));
  EXPECT_EQ(in_header.body, "grant_type=x");
  const net::Call in_body = sent({"hub", Secret("p"), true});
  EXPECT_EQ(header(in_body), "");
  EXPECT_EQ(in_body.body, "grant_type=x&client_id=hub&client_secret=p");
  const net::Call without = sent({"cli", {}, false});
  EXPECT_EQ(header(without), "");
  EXPECT_EQ(without.body, "grant_type=x&client_id=cli");
}

}  // namespace
}  // namespace lanyard::lib
