// OAuth clients in the configuration that are wrong.
#include <gtest/gtest.h>

#include <algorithm>

#include "app/config_faults_for_test.h"
#include "base/text.h"

namespace lanyard::app {
namespace {

using test::expect_rows;
using test::more;

// A client that is right, with other keys.
std::string oauth(std::string_view keys, std::string_view id = "hub") {
  const auto unless = [&](std::string_view key, std::string_view value) {
    const std::string line = cat("    ", key, ": ");
    return keys.find(line) == std::string_view::npos ? cat(line, value, "\n") : std::string();
  };
  return more(cat("clients:\n  - id: ", id, "\n", unless("kind", "oauth"),
                  unless("redirect_uris", "[\"https://hub.example.org/cb\"]"), unless("auth_method", "none"),
                  keys));
}

TEST(ConfigFaults, attack_054_redirect_addresses_of_oauth_clients) {
  const std::string key = "clients[0].redirect_uris";
  expect_rows({
      {oauth("    redirect_uris: [\"https://*.example.org/cb\"]\n"), key + "[0]", "wildcard",
       "without wildcard"},
      {oauth("    redirect_uris: [\"https://hub.example.org/cb\", \"http://hub.example.org/cb\"]\n"),
       key + "[1]", "loopback", ""},
      {oauth("    redirect_uris: [\"https://hub.example.org/cb#x\"]\n"), key + "[0]", "fragment", ""},
      {oauth("    redirect_uris: [\"javascript:alert(1)\"]\n"), key + "[0]", "scheme javascript", ""},
      {oauth("    redirect_uris: []\n"), key, "is empty", "oauth_callback"},
      {oauth("    post_logout_redirect_uris: [\"https://hub.example.org/*\"]\n"),
       "clients[0].post_logout_redirect_uris[0]", "wildcard", ""},
      {oauth("    backchannel_logout_uri: http://hub.example.org/out\n"), "clients[0].backchannel_logout_uri",
       "https", ""},
  });
}

TEST(ConfigFaults, attack_078_oauth_clients) {
  expect_rows({
      {oauth("", "abcdefghijklmno"), "clients[0].id", "account's id", "hyphen"},
      {oauth("    kind: saml\n"), "clients[0].kind", "saml", "gate"},
      {oauth("    origin: https://hub.example.org\n"), "clients[0].origin", "kind oauth", "redirect_uris"},
      {oauth("    signed_identity: true\n"), "clients[0].signed_identity", "kind oauth", "Remove"},
      {oauth("    auth_method: client_secret\n"), "clients[0].client_secret", "is missing",
       "client_secret_file"},
      {oauth("    client_secret: a-secret-that-nobody-uses\n"), "clients[0].client_secret", "is none",
       "Remove"},
      {oauth("    auth_method: private_key_jwt\n"), "clients[0].jwks_file", "public keys", "jwks_uri"},
      {oauth("    auth_method: tls_client_auth\n"), "clients[0].tls_subject", "RFC 4514", "CN="},
      {oauth("    auth_method: magic\n"), "clients[0].auth_method", "magic", "private_key_jwt"},
      {oauth("    grants: [authorization_code, implicit]\n"), "clients[0].grants[1]", "implicit",
       "device_code"},
      {oauth("    grants: [authorization_code, client_credentials]\n"), "clients[0].grants", "no credentials",
       ""},
      {oauth("    refresh: none\n"), "clients[0].refresh", "prove themselves", "strict"},
      {oauth("    scopes: [openid, \"role:production\"]\n"), "clients[0].scopes[1]", "roles", "groups"},
      {oauth("    profile: saml\n"), "clients[0].profile", "saml", "wlcg"},
      {oauth("    id_token_algorithm: HS256\n"), "clients[0].id_token_algorithm", "HS256", "RS256"},
      {oauth("    id_token_life: 10d\n"), "clients[0].id_token_life", "10d", "7d"},
      {oauth("    id_token_life: 5s\n"), "clients[0].id_token_life", "5s", "bounds"},
      {oauth("    id_token_life: 3d\ntokens:\n  longest_token: 2d\n"), "clients[0].id_token_life",
       "tokens.longest_token", "2d"},
      {oauth("    grant_life: 1d\n"), "clients[0].grant_life", "refresh_token_life", "30d"},
      {more("tokens:\n  longest_token: 1h\n  id_token_life: 2h\n"), "tokens.id_token_life",
       "tokens.longest_token", "1h"},
      {more("tokens:\n  grant_life: 1d\n"), "tokens.grant_life", "refresh_token_life", "30d"},
      {oauth("    kind: gate\n    origin: https://wiki.example.org\n"), "clients[0].redirect_uris",
       "behind the gate", "kind: oauth"},
      {oauth("gate:\n  routes:\n    - {client: hub, path: /a}\n"), "gate.routes[0].client",
       "not the id of a client", "clients"},
  });
}

TEST(ConfigFaults, attack_062_pkce_is_left_out_only_by_clients_that_prove_themselves) {
  const std::string key = "clients[0].pkce_exception",
                    secret = "    client_secret: a-secret-of-thirty-letters-x\n";
  expect_rows({
      {oauth("    pkce_exception: true\n"), key, "can not prove itself", "a secret or a key"},
      {oauth(cat("    pkce_exception: true\n    auth_method: client_secret\n", secret,
                 "    redirect_uris: [\"org.example.app:/back\"]\n")),
       key, "not an https address", "https"},
  });
  for (const char* uri : {"https://hub.example.org/cb", "http://127.0.0.1/cb"}) {
    const ConfigOutcome good =
        test::read_text(oauth(cat("    pkce_exception: true\n    auth_method: client_secret\n", secret,
                                  "    redirect_uris: [\"", uri, "\"]\n")));
    ASSERT_TRUE(good.loaded.has_value()) << describe(good.faults);
    const auto& warnings = good.loaded->warnings;
    EXPECT_TRUE(std::any_of(warnings.begin(), warnings.end(), [](const std::string& warning) {
      return warning.find("(hub)") != std::string::npos && warning.find("PKCE") != std::string::npos;
    }));
  }
}

TEST(ConfigFaults, row_PA3_further_issuers) {
  const auto issuers = [](const std::string& paths) { return more(cat("further_issuers:\n", paths)); };
  const std::string key = "further_issuers[0].path", second = "further_issuers[1].path";
  expect_rows({
      {issuers("  - path: vo\n"), key, "not a path", "/vo/rubin"},
      {issuers("  - path: /vo/\n"), key, "not a path", "slash at its end"},
      {issuers("  - path: /vo/../x\n"), key, "not a path", ""},
      {issuers("  - path: /.well-known\n"), key, "not a path", ""},
      {issuers("  - path: /vo/{id}\n"), key, "not a path", ""},
      {issuers("  - path: /login/vo\n"), key, "has pages below", "begins otherwise"},
      {issuers("  - path: /vo/a\n  - path: /vo/a\n"), second, "/vo/a", "of its own"},
      {issuers("  - path: /vo\n  - path: /vo/a\n"), second, "below the other", "of its own"},
      {oauth("    issuer_path: /vo/none\n"), "clients[0].issuer_path", "no further issuer",
       "further_issuers"},
  });
}

TEST(ConfigFaults, row_PA6_robots) {
  const std::string robot =
      "    auth_method: client_secret\n    client_secret: a-secret-of-thirty-letters-x\n"
      "    robot_roles: [production]\n";
  expect_rows({
      {oauth(cat(robot, "    grants: [client_credentials]\n    access_token_algorithm: RS256\n")),
       "clients[0].robot_roles", "without virtual_organisation", "client_credentials"},
      {oauth(cat(robot, "    virtual_organisation: Rubin\n    access_token_algorithm: RS256\n")),
       "clients[0].robot_roles", "may not use client_credentials", ""},
      {oauth(cat(robot, "    virtual_organisation: Rubin\n    grants: [client_credentials]\n")),
       "clients[0].access_token_algorithm", "PanDA", "RS256"},
  });
}

TEST(ConfigFaults, how_groups_are_written_as_entitlements) {
  const std::string key = "tokens.entitlement_namespace";
  const auto tokens = [](const char* line) { return more(cat("tokens:\n  ", line, "\n")); };
  expect_rows({
      {tokens("entitlement_namespace: \"geant:example.org\""), key, "which is not urn",
       "urn:geant:example.org"},
      {tokens("entitlement_namespace: \"urn:geant\""), key, "which is not urn", ""},
      {tokens("entitlement_namespace: \"urn:geant:example.org:\""), key, "which is not urn", ""},
      {tokens("entitlement_namespace: \"urn:x:example.org\""), key, "which is not urn", ""},
      {tokens("entitlement_namespace: \"urn:geant:exa mple\""), key, "which is not urn", ""},
      {tokens("entitlement_namespace: \"urn:geant:example.org#x\""), key, "which is not urn", "#"},
      {tokens("entitlement_namespace: \"urn:geant:example.org:group\""), key, "AARC-G069", "Leave that part"},
      {tokens("entitlement_authority: \"a#b\""), "tokens.entitlement_authority", "other characters", ""},
  });
  EXPECT_TRUE(
      test::read_text(tokens("entitlement_namespace: \"urn:geant:dariah.eu:sub\"")).loaded.has_value());
}

}  // namespace
}  // namespace lanyard::app
