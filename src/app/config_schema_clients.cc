// The rows of the schema for clients, as far as both kinds have them or the gate alone, and for tokens.
#include "app/config_schema.h"

namespace lanyard::app {

using namespace schema;

namespace {

std::vector<Key> gate_client_keys() {
  return {{.name = "id",
           .slot = at<&ClientConfig::id>,
           .says = "The name in addresses and in the application's configuration: lower-case letters, digits "
                   "and single hyphens. An OAuth client knows it as its `client_id`; it may not look like an "
                   "account's id, 15 letters and digits without a hyphen.",
           .example = "wiki",
           .also = "client_id key",
           .need = Need::required},
          {.name = "kind",
           .slot = at<&ClientConfig::kind>,
           .says = "What sort of application it is. `gate`: it stands behind a proxy that asks. `oauth`: it "
                   "speaks OAuth 2 and OpenID Connect with Lanyard itself.",
           .choices = "gate oauth",
           .also = "type"},
          {.name = "name",
           .slot = at<&ClientConfig::name>,
           .says = "The name that people see. Empty: the `id`.",
           .example = "The observatory's wiki",
           .also = "label title display_name client_name",
           .sample = true},
          {.name = "origin",
           .slot = at<&ClientConfig::origin>,
           .says = "For `kind: gate`, where it is required: scheme, host and port where the application "
                   "lives. After signing in, people are sent back to this origin and nowhere else.",
           .example = "https://wiki.example.org",
           .also = "url base_url host domain root_url",
           .sample = true},
          {.name = "signed_identity",
           .slot = at<&ClientConfig::signed_identity>,
           .says = "For `kind: gate`: adds a short signed token about the person to each answer, for "
                   "applications that do not want to trust plain headers.",
           .also = "jwt signed_headers id_token"}};
}

}  // namespace

const Part& client_part() {
  static const Part part = [] {
    Part made{.title = "Clients",
              .says =
                  "The applications that ask Lanyard about people. One of `kind: gate` stands behind a "
                  "proxy, which names it by its `id` when it asks whether a request may pass. One of "
                  "`kind: oauth` sends people to Lanyard and fetches tokens; all keys from `enabled` on "
                  "are for it alone. Clients can also be made while Lanyard runs, with `lanyard client "
                  "create`; those that stand here can only be changed here.",
              .example =
                  "clients:\n"
                  "  - id: wiki\n"
                  "    name: The observatory's wiki\n"
                  "    origin: https://wiki.example.org\n"
                  "  - id: jupyterhub\n"
                  "    kind: oauth\n"
                  "    name: Notebooks\n"
                  "    redirect_uris: [https://hub.example.org/hub/oauth_callback]\n"
                  "    client_secret_file: /etc/lanyard/jupyterhub_secret\n"
                  "    grants: [authorization_code, refresh_token]\n"
                  "    scopes: [openid, profile, email, groups]\n",
              .keys = gate_client_keys(),
              .children = {},
              .fresh = fresh<ClientConfig>};
    for (Key& key : oauth_client_keys()) made.keys.push_back(key);
    return made;
  }();
  return part;
}

const Part& further_issuer_part() {
  static const Part part{
      .title = "Further issuers",
      .says =
          "Lanyard is the issuer `server.public_url`. It can be several, for example one for each virtual "
          "organisation: each is a path below that address, with discovery and all endpoints of its own, and "
          "every client belongs to exactly one (`issuer_path`). People, groups, keys and pages are the same "
          "everywhere.",
      .example =
          "further_issuers:\n"
          "  - path: /vo/rubin\n"
          "clients:\n"
          "  - id: panda-rubin\n"
          "    kind: oauth\n"
          "    issuer_path: /vo/rubin\n"
          "    virtual_organisation: Rubin\n"
          "    auth_method: none\n"
          "    grants: [device_code, refresh_token]\n",
      .keys = {{.name = "path",
                .slot = at<&FurtherIssuerConfig::path>,
                .says = "What its name has behind `server.public_url`: `/vo/rubin` makes "
                        "`https://id.example.org/vo/rubin`. Letters, digits, dots, underscores and hyphens "
                        "between slashes; not below a path that Lanyard has already.",
                .example = "/vo/rubin",
                .also = "id name issuer url prefix",
                .need = Need::required},
               {.name = "accepted_here",
                .slot = at<&FurtherIssuerConfig::accepted_here>,
                .says = "Its access tokens count at the gate and the API as those of the main issuer do: for "
                        "tokens whose audience is `server.public_url`.",
                .also = "accepted trusted"},
               {.name = "open_registration",
                .slot = at<&FurtherIssuerConfig::open_registration>,
                .says = "As `tokens.open_registration`, for clients of this issuer.",
                .also = "dynamic_registration registration"}},
      .children = {},
      .fresh = fresh<FurtherIssuerConfig>};
  return part;
}

const Part& tokens_part() {
  static const Part part{
      .title = "Tokens and keys",
      .says =
          "How long what Lanyard signs is good, where a client does not say otherwise, and how its keys "
          "change.",
      .example =
          "tokens:\n"
          "  key_notice: 72h\n"
          "  id_token_life: 12h\n",
      .keys = {{.name = "key_notice",
                .slot = at<&TokensConfig::key_notice>,
                .says = "A new key is published for so long before it signs, so that everybody who verifies "
                        "has fetched it. At least as long as others keep a copy of the key set.",
                .also = "key_publish_time rotation_notice",
                .least = kHour,
                .most = 30 * kDay},
               {.name = "longest_token",
                .slot = at<&TokensConfig::longest_token>,
                .says = "No access token and no ID token lives longer, and a retired key stays in the key "
                        "set for so long.",
                .also = "max_token_life max_token_lifetime",
                .least = kHour,
                .most = 7 * kDay},
               {.name = "access_token_life",
                .slot = at<&TokensConfig::access_token_life>,
                .says = "How long an access token is good. It is signed and not stored, so it can not be "
                        "called back.",
                .also = "access_token access_token_ttl access_token_lifetime expires_in",
                .least = kMinute,
                .most = 7 * kDay},
               {.name = "id_token_life",
                .slot = at<&TokensConfig::id_token_life>,
                .says = "How long an ID token is good.",
                .also = "id_token id_token_ttl id_token_lifetime",
                .least = kMinute,
                .most = 7 * kDay},
               {.name = "refresh_token_life",
                .slot = at<&TokensConfig::refresh_token_life>,
                .says = "A refresh token ends when it was not used for so long.",
                .also = "refresh_token refresh_token_ttl refresh_token_lifetime",
                .least = kMinute,
                .most = 400 * kDay},
               {.name = "grant_life",
                .slot = at<&TokensConfig::grant_life>,
                .says = "After so long since the login there are no further tokens, however often they were "
                        "refreshed. Not shorter than `refresh_token_life`.",
                .also = "grant max_refresh_life offline_session_max",
                .least = kMinute,
                .most = 800 * kDay},
               {.name = "device_code_life",
                .slot = at<&TokensConfig::device_code_life>,
                .says = "How long a person has to confirm a code that a device shows.",
                .also = "device_code device_code_ttl device_code_lifetime",
                .least = kMinute,
                .most = kDay},
               {.name = "entitlement_namespace",
                .slot = at<&TokensConfig::entitlement_namespace>,
                .says =
                    "How groups begin as `entitlements` (AARC-G069): `urn:`, the registered namespace and "
                    "what was delegated to you in it. Empty: `urn:geant:` and the host of "
                    "`server.public_url`, which you may use only if it was delegated to you.",
                .example = "\"urn:geant:example.org\"",
                .also = "aarc_namespace urn_namespace entitlements"},
               {.name = "entitlement_authority",
                .slot = at<&TokensConfig::entitlement_authority>,
                .says = "Who says so, behind `#` at the end of each; AARC-G069 leaves it open. Empty: none.",
                .example = "id.example.org",
                .also = "aarc_authority"},
               {.name = "client_key_networks",
                .slot = at<&TokensConfig::client_key_networks>,
                .says = "Private networks in which clients may publish their keys (`jwks_uri`). Without them "
                        "only public addresses are called, over `https`. A network of this machine allows "
                        "plain HTTP to all of its loopback addresses, for tests and trials.",
                .example = "[10.1.0.0/16]",
                .also = "jwks_uri_networks client_networks"},
               {.name = "client_key_ca_file",
                .slot = at<&TokensConfig::client_key_ca_file>,
                .says = "A PEM file with authorities to trust for these addresses instead of the system's.",
                .also = "client_ca_file jwks_uri_ca_file",
                .file = FileKind::plain},
               {.name = "client_key_cool_down",
                .slot = at<&TokensConfig::client_key_cool_down>,
                .says =
                    "A key that does not stand there leads to a fetch at most this often for one address.",
                .also = "jwks_uri_cool_down jwks_uri_cooldown",
                .least = kSecond,
                .most = kHour},
               {.name = "open_registration",
                .slot = at<&TokensConfig::open_registration>,
                .says = "`true`: whoever reaches Lanyard may register a client (RFC 7591), as oidc-agent "
                        "does by itself. `false`: that takes an API token with the scope `register`. Such "
                        "a client is never trusted, and people are told that nobody has checked it.",
                .also = "dynamic_registration registration"},
               {.name = "registration_scopes",
                .slot = at<&TokensConfig::registration_scopes>,
                .says = "What clients that registered themselves may ask for.",
                .also = "allowed_registration_scopes"}},
      .children = {},
      .fresh = fresh<TokensConfig>};
  return part;
}

}  // namespace lanyard::app
