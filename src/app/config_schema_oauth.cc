// The rows of the schema for a client of kind "oauth".
#include "app/config_schema.h"

namespace lanyard::app {

using namespace schema;

namespace {

std::vector<Key> shown_keys() {
  return {{.name = "enabled",
           .slot = at<&ClientConfig::enabled>,
           .says = "`false` turns the client off; nothing is given to it, and it is not forgotten."},
          {.name = "uri",
           .slot = at<&ClientConfig::uri>,
           .says = "The client's home page, shown to people as a link.",
           .also = "client_uri home_page"},
          {.name = "logo_uri",
           .slot = at<&ClientConfig::logo_uri>,
           .says = "The address of its logo. It is never fetched.",
           .also = "logo"},
          {.name = "policy_uri",
           .slot = at<&ClientConfig::policy_uri>,
           .says = "What it does with what it learns about people, shown as a link.",
           .also = "privacy_policy"},
          {.name = "tos_uri",
           .slot = at<&ClientConfig::tos_uri>,
           .says = "Its terms of use, shown as a link.",
           .also = "terms_of_service tos"},
          {.name = "contacts",
           .slot = at<&ClientConfig::contacts>,
           .says = "Who answers for it, usually e-mail addresses.",
           .example = "[hub-admins@example.org]"},
          {.name = "native",
           .slot = at<&ClientConfig::native>,
           .says = "It runs on people's own machines and not on a server.",
           .also = "application_type is_native"}};
}

std::vector<Key> address_keys() {
  return {
      {.name = "redirect_uris",
       .slot = at<&ClientConfig::redirect_uris>,
       .says =
           "Where people may be sent back to after signing in. Each is compared as a whole, there are no "
           "wildcards (`*`); only the port of `http://127.0.0.1` and `http://[::1]` is free, for programs on "
           "people's own machines. `https` everywhere else, or a scheme such as `org.example.app:/back`.",
       .example = "[https://hub.example.org/hub/oauth_callback]",
       .also = "redirect_uri callback_url callback_urls callbacks"},
      {.name = "post_logout_redirect_uris",
       .slot = at<&ClientConfig::post_logout_redirect_uris>,
       .says = "Where people may be sent back to after signing out, compared in the same way.",
       .also = "post_logout_redirect_uri logout_redirect_uris"},
      {.name = "backchannel_logout_uri",
       .slot = at<&ClientConfig::backchannel_logout_uri>,
       .says =
           "Where Lanyard tells the client that a person signed out (OpenID Connect Back-Channel Logout).",
       .also = "logout_uri logout_url"},
      {.name = "backchannel_logout_session",
       .slot = at<&ClientConfig::backchannel_logout_session>,
       .says = "The client wants to be told which session ended (`sid`) and not only whose.",
       .also = "backchannel_logout_session_required"}};
}

std::vector<Key> right_keys() {
  return {
      {.name = "grants",
       .slot = at<&ClientConfig::grants>,
       .says = "In which ways it may get tokens.",
       .example = "[authorization_code, refresh_token]",
       .choices = "authorization_code refresh_token device_code client_credentials token_exchange",
       .also = "grant_types grant_type"},
      {.name = "scopes",
       .slot = at<&ClientConfig::scopes>,
       .says = "What it may ask for. A scope with a path covers what lies below it: `storage.read:/data` "
               "covers `storage.read:/data/x`.",
       .also = "scope allowed_scopes"},
      {.name = "audiences",
       .slot = at<&ClientConfig::audiences>,
       .says = "For whom it may ask for access tokens; the first is meant when it names none. Empty: "
               "for Lanyard itself.",
       .example = "[https://data.example.org]",
       .also = "audience resources resource"},
      {.name = "introspects",
       .slot = at<&ClientConfig::introspects>,
       .says = "Tokens of other clients about which it may ask: those for one of these audiences."},
      {.name = "exchanges_for",
       .slot = at<&ClientConfig::exchanges_for>,
       .says = "The clients whose access tokens it may exchange (`token_exchange`)."},
      {.name = "issuer_path",
       .slot = at<&ClientConfig::issuer_path>,
       .says = "Of which issuer it is: the `path` of one of `further_issuers`. Empty: of the main one. At "
               "the others it is unknown.",
       .example = "/vo/rubin",
       .also = "issuer"},
      {.name = "trusted",
       .slot = at<&ClientConfig::trusted>,
       .says = "It belongs to this site: people are not asked whether it may know about them.",
       .also = "skip_consent trusted_client first_party is_trusted"}};
}

std::vector<Key> proof_keys() {
  return {
      {.name = "auth_method",
       .slot = at<&ClientConfig::auth_method>,
       .says = "How it proves itself. `client_secret` takes the secret in the header or in the body, as "
               "most libraries send it; `none` is for programs that can keep no secret.",
       .choices = "none client_secret client_secret_basic client_secret_post private_key_jwt "
                  "tls_client_auth self_signed_tls_client_auth",
       .also = "token_endpoint_auth_method auth public"},
      {.name = "client_secret",
       .slot = at<&ClientConfig::client_secret>,
       .says = "The secret that it shares with Lanyard; only its hash is kept in memory.",
       .also = "secret password"},
      {.name = "jwks_file",
       .slot = at<&ClientConfig::jwks_file>,
       .says = "A file with its public keys as a JWK set, for `private_key_jwt` and "
               "`self_signed_tls_client_auth`.",
       .also = "jwks keys public_keys",
       .file = FileKind::plain},
      {.name = "jwks_uri",
       .slot = at<&ClientConfig::jwks_uri>,
       .says = "Or the `https` address where they are, so that the client can change them by itself; "
               "see `tokens.client_key_networks`.",
       .also = "jwks_url keys_url"},
      {.name = "tls_subject",
       .slot = at<&ClientConfig::tls_subject>,
       .says = "For `tls_client_auth`: the subject of its certificate (RFC 4514).",
       .example = "\"CN=robot,O=Example\"",
       .also = "tls_client_auth_subject_dn subject_dn"},
      {.name = "require_pushed_requests",
       .slot = at<&ClientConfig::require_pushed_requests>,
       .says = "It must push its authorization requests (RFC 9126).",
       .also = "require_pushed_authorization_requests require_par par"},
      {.name = "pkce_exception",
       .slot = at<&ClientConfig::pkce_exception>,
       .says = "For software that can not send PKCE (RFC 7636), such as the controller of Arvados: it may "
               "leave it out. Only for clients that prove themselves and whose `redirect_uris` are "
               "`https`; what protects people is then the secret alone.",
       .also = "pkce no_pkce disable_pkce pkce_optional"},
      {.name = "require_dpop",
       .slot = at<&ClientConfig::require_dpop>,
       .says = "Its tokens are bound to a key of its own (RFC 9449).",
       .also = "dpop dpop_bound_access_tokens"},
      {.name = "require_tls_binding",
       .slot = at<&ClientConfig::require_tls_binding>,
       .says = "Its access tokens are bound to its certificate (RFC 8705).",
       .also = "tls_client_certificate_bound_access_tokens"}};
}

std::vector<Key> token_keys() {
  return {
      {.name = "profile",
       .slot = at<&ClientConfig::profile>,
       .says = "Which shape its tokens have. `iam` is what PanDA expects.",
       .choices = "oidc wlcg scitokens aarc iam servicex",
       .also = "token_profile"},
      {.name = "id_token_algorithm",
       .slot = at<&ClientConfig::id_token_algorithm>,
       .says = "How its ID tokens are signed.",
       .choices = "RS256 ES256",
       .also = "id_token_signed_response_alg id_token_alg"},
      {.name = "access_token_algorithm",
       .slot = at<&ClientConfig::access_token_algorithm>,
       .says = "How its access tokens are signed.",
       .choices = "RS256 ES256",
       .also = "access_token_signed_response_alg access_token_alg"},
      {.name = "access_token_life",
       .slot = at<&ClientConfig::access_token_life>,
       .says = "How long its access tokens are good; `0s`: as `tokens.access_token_life`.",
       .example = "15m",
       .also = "access_token_ttl access_token_lifetime",
       .least = 0,
       .most = 7 * kDay},
      {.name = "id_token_life",
       .slot = at<&ClientConfig::id_token_life>,
       .says = "How long its ID tokens are good; `0s`: as `tokens.id_token_life`. PanDA sends the ID "
               "token with every call, so give it hours or days.",
       .example = "24h",
       .also = "id_token_ttl id_token_lifetime",
       .least = 0,
       .most = 7 * kDay},
      {.name = "refresh_token_life",
       .slot = at<&ClientConfig::refresh_token_life>,
       .says = "A refresh token ends when it was not used for so long; `0s`: as "
               "`tokens.refresh_token_life`.",
       .also = "refresh_token_ttl refresh_token_lifetime",
       .least = 0,
       .most = 400 * kDay},
      {.name = "grant_life",
       .slot = at<&ClientConfig::grant_life>,
       .says = "Its tokens end so long after the login in any case; `0s`: as `tokens.grant_life`.",
       .least = 0,
       .most = 800 * kDay},
      {.name = "device_code_life",
       .slot = at<&ClientConfig::device_code_life>,
       .says = "How long a person has to confirm its code; `0s`: as `tokens.device_code_life`.",
       .least = 0,
       .most = kDay},
      {.name = "refresh",
       .slot = at<&ClientConfig::refresh>,
       .says = "What becomes of a refresh token when it was used. `strict`: it is good once, and a second "
               "use ends the grant. `grace`: the one before stays good for `refresh_grace`, for clients "
               "that refresh in parallel. `none`: it stays the same; only for clients that prove "
               "themselves.",
       .choices = "strict grace none",
       .also = "refresh_policy rotate_refresh_tokens refresh_token_rotation"},
      {.name = "refresh_grace",
       .slot = at<&ClientConfig::refresh_grace>,
       .says = "How long that is.",
       .also = "grace reuse_interval",
       .least = kSecond,
       .most = kDay},
      {.name = "virtual_organisation",
       .slot = at<&ClientConfig::virtual_organisation>,
       .says = "For PanDA: the virtual organisation whose groups and roles the client is about.",
       .example = "Rubin",
       .also = "vo virtual_organization organisation"},
      {.name = "robot_roles",
       .slot = at<&ClientConfig::robot_roles>,
       .says = "For PanDA: the client is a robot of that organisation, which comes with `client_credentials` "
               "for itself, and has these roles in it.",
       .example = "[production]",
       .also = "robot_role"}};
}

}  // namespace

std::vector<Key> oauth_client_keys() {
  std::vector<Key> keys;
  for (auto* some : {shown_keys, address_keys, right_keys, proof_keys, token_keys})
    for (Key& key : some()) keys.push_back(key);
  return keys;
}

}  // namespace lanyard::app
