// The rows of the schema for where people come from: providers, issuers, and the admission rules that both
// have.
#include "app/config_schema.h"

namespace lanyard::app {

using namespace schema;

namespace {
constexpr std::string_view kAlgorithms = "RS256 RS384 RS512 PS256 PS384 PS512 ES256 ES384 ES512 EdDSA";
}  // namespace

const Part& provider_part() {
  static const Part part{
      .title = "Providers",
      .says =
          "Where people sign in with a browser: Globus, CILogon, the institution's own OpenID Connect "
          "server. Register Lanyard "
          "there as a client first, with the address of return `/login/callback/ID` below "
          "`server.public_url`. A provider "
          "that sends logout tokens (OpenID Connect Back-Channel Logout) gets `/login/backchannel/ID` as "
          "`backchannel_logout_uri`: who signs out there is signed out here.",
      .example =
          "providers:\n"
          "  - id: globus\n"
          "    label: Globus\n"
          "    issuer: https://auth.globus.org\n"
          "    client_id: 7d1c2f6e-9c7b-4b6e-8a57-2f1f6f3f9b10\n"
          "    client_secret_file: /etc/lanyard/globus_secret\n"
          "    algorithms: [RS512]\n"
          "    admission:\n"
          "      identity_provider: [example.org]\n"
          "      new_accounts: pending\n",
      .keys = {{.name = "id",
                .slot = at<&ProviderConfig::id>,
                .says = "The name in addresses and in the environment: lower-case letters, digits and single "
                        "hyphens. Do not change "
                        "it once people have signed in.",
                .example = "globus",
                .also = "slug key",
                .need = Need::required},
               {.name = "kind",
                .slot = at<&ProviderConfig::kind>,
                .says = "How it is spoken to. `oidc`: OpenID Connect with discovery.",
                .choices = "oidc",
                .also = "type protocol provider_type"},
               {.name = "label",
                .slot = at<&ProviderConfig::label>,
                .says = "What the button on the sign-in page says. Empty: the `id`.",
                .example = "Globus",
                .also = "name title display_name login_service button",
                .sample = true},
               {.name = "issuer",
                .slot = at<&ProviderConfig::issuer>,
                .says = "The provider's issuer URL, exactly as its metadata spell it; "
                        "`/.well-known/openid-configuration` is looked "
                        "for below it.",
                .example = "https://auth.globus.org",
                .also = "issuer_url url authority oidc_issuer discovery_url well_known authorize_url "
                        "server_metadata_url",
                .need = Need::required},
               {.name = "client_id",
                .slot = at<&ProviderConfig::client_id>,
                .says = "The client id that the provider has given to Lanyard.",
                .example = "7d1c2f6e-9c7b-4b6e-8a57-2f1f6f3f9b10",
                .also = "clientid app_id application_id",
                .need = Need::required},
               {.name = "client_secret",
                .slot = at<&ProviderConfig::client_secret>,
                .says = "The secret that belongs to it. Empty: Lanyard is a public client there, protected "
                        "by PKCE alone.",
                .also = "clientsecret secret app_secret"},
               {.name = "scopes",
                .slot = at<&ProviderConfig::scopes>,
                .says = "What is asked for; `openid` must be among them.",
                .example = "[openid, profile, email]",
                .also = "scope oauth_scopes"},
               {.name = "username_claim",
                .slot = at<&ProviderConfig::username_claim>,
                .says = "The claim that becomes the user name.",
                .also = "username_key user_claim preferred_username username_from_claim"},
               {.name = "institution_claim",
                .slot = at<&ProviderConfig::institution_claim>,
                .says = "The claim with the person's institution.",
                .also = "organization_claim organisation_claim affiliation_claim",
                .empty_means = true},
               {.name = "groups_claim",
                .slot = at<&ProviderConfig::groups_claim>,
                .says = "The claim with the person's groups. Empty: none are taken over.",
                .example = "groups",
                .also = "claim_groups_key group_claim manage_groups auth_state_groups_key"},
               {.name = "algorithms",
                .slot = at<&ProviderConfig::algorithms>,
                .says = "Signature algorithms that are accepted in its ID tokens. Shared-secret algorithms "
                        "and `none` are never.",
                .example = "[RS256, ES256]",
                .choices = kAlgorithms,
                .also = "algorithm alg signing_algorithms id_token_signed_response_alg"},
               {.name = "enabled",
                .slot = at<&ProviderConfig::enabled>,
                .says = "`false` hides it without forgetting who came from there.",
                .also = "enable active"},
               {.name = "allow_loopback",
                .slot = at<&ProviderConfig::allow_loopback>,
                .says = "The issuer may be on this machine and speak plain HTTP, for tests and trials.",
                .also = "insecure allow_http insecure_skip_verify tls_skip_verify verify_tls"},
               {.name = "private_networks",
                .slot = at<&ProviderConfig::private_networks>,
                .says = "Private networks in which the provider may live. Without them only public addresses "
                        "are called.",
                .example = "[10.1.0.0/16]",
                .also = "allowed_networks allow_private internal_networks"},
               {.name = "ca_file",
                .slot = at<&ProviderConfig::ca_file>,
                .says = "A PEM file with authorities to trust for this provider instead of the system's.",
                .also = "ca ca_cert cacert ca_bundle root_ca rootcas tls_ca",
                .file = FileKind::plain},
               {.name = "authorize_parameters",
                .slot = at<&ProviderConfig::authorize_parameters>,
                .says = "Further parameters of the authorization request. Those that the protocol itself "
                        "uses cannot be set.",
                .example = "{access_type: offline}",
                .also = "extra_params extra_authorize_params authorization_params auth_params"}},
      .children = {section<&ProviderConfig::admission>("admission", admission_part)},
      .fresh = fresh<ProviderConfig>};
  return part;
}

const Part& issuer_part() {
  static const Part part{
      .title = "Token issuers",
      .says =
          "Whose tokens (JWT) are accepted when programs call with `Authorization: Bearer …`. A token of any "
          "other issuer is "
          "refused before a key is looked for.",
      .example =
          "issuers:\n"
          "  - id: wlcg\n"
          "    issuer: https://wlcg.cloud.cnaf.infn.it/\n"
          "    audiences: [https://id.example.org]\n"
          "    required_scope: servicex\n"
          "    profile: wlcg\n",
      .keys = {{.name = "id",
                .slot = at<&IssuerConfig::id>,
                .says =
                    "The name in the journal and on pages: lower-case letters, digits and single hyphens.",
                .example = "wlcg",
                .also = "name slug",
                .need = Need::required},
               {.name = "issuer",
                .slot = at<&IssuerConfig::issuer>,
                .says = "The exact text of `iss` in its tokens, also with or without a slash at the end.",
                .example = "https://wlcg.cloud.cnaf.infn.it/",
                .also = "issuer_url iss url authority",
                .need = Need::required},
               {.name = "audiences",
                .slot = at<&IssuerConfig::audiences>,
                .says = "Who the tokens must be for: one of these must be in `aud`. A token for somebody "
                        "else is refused.",
                .example = "[https://id.example.org]",
                .also = "audience aud allowed_audiences",
                .need = Need::required},
               {.name = "required_scope",
                .slot = at<&IssuerConfig::required_scope>,
                .says = "The scope that a token must have, as a whole word. `\"\"`: none.",
                .also = "scope scopes required_scopes",
                .empty_means = true},
               {.name = "algorithms",
                .slot = at<&IssuerConfig::algorithms>,
                .says =
                    "Signature algorithms that are accepted. Shared-secret algorithms and `none` are never.",
                .example = "[RS256, ES256]",
                .choices = kAlgorithms,
                .also = "algorithm alg jwt_algorithms"},
               {.name = "profile",
                .slot = at<&IssuerConfig::profile>,
                .says = "Which form of token is insisted on: `rfc9068` (typ `at+jwt`), `wlcg` (with "
                        "`wlcg.ver`) or `any`.",
                .choices = "rfc9068 wlcg any",
                .also = "type token_profile format"},
               {.name = "any_audience",
                .slot = at<&IssuerConfig::any_audience>,
                .says = "The WLCG value for *any audience* counts as ours. Such tokens can be passed on by "
                        "every service that sees "
                        "them.",
                .also = "allow_any_audience skip_audience verify_aud"},
               {.name = "skew",
                .slot = at<&IssuerConfig::skew>,
                .says = "By how much the issuer's clock may differ from ours.",
                .also = "leeway clock_skew clock_tolerance",
                .most = 10 * kMinute},
               {.name = "longest_life",
                .slot = at<&IssuerConfig::longest_life>,
                .says = "A token that was issued for longer is refused.",
                .also = "max_age max_lifetime max_token_life",
                .least = kMinute,
                .most = 366 * kDay},
               {.name = "keys_refresh",
                .slot = at<&IssuerConfig::keys_refresh>,
                .says = "How often the issuer's keys are fetched.",
                .also = "jwks_refresh jwks_cache cache_ttl jwks_ttl",
                .least = kSecond,
                .most = 30 * kDay},
               {.name = "keys_expire",
                .slot = at<&IssuerConfig::keys_expire>,
                .says = "While the issuer cannot be reached, its last keys count for so long. Longer than "
                        "`keys_refresh`.",
                .also = "jwks_expire jwks_max_age",
                .least = kSecond,
                .most = 90 * kDay},
               {.name = "keys_cool_down",
                .slot = at<&IssuerConfig::keys_cool_down>,
                .says = "A token with an unknown key id leads to a fetch at most this often. Not longer than "
                        "`keys_refresh`.",
                .also = "jwks_cooldown cooldown",
                .least = kSecond,
                .most = kDay},
               {.name = "jwks_file",
                .slot = at<&IssuerConfig::jwks_file>,
                .says = "A JWK set with fixed public keys. With it nothing is fetched from the issuer.",
                .also = "jwks jwks_uri jwks_url public_key keys",
                .file = FileKind::plain},
               {.name = "username_claim",
                .slot = at<&IssuerConfig::username_claim>,
                .says = "The claim that becomes the user name.",
                .also = "username_key user_claim"},
               {.name = "name_claim",
                .slot = at<&IssuerConfig::name_claim>,
                .says = "The claim with the person's name."},
               {.name = "email_claim",
                .slot = at<&IssuerConfig::email_claim>,
                .says = "The claim with the e-mail address.",
                .also = "mail_claim"},
               {.name = "groups_claim",
                .slot = at<&IssuerConfig::groups_claim>,
                .says = "The claim with the groups. Empty: none are taken over.",
                .example = "wlcg.groups",
                .also = "group_claim claim_groups_key"},
               {.name = "enabled",
                .slot = at<&IssuerConfig::enabled>,
                .says = "`false` refuses its tokens without forgetting whose they were.",
                .also = "enable active"},
               {.name = "allow_loopback",
                .slot = at<&IssuerConfig::allow_loopback>,
                .says = "The issuer may be on this machine and speak plain HTTP, for tests and trials.",
                .also = "insecure allow_http insecure_skip_verify tls_skip_verify verify_tls"},
               {.name = "private_networks",
                .slot = at<&IssuerConfig::private_networks>,
                .says = "Private networks in which the issuer may live. Without them only public addresses "
                        "are called.",
                .example = "[10.1.0.0/16]",
                .also = "allowed_networks allow_private internal_networks"},
               {.name = "ca_file",
                .slot = at<&IssuerConfig::ca_file>,
                .says = "A PEM file with authorities to trust for this issuer instead of the system's.",
                .also = "ca ca_cert cacert ca_bundle root_ca tls_ca",
                .file = FileKind::plain}},
      .children = {section<&IssuerConfig::admission>("admission", admission_part)},
      .fresh = fresh<IssuerConfig>};
  return part;
}

const Part& admission_part() {
  static const Part part{
      .title = "Admission",
      .says =
          "Who of a provider or an issuer is let in. Every rule that is given must hold; `blocked_users` "
          "wins over everything. "
          "The same keys stand in each of `providers` and `issuers`. A change counts from the next request "
          "on, also for people "
          "who are signed in.",
      .example =
          "providers:\n"
          "  - id: institute\n"
          "    label: Our institute\n"
          "    issuer: https://sso.example.org/realms/staff\n"
          "    client_id: lanyard\n"
          "    admission:\n"
          "      username_map: {\"jane.doe@example.org\": jane}\n"
          "      username_pattern: \"[a-z][a-z0-9.]*@example[.]org|jane\"\n"
          "      blocked_users: [mallory@example.org]\n"
          "      admin_users: [jane]\n"
          "      new_accounts: approved\n",
      .keys =
          {{.name = "identity_provider",
            .slot = at<&AdmissionConfig::identity_provider>,
            .says = "Domains of the institutions whose people may come. Empty: all.",
            .example = "[example.org, example.edu]",
            .also = "identity_providers idp allowed_domains hosted_domain allowed_idps domains institutions "
                    "email_domains"},
           {.name = "identity_provider_claim",
            .slot = at<&AdmissionConfig::identity_provider_claim>,
            .says = "The claim with that domain. Empty: what stands behind the `@` of the user name.",
            .also = "domain_claim idp_claim hosted_domain_claim"},
           {.name = "username_map",
            .slot = at<&AdmissionConfig::username_map>,
            .says = "Names that are changed before any other rule looks at them. The names on the left are "
                    "written in lower "
                    "case.",
            .example = "{\"jane.doe@example.org\": jane}",
            .also = "user_map map usernames"},
           {.name = "username_pattern",
            .slot = at<&AdmissionConfig::username_pattern>,
            .says = "A regular expression (RE2, without back-references) that the whole user name "
                    "must match, after "
                    "`username_map`. At most 500 characters; names longer than 256 bytes never match. Empty: "
                    "every name.",
            .example = "\"[a-z][a-z0-9.]*@example[.]org\"",
            .also = "pattern username_regex regex user_pattern"},
           {.name = "blocked_users",
            .slot = at<&AdmissionConfig::blocked_users>,
            .says = "User names that are refused whatever else allows them.",
            .example = "[mallory@example.org]",
            .also = "blacklist block_list blocklist denylist deny_list denied_users banned_users deny_users "
                    "user_blacklist"},
           {.name = "allowed_users",
            .slot = at<&AdmissionConfig::allowed_users>,
            .says = "User names that may come. Empty: no restriction.",
            .example = "[jane@example.org, joe@example.org]",
            .also =
                "whitelist allow_list allowlist user_whitelist permitted_users allow_users users allow_all"},
           {.name = "allowed_groups",
            .slot = at<&AdmissionConfig::allowed_groups>,
            .says = "Groups of the source (`groups_claim`) of which the person must be in one. Empty: no "
                    "restriction.",
            .example = "[observers]",
            .also = "group_whitelist group_allowlist allow_groups required_groups allowed_globus_groups "
                    "allowed_local_groups"},
           {.name = "admin_users",
            .slot = at<&AdmissionConfig::admin_users>,
            .says = "User names that are administrators.",
            .example = "[jane@example.org]",
            .also = "admins admin_user administrators superusers admin_list"},
           {.name = "new_accounts",
            .slot = at<&AdmissionConfig::new_accounts>,
            .says = "What becomes of somebody who was not known before. `pending`: an administrator decides; "
                    "`approved`: let in "
                    "without a decision, and active with the person's own next step; `active`: active at "
                    "once; `refused`: only "
                    "people who are known beforehand can come.",
            .also = "auto_approve auto_setup_new_users default_state auto_activate new_users new_user_policy "
                    "registration"},
           {.name = "trusted_for_addresses",
            .slot = at<&AdmissionConfig::trusted_for_addresses>,
            .says = "An address that this source calls verified may complete an account that was prepared "
                    "for that address. "
                    "Only for sources that truly verify addresses.",
            .also = "trust_email trust_emails email_verified insecure_skip_email_verified match_by_email"}},
      .children = {},
      .fresh = fresh<AdmissionConfig>};
  return part;
}

}  // namespace lanyard::app
