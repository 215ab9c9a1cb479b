// Clients that may less, or must more, than others: certificates, and what the metadata says
// about the latter.
#include "doors/oauth/office_for_test.h"

namespace lanyard::doors::oauth {
namespace {

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
