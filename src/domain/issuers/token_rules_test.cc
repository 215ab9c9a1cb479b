#include "domain/issuers/token_rules.h"

#include <gtest/gtest.h>

#include "platform/crypto/jws.h"
#include "test/support/access_tokens.h"

namespace lanyard::issuers {
namespace {

using test::AccessTokens;
using test::signed_token;

TEST_F(AccessTokens, attack_019_exp_must_be_a_time_that_is_not_over) {
  const std::int64_t now = to_unix_seconds(clock.now());
  accepted(with("exp", now + 100));
  accepted(with("exp", static_cast<double>(now) + 100.5));
  accepted(with("exp", now - 59));
  refused(with("exp", now - 60), "the token has expired");
  refused(with("exp", now - 61), "the token has expired");
  refused(with("exp", 0), "the token has expired");
  refused(without("exp"), "exp is missing");
  refused(with("exp", nullptr), "exp is not a number");
  refused(with("exp", std::to_string(now + 100)), "exp is not a number");
  refused(with("exp", true), "exp is not a number");
  refused(with("exp", json::Array{now + 100}), "exp is not a number");
  refused(with("exp", -1), "exp is not a usable time");
  refused(with("exp", 1e300), "exp is not a usable time");
  refused(with("exp", INT64_MAX), "exp is not a usable time");
  std::string payload = json::write(good());
  const std::string number = std::to_string(now + 3600);
  payload.replace(payload.find(number), number.size(), "1e400");
  refused(signed_token(ec, header("ES256"), payload));
}

TEST_F(AccessTokens, attack_020_nbf_and_iat_must_not_be_ahead) {
  const std::int64_t now = to_unix_seconds(clock.now());
  accepted(with("nbf", now + 60));
  refused(with("nbf", now + 61), "the token is not valid yet");
  accepted(with("iat", now + 60));
  refused(with("iat", now + 61), "the token was issued in the future");
  refused(with("iat", std::to_string(now)), "iat is not a number");
  refused(with("nbf", "soon"), "nbf is not a number");
  refused(with("nbf", nullptr), "nbf is not a number");
}

TEST_F(AccessTokens, attack_021_a_life_over_the_limit) {
  const std::int64_t now = to_unix_seconds(clock.now());
  accepted(with("exp", now + 86'400));
  refused(with("exp", now + 86'401), "the token lives too long");
  auto claims = good();
  claims.erase("iat");
  claims.set("exp", now + 86'400 * 7);
  refused(a.token(ec, claims), "the token lives too long");
  claims.set("iat", now - 86'400 * 6);
  refused(a.token(ec, claims), "the token lives too long");
  clock.advance(std::chrono::hours(12));
  claims.set("exp", now + 86'400);
  claims.set("iat", now - 1);
  refused(a.token(ec, claims), "the token lives too long");
}

TEST_F(AccessTokens, attack_022_the_audience_is_us_exactly) {
  accepted(with("aud", "here"));
  accepted(with("aud", json::Array{"x", "https://here.example.org"}));
  refused(without("aud"), "aud is missing");
  for (const auto& aud : {json::Value(nullptr), json::Value(1), json::Value(json::Object{{"here", true}}),
                          json::Value(json::Array{"here", 1})}) {
    refused(with("aud", aud), "aud is malformed");
  }
  for (const auto& aud :
       {json::Value(json::Array{}), json::Value(""), json::Value(json::Array{"x"}),
        json::Value("https://here.example.or"), json::Value("https://here.example.org/"), json::Value("HERE"),
        json::Value("here there"), json::Value(json::Array{"her", "e"})}) {
    refused(with("aud", aud), "the token is for another audience");
  }
}

TEST_F(AccessTokens, attack_023_any_audience_only_where_it_is_allowed) {
  const std::string any = "https://wlcg.cern.ch/jwt/v1/any";
  refused(with("aud", any), "the token is for another audience");
  wish.any_audience = true;
  build();
  accepted(with("aud", any));
  accepted(with("aud", json::Array{any}));
  refused(with("aud", any + "/"), "the token is for another audience");
  refused(with("aud", "ANY"), "the token is for another audience");
}

TEST_F(AccessTokens, attack_026_subjects_that_are_no_subjects) {
  accepted(with("sub", std::string(255, 's')));
  refused(with("sub", std::string(256, 's')), "sub is too long");
  refused(with("sub", std::string(300, 's')), "sub is too long");
  refused(without("sub"), "sub is missing or not a text");
  refused(with("sub", ""), "sub is missing or not a text");
  refused(with("sub", 17), "sub is missing or not a text");
  for (const std::string& sub : {std::string("a\0b", 3), std::string("a\nb"),
                                 std::string("a\xE2\x80\x8F"
                                             "b"),
                                 std::string("\x7F"), std::string("\xC3\xA9")}) {
    refused(with("sub", sub), "sub has characters that are not printable ASCII");
  }
}

TEST_F(AccessTokens, attack_027_other_kinds_of_tokens_are_no_access_tokens) {
  const auto typed = [&](const std::string& typ, const json::Object& claims) {
    return crypto::sign_jws(ec, {{"typ", typ}}, json::write(claims));
  };
  accepted(typed("at+jwt", good()));
  accepted(typed("application/AT+JWT", good()));
  accepted(typed("jwt", good()));
  accepted(crypto::sign_jws(ec, {}, json::write(good())));
  for (const auto* typ :
       {"logout+jwt", "dpop+jwt", "id_token+jwt", "oauth-authz-req+jwt", "secevent+jwt", "JWS", "x"}) {
    refused(typed(typ, good()), "typ is another kind of token's");
  }
  refused(with("nonce", "n"), "this is an ID token");
  refused(with("at_hash", "h"), "this is an ID token");
  refused(with("events", json::Object{}), "this is a logout token or a security event");
  refused(with("htu", "https://x/"), "this is a proof of possession");
  refused(with("response_type", "code"), "this is a request object");
  for (const auto* kind : {"ID", "Refresh", "Offline", "Logout"})
    refused(with("typ", kind), "this is another kind of token");
  refused(with("token_use", "id"), "this is another kind of token");
  auto keycloak = good();
  keycloak.set("typ", "Bearer");
  keycloak.set("nonce", "n");
  accepted(a.token(ec, keycloak));
}

TEST_F(AccessTokens, attack_027_the_strict_profile_wants_the_type_and_all_claims_of_rfc_9068) {
  wish.profile = Trust::Profile::rfc9068;
  build();
  auto claims = good();
  claims.set("client_id", "c");
  const auto typed = [&](const json::Object& c) {
    return crypto::sign_jws(ec, {{"typ", "at+jwt"}}, json::write(c));
  };
  accepted(typed(claims));
  refused(a.token(ec, claims), "typ is not at+jwt");
  refused(crypto::sign_jws(ec, {}, json::write(claims)), "typ is not at+jwt");
  for (const auto* name : {"iss", "exp", "aud", "sub", "client_id", "iat", "jti"}) {
    auto less = claims;
    less.erase(name);
    refused(typed(less));
  }
}

TEST_F(AccessTokens, attack_029_scopes_that_do_not_grant) {
  const std::string missing = "the scope servicex is missing";
  refused(with("scope", json::Array{"servicex"}), missing, Code::forbidden);
  refused(with("scope", "openid\tservicex"), missing, Code::forbidden);
  refused(with("scope", "openid\nservicex"), missing, Code::forbidden);
  refused(with("scope", "servicex2"), missing, Code::forbidden);
  refused(with("scope", "SERVICEX"), missing, Code::forbidden);
  refused(with("scp", json::Array{"servicex"}).substr(0, 0), "the token has not exactly two dots");
  accepted(with("scope", "servicex servicex"));
  EXPECT_TRUE([&] {
    wish.required_scope = "";
    build();
    return tokens->verify(with("scope", json::Array{"admin"}))->scopes.empty();
  }()) << "an array is no scope";
}

TEST_F(AccessTokens, attack_029_forbidden_is_said_only_after_the_signature) {
  auto claims = good();
  claims.set("scope", "openid");
  refused(signed_token(other_ec, header("ES256"), json::write(claims)), "bad signature");
}

class WlcgTokens : public AccessTokens {
 protected:
  WlcgTokens() {
    wish.profile = Trust::Profile::wlcg;
    wish.required_scope = "";
    build();
  }
  std::string wlcg(std::string name, json::Value value) const {
    auto claims = good();
    claims.set("wlcg.ver", "1.0");
    claims.set(std::move(name), std::move(value));
    return a.token(ec, claims);
  }
};

TEST_F(WlcgTokens, attack_030_storage_scopes_without_a_plain_path_make_the_token_invalid) {
  for (const auto* scope :
       {"storage.read:/", "storage.read:/cms/x storage.stage:/a.b/..c", "compute.read", "openid"}) {
    accepted(wlcg("scope", scope));
  }
  for (const auto* scope : {"storage.read", "storage.read:", "storage.read:x", "storage.modify:/a/../b",
                            "storage.read:/..", "storage.read:/%2e%2e/x", "storage.read:/a//b",
                            "storage.read:/./a", "openid storage.create", "storage.read:/a\\b"}) {
    refused(wlcg("scope", scope), "a storage scope has no usable path");
  }
}

TEST_F(WlcgTokens, attack_031_an_unknown_major_version_is_refused_and_a_newer_minor_one_is_not) {
  accepted(wlcg("wlcg.ver", "1.0"));
  accepted(wlcg("wlcg.ver", "1.99"));
  refused(good_token(), "wlcg.ver is missing or not a text");
  refused(wlcg("wlcg.ver", 1.0), "wlcg.ver is missing or not a text");
  for (const auto* version : {"2.0", "", "1", "1.", "10.0", "1.0 ", "1.x", "01.0"}) {
    refused(wlcg("wlcg.ver", version), "wlcg.ver is not a version that we know");
  }
}

TEST_F(WlcgTokens, a_key_must_be_named) {
  auto claims = good();
  claims.set("wlcg.ver", "1.0");
  refused(signed_token(ec, R"({"alg":"ES256"})", json::write(claims)), "kid is missing");
}

}  // namespace
}  // namespace lanyard::issuers
