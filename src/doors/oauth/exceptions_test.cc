// Clients that may less, or must more, than others: PKCE left out, certificates, and what the metadata says
// about the latter.
#include "doors/oauth/office_for_test.h"

namespace lanyard::doors::oauth {
namespace {

class WithoutPkce : public OfficeInTest {
 protected:
  static app::Config excused() {
    app::Config config = site();
    app::ClientConfig old = config.clients[config.clients.size() - 2];
    old.id = "old";
    old.pkce_exception = true;
    config.clients.push_back(old);
    return config;
  }
  test::TestHouse many{excused()};
  test::TestHouse::Browser window = many.sign_in(many.somebody("Eve"));

  std::string code_of(const std::string& client, const Form& more) {
    Form form{{"client_id", client}, {"redirect_uri", kWeb}, {"response_type", "code"}, {"scope", "openid"}};
    for (const auto& [name, value] : more.pairs()) form.add(name, value);
    answer = many.get(with_query("/authorize", form), window.cookies);
    return answered(answer, "code");
  }
  std::string redeem_as(const std::string& client, const std::string& code, const Form& more, int status) {
    Form form{{"grant_type", "authorization_code"},
              {"code", code},
              {"client_id", client},
              {"client_secret", kSecret}};
    for (const auto& [name, value] : more.pairs()) form.add(name, value);
    return text(read(many.post("/token", form), status), "error");
  }
  static Form challenge() {
    return {{"code_challenge", base64url_encode(crypto::sha256_bytes(kVerifier))},
            {"code_challenge_method", "S256"}};
  }
  net::Response answer{200};
};

TEST_F(WithoutPkce, attack_062_only_the_client_that_is_excused) {
  EXPECT_EQ(code_of("web", {}), "");
  EXPECT_EQ(answered(answer, "error"), "invalid_request");
  const std::string code = code_of("old", {});
  ASSERT_NE(code, "");
  EXPECT_EQ(redeem_as("old", code, {}, 200), "");
}

TEST_F(WithoutPkce, attack_062_a_code_with_a_challenge_takes_the_verifier) {
  EXPECT_EQ(redeem_as("old", code_of("old", challenge()), {}, 400), "invalid_grant");
  EXPECT_EQ(redeem_as("old", code_of("old", challenge()), Form{{"code_verifier", std::string(43, 'x')}}, 400),
            "invalid_grant");
  EXPECT_EQ(redeem_as("old", code_of("old", challenge()), Form{{"code_verifier", kVerifier}}, 200), "");
}

TEST_F(WithoutPkce, attack_062_a_verifier_without_a_challenge) {
  EXPECT_EQ(redeem_as("old", code_of("old", {}), Form{{"code_verifier", kVerifier}}, 400), "invalid_grant");
}

TEST_F(WithoutPkce, attack_062_half_of_it_is_none) {
  EXPECT_EQ(code_of("old", Form{{"code_challenge_method", "S256"}}), "");
  EXPECT_EQ(code_of("old", Form{{"code_challenge", kVerifier}}), "");
  Form plain = Form{{"code_challenge", kVerifier}, {"code_challenge_method", "plain"}};
  EXPECT_EQ(code_of("old", plain), "");
}

TEST_F(WithoutPkce, attack_062_an_exception_that_was_taken_back_while_the_code_was_on_its_way) {
  clients::Client wanted;
  wanted.id = ClientId("made");
  wanted.kind = "oauth";
  wanted.name = "Made";
  wanted.redirect_uris = {kWeb};
  wanted.is_trusted = true;
  wanted.may_omit_pkce = true;
  const access::Actor actor = access::console_actor("test");
  auto made = many.floors().registry.create(wanted, actor);
  ASSERT_TRUE(test::succeeded(made));
  const std::string code = code_of("made", {});
  ASSERT_NE(code, "");
  made->client.may_omit_pkce = false;
  ASSERT_TRUE(test::succeeded(many.floors().registry.replace(made->client, 1, actor)));
  Form form{{"grant_type", "authorization_code"},
            {"code", code},
            {"client_id", "made"},
            {"client_secret", std::string(made->secret.reveal())}};
  EXPECT_EQ(text(read(many.post("/token", form), 400), "error"), "invalid_grant");
}

class Certificates : public OfficeInTest {
 protected:
  static app::Config with(const std::string& header, const std::string& url) {
    app::Config config = site();
    config.server.client_certificate_header = header;
    config.server.client_certificate_url = url;
    config.further_issuers = {{.path = "/vo/rubin"}};
    app::ClientConfig bound = config.clients[config.clients.size() - 2];
    bound.id = "bound";
    bound.require_tls_binding = true;
    config.clients.push_back(bound);
    return config;
  }
  static json::Object metadata(test::TestHouse& some, const std::string& at = "") {
    return read(some.get(cat(at, "/.well-known/openid-configuration")));
  }
};

TEST_F(Certificates, are_offered_in_the_metadata_when_they_can_arrive) {
  test::TestHouse none(with("", "")), same(with("X-Client-Certificate", "")),
      other(with("X-Client-Certificate", "https://mtls.example.org"));
  EXPECT_FALSE(flag(metadata(none), "tls_client_certificate_bound_access_tokens"));
  EXPECT_EQ(metadata(none).find("mtls_endpoint_aliases"), nullptr);
  EXPECT_EQ(json::write(metadata(none)).find("self_signed_tls_client_auth"), std::string::npos);
  EXPECT_TRUE(flag(metadata(same), "tls_client_certificate_bound_access_tokens"));
  EXPECT_EQ(metadata(same).find("mtls_endpoint_aliases"), nullptr) << "there is no other address";
  EXPECT_NE(json::write(metadata(same)).find("self_signed_tls_client_auth"), std::string::npos);
  EXPECT_EQ(json::write(metadata(same)).find("\"tls_client_auth\""), std::string::npos)
      << "nobody could prove a subject without an authority";
  for (const std::string at : {"", "/vo/rubin"}) {
    const json::Object document = metadata(other, at);
    const json::Value* aliases = document.find("mtls_endpoint_aliases");
    ASSERT_TRUE(aliases != nullptr && aliases->as_object() != nullptr);
    EXPECT_EQ(text(*aliases->as_object(), "token_endpoint"), cat("https://mtls.example.org", at, "/token"));
    EXPECT_EQ(text(*aliases->as_object(), "userinfo_endpoint"),
              cat("https://mtls.example.org", at, "/userinfo"));
    EXPECT_EQ(aliases->as_object()->find("authorization_endpoint"), nullptr) << "browsers show none";
  }
}

TEST_F(Certificates, attack_086_a_client_that_must_show_one_gets_nothing_without) {
  test::TestHouse some(with("X-Client-Certificate", ""));
  const Form form{{"grant_type", "refresh_token"},
                  {"refresh_token", "x"},
                  {"client_id", "bound"},
                  {"client_secret", kSecret}};
  EXPECT_EQ(text(read(some.post("/token", form), 400), "error"), "invalid_request");
}

}  // namespace
}  // namespace lanyard::doors::oauth
