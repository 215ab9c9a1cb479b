#include "domain/tokens/mint.h"

#include "domain/tokens/mint_for_test.h"
#include "platform/crypto/digest.h"

namespace lanyard::tokens {
namespace {

using clients::Profile;
using crypto::Algorithm;

TEST_F(Minting, an_access_token_says_what_rfc_9068_asks_for) {
  order.grant_id = "abcdefghij01234";
  order.acr = "https://refeds.org/profile/mfa";
  order.amr = {"pwd", "otp"};
  const auto minted = mint().access_token(order);
  ASSERT_TRUE(test::succeeded(minted));
  const auto jws = crypto::parse_jws(minted->token);
  EXPECT_EQ(jws->typ, "at+jwt");
  EXPECT_EQ(jws->algorithm_name, "ES256");
  EXPECT_EQ(jws->kid, (*keys().signer(Algorithm::es256))->key.kid());
  const auto claims = read(minted->token);
  EXPECT_EQ(text(claims, "iss"), kIssuer);
  EXPECT_EQ(text(claims, "sub"), subject.id);
  EXPECT_EQ(text(claims, "aud"), "https://service.example.org");
  EXPECT_EQ(text(claims, "client_id"), "hub");
  EXPECT_EQ(text(claims, "scope"), "openid profile email");
  EXPECT_EQ(text(claims, "auth_time"), cat(to_unix_seconds(order.auth_time)));
  EXPECT_EQ(text(claims, "acr"), order.acr);
  EXPECT_EQ(text(claims, "amr"), R"(["pwd","otp"])");
  EXPECT_EQ(*claims.find("exp")->as_integer() - *claims.find("iat")->as_integer(), 3600);
  EXPECT_EQ(to_unix_seconds(minted->expires_at), *claims.find("exp")->as_integer());
  EXPECT_EQ(grant_of(minted->jti), order.grant_id);
  EXPECT_EQ(text(claims, "jti"), minted->jti);
  EXPECT_EQ(claims.find("name"), nullptr) << "nothing personal";
}

TEST_F(Minting, jti_forms) {
  const auto without = mint().access_token(order);
  EXPECT_EQ(without->jti.size(), 22U);
  EXPECT_EQ(grant_of(without->jti), "");
  order.grant_id = "abcdefghij01234";
  const auto with = mint().access_token(order);
  EXPECT_EQ(with->jti.size(), 15U + 1 + 16);
  EXPECT_NE(with->jti, mint().access_token(order)->jti);
  EXPECT_EQ(grant_of("abcdefghij01234.0123456789abcde"), "") << "one too short";
  EXPECT_EQ(grant_of("ABCDEFGHIJ01234.0123456789abcdef"), "");
  EXPECT_EQ(grant_of("abcdefghij01234_0123456789abcdef"), "");
  EXPECT_EQ(grant_of(""), "");
}

TEST_F(Minting, audiences) {
  order.audience = {"https://a.example.org"};
  EXPECT_EQ(text(access(), "aud"), "https://a.example.org");
  order.audience = {"https://a.example.org", "https://b.example.org"};
  EXPECT_EQ(text(access(), "aud"), R"(["https://a.example.org","https://b.example.org"])");
  for (const Profile profile : {Profile::iam, Profile::servicex}) {
    client.profile = profile;
    EXPECT_EQ(mint().access_token(order).error().code, Code::invalid);
  }
  order.audience.clear();
  client.audiences.clear();
  EXPECT_EQ(text(access(), "aud"), kIssuer);
}

TEST_F(Minting, never_longer_than_what_stands_behind_it) {
  order.not_after = now() + std::chrono::minutes(10);
  EXPECT_EQ(mint().access_token(order)->expires_at, *order.not_after);
  EXPECT_EQ(mint().id_token(order, "")->expires_at, *order.not_after);
  order.not_after = now();
  EXPECT_EQ(mint().access_token(order).error().code, Code::expired);
  EXPECT_EQ(mint().id_token(order, "").error().code, Code::expired);
  order.not_after.reset();
  client.lives.access_token = std::chrono::hours(24 * 365);
  EXPECT_EQ(mint().access_token(order)->expires_at, now() + keys().times().longest_token);
}

TEST_F(Minting, attack_070_scopes_that_nobody_may_have) {
  for (const char* scope : {"role:/atlas/Role=production", "storage.read", "storage.read:/a/../b",
                            "storage.modify:data", "wlcg.groups:Rubin"}) {
    order.scopes = {"openid", scope};
    EXPECT_EQ(mint().access_token(order).error().code, Code::invalid) << scope;
    EXPECT_EQ(mint().id_token(order, "").error().code, Code::invalid) << scope;
  }
}

TEST_F(Minting, attack_026_subjects_that_can_not_stand_in_a_token) {
  for (const std::string& id : {std::string(), std::string(256, 'a'), std::string("a b"), std::string("a\nb"),
                                std::string("\xC3\xA9")}) {
    subject.id = id;
    EXPECT_FALSE(mint().access_token(order).ok());
    EXPECT_FALSE(mint().id_token(order, "").ok());
  }
  subject.id = std::string(255, 'a');
  EXPECT_TRUE(mint().access_token(order).ok());
}

TEST_F(Minting, bound_tokens_and_actors) {
  order.dpop_thumbprint = "thumb-d";
  EXPECT_EQ(text(access(), "cnf"), R"({"jkt":"thumb-d"})");
  order.certificate_thumbprint = "thumb-c";
  order.act = {{"sub", "robot"}};
  EXPECT_EQ(text(access(), "cnf"), R"({"jkt":"thumb-d","x5t#S256":"thumb-c"})");
  EXPECT_EQ(text(access(), "act"), R"({"sub":"robot"})");
  EXPECT_EQ(id().find("cnf"), nullptr);
}

TEST_F(Minting, row_PA3_the_id_token_is_for_the_client_alone_and_its_aud_is_one_text) {
  order.nonce = "n-1";
  order.session_id = "s-1";
  const auto minted = mint().id_token(order, "an-access-token");
  ASSERT_TRUE(test::succeeded(minted));
  const auto jws = crypto::parse_jws(minted->token);
  EXPECT_EQ(jws->algorithm_name, "RS256");
  EXPECT_EQ(jws->typ, "jwt");
  EXPECT_FALSE(jws->kid.empty());
  EXPECT_NE(jws->payload.find(R"("aud":"hub")"), std::string::npos) << jws->payload;
  const auto claims = read(minted->token);
  EXPECT_EQ(text(claims, "nonce"), "n-1");
  EXPECT_EQ(text(claims, "sid"), "s-1");
  EXPECT_EQ(text(claims, "name"), "Mia Example");
  EXPECT_EQ(text(claims, "preferred_username"), "mia");
  EXPECT_EQ(text(claims, "updated_at"), "1700000000");
  EXPECT_EQ(text(claims, "email_verified"), "true");
  EXPECT_EQ(claims.find("groups"), nullptr);
  EXPECT_EQ(claims.find("client_id"), nullptr);
}

// The example of OIDC Core appendix A.3.
TEST_F(Minting, at_hash_is_the_left_half_of_the_algorithm_s_hash) {
  const std::string token = "jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y";
  EXPECT_EQ(text(id(token), "at_hash"), "77QmUPtjPfzWtF2AnpK9RQ");
  client.id_token_algorithm = Algorithm::es256;
  EXPECT_EQ(text(id(token), "at_hash"), "77QmUPtjPfzWtF2AnpK9RQ");
  EXPECT_EQ(id().find("at_hash"), nullptr);
}

TEST_F(Minting, claims_go_by_scope) {
  order.scopes = {"openid"};
  EXPECT_EQ(names(id()), "iss sub aud exp iat jti auth_time ");
  order.scopes = {"openid", "email"};
  EXPECT_EQ(names(mint().userinfo(order)), "sub email email_verified ");
  order.scopes = {"openid", "profile", "email", "groups"};
  EXPECT_EQ(names(mint().userinfo(order)),
            "sub groups name given_name family_name preferred_username updated_at email email_verified ");
  EXPECT_EQ(text(mint().userinfo(order), "groups"), R"(["Rubin","Rubin/production","atlas"])");
  EXPECT_EQ(text(access(), "groups"), R"(["Rubin","Rubin/production","atlas"])");
}

TEST_F(Minting, what_is_not_known_is_left_out) {
  subject = {};
  subject.id = "0123456789abcde";
  order.scopes = {"openid", "profile", "email"};
  EXPECT_EQ(names(mint().userinfo(order)), "sub ");
}

TEST_F(Minting, a_client_of_its_own_has_no_name_and_no_sign_in) {
  subject = {};
  subject.id = "robot-1";
  subject.is_person = false;
  client.id = ClientId("robot-1");
  order.scopes = {"profile", "compute.create"};
  const auto claims = access();
  EXPECT_EQ(names(claims), "iss sub aud exp iat jti client_id scope ");
  EXPECT_EQ(text(claims, "sub"), text(claims, "client_id"));
}

TEST_F(Minting, an_algorithm_for_each_client) {
  client.access_token_algorithm = Algorithm::rs256;
  const auto minted = mint().access_token(order);
  EXPECT_EQ(crypto::parse_jws(minted->token)->algorithm_name, "RS256");
  client.access_token_algorithm = Algorithm::es512;
  EXPECT_FALSE(mint().access_token(order).ok());
}

TEST_F(Minting, logout_tokens) {
  const auto token = mint().logout_token(client, subject.id, "s-1");
  ASSERT_TRUE(test::succeeded(token));
  const auto jws = crypto::parse_jws(*token);
  EXPECT_EQ(jws->typ, "logout+jwt");
  const auto claims = read(*token);
  EXPECT_EQ(names(claims), "iss aud iat exp jti sub sid events ");
  EXPECT_EQ(text(claims, "events"), R"({"http://schemas.openid.net/event/backchannel-logout":{}})");
  EXPECT_EQ(text(claims, "aud"), "hub");
  EXPECT_EQ(names(read(*mint().logout_token(client, "", "s-1"))), "iss aud iat exp jti sid events ");
  EXPECT_FALSE(mint().logout_token(client, "", "").ok());
}

}  // namespace
}  // namespace lanyard::tokens
