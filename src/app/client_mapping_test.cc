#include "app/client_mapping.h"

#include "app/config_test_support.h"
#include "app/mapping.h"
#include "base/text.h"
#include "platform/crypto/keys.h"

namespace lanyard::app {
namespace {

using test::Folder;
using test::require_loaded;

TEST(ClientMapping, an_entry_becomes_a_client_with_everything_that_it_says) {
  const Folder folder;
  const std::string secret = folder.write("secret", "a-secret-of-a-good-length-indeed\n");
  const auto key = crypto::PrivateKey::generate(crypto::Algorithm::es256);
  ASSERT_TRUE(key.ok());
  const std::string keys =
      folder.write("keys", json::write(json::Object{{"keys", json::Array{key->public_key().to_jwk()}}}));
  const Config config = require_loaded(test::read_text(cat(test::kShortest, R"(clients:
  - {id: wiki, origin: "https://wiki.example.org"}
  - id: hub
    kind: oauth
    redirect_uris: ["https://hub.example.org/cb"]
    client_secret_file: )",
                                                           secret, R"(
    grants: [authorization_code, refresh_token, device_code]
    scopes: [openid, groups]
    audiences: ["https://data.example.org"]
    profile: wlcg
    id_token_algorithm: ES256
    id_token_life: 24h
    refresh: grace
    refresh_grace: 2m
    require_pushed_requests: true
    require_dpop: true
    trusted: true
    virtual_organisation: Rubin
  - id: robot
    kind: oauth
    name: A robot
    enabled: false
    grants: [client_credentials]
    auth_method: private_key_jwt
    jwks_file: )",
                                                           keys, R"(
tokens:
  access_token_life: 30m
)")))
                            .config;
  const auto declared = to_declared(config);
  ASSERT_TRUE(declared.ok()) << declared.error().message;
  ASSERT_EQ(declared->size(), 3U);
  const clients::Client& wiki = (*declared)[0].client;
  EXPECT_EQ(wiki.kind, "gate");
  EXPECT_TRUE(wiki.grants.empty());
  EXPECT_EQ(to_clients(config).size(), 1U) << "the gate knows its own alone";
  const clients::Client& hub = (*declared)[1].client;
  EXPECT_TRUE(clients::check(hub).empty());
  EXPECT_EQ(hub.name, "hub");
  EXPECT_TRUE(hub.may(clients::Grant::device_code));
  EXPECT_EQ(hub.profile, clients::Profile::wlcg);
  EXPECT_EQ(hub.id_token_algorithm, crypto::Algorithm::es256);
  EXPECT_EQ(hub.lives.id_token, std::chrono::hours(24));
  EXPECT_EQ(hub.lives.access_token, std::chrono::minutes(30)) << "as tokens says";
  EXPECT_EQ(hub.refresh, clients::RefreshPolicy::grace);
  EXPECT_EQ(hub.grace, std::chrono::minutes(2));
  EXPECT_TRUE(hub.requires_pushed_requests && hub.requires_dpop && hub.is_trusted);
  EXPECT_EQ(hub.virtual_organisation, "Rubin");
  EXPECT_EQ((*declared)[1].secret.reveal(), "a-secret-of-a-good-length-indeed");
  const clients::Client& robot = (*declared)[2].client;
  EXPECT_TRUE(clients::check(robot).empty());
  EXPECT_FALSE(robot.enabled);
  EXPECT_NE(robot.jwks.find("keys"), nullptr);
}

TEST(ClientMapping, a_key_file_that_is_none_is_a_fault_at_its_key) {
  const Folder folder;
  for (const std::string_view text :
       {"no JSON", "{}", R"({"keys": []})", R"({"keys": [{"kty": "oct", "k": "c2VjcmV0"}]})"}) {
    const std::string keys = folder.write("keys", text);
    const ConfigOutcome outcome = test::read_text(
        cat(test::kShortest, "clients:\n  - {id: robot, kind: oauth, grants: [client_credentials], ",
            "auth_method: private_key_jwt, jwks_file: \"", keys, "\"}\n"));
    EXPECT_NE(test::find_fault(outcome, "clients[0].jwks_file"), nullptr) << text << describe(outcome.faults);
  }
}

TEST(ClientMapping, members_are_called_as_in_the_configuration) {
  EXPECT_EQ(client_key_of("scope[2]").key, "scopes[2]");
  EXPECT_EQ(client_key_of("refresh_grace_seconds").key, "refresh_grace");
  EXPECT_EQ(client_key_of("jwks").key, "jwks_file");
}

}  // namespace
}  // namespace lanyard::app
