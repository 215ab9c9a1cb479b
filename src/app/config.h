// The whole configuration as one typed struct. docs/reference/configuration.md and the commented example are
// generated from the schema that reads it (config_schema.cc), so a key cannot exist unexplained.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/secret.h"
#include "base/time.h"

namespace lanyard::app {

// Every secret can be given in place, or by its `_file` twin; the file must not be readable by others.
struct ServerConfig {
  std::string public_url;                 // "https://id.example.org", the issuer name; http only for loopback
  std::string listen = "127.0.0.1:8080";  // address:port; port 0 lets the kernel choose
  std::string tls_certificate, tls_key;   // PEM files; both or none
  std::string operations_listen = "127.0.0.1:9464";  // health, readiness and metrics; "" turns it off
  // Addresses or networks; a network that contains everything is refused.
  std::vector<std::string> trusted_proxies;
  // RFC 8705: certificates of clients, asked for in our own handshake or handed on by a trusted proxy.
  std::string client_certificates = "off";  // or "ask"
  std::string client_certificate_header;    // "": no proxy hands one on
  std::string client_certificate_ca_file;   // PEM: the authorities behind tls_client_auth
  std::string client_certificate_listen;    // an address of its own, which alone asks for certificates
  std::string client_certificate_url;       // where clients reach what takes certificates; "": public_url
  unsigned loops = 0;                       // event loops; 0: one a core
  Secret secret_key;  // one or more 32-byte keys "a;b" (base64 or hex): seals columns, hashes tokens
  std::string site_name = "Lanyard";
  std::string support = "";  // e-mail address or URL shown on pages
};

struct DatabaseConfig {
  std::string url = "sqlite:///var/lib/lanyard/lanyard.db";
  Secret password;
  unsigned connections = 4;
  bool migrate_on_start = true;
};

struct AuthConfig {
  bool enabled = true;             // SX1: off serves everyone as one visible "anonymous operator"
  std::string admin_email;         // SX2: bootstrap administrator, when verified by the upstream
  std::string default_users_file;  // SX5
  // Whose `sub` a created user has: a provider's or issuer's id; default: the only one.
  std::string default_issuer;
  // TK7: each mechanism is a switch.
  bool browser_login = true;
  bool bearer_tokens = true;  // tokens of the configured issuers
  bool api_tokens = true;     // our own
  Duration session_idle = std::chrono::hours(1);
  Duration session_life = std::chrono::hours(12);
  // How long after a login an administrator may do dangerous things.
  Duration fresh_for = std::chrono::minutes(15);
  Duration api_token_life = std::chrono::hours(24 * 365);  // the longest that can be asked for
};

// What becomes of somebody who was not known before.
enum class NewAccounts { pending, approved, active, refused };

// GL5, GL9, GL14: rules on every provider and every issuer. Empty means no restriction.
struct AdmissionConfig {
  std::vector<std::string> identity_provider;       // institutions (domains) that may log in
  std::string identity_provider_claim;              // "" : the domain part of the user name
  std::map<std::string, std::string> username_map;  // keys in lower case
  // Must match the whole name; RE2's syntax.
  std::string username_pattern;
  std::vector<std::string> blocked_users, allowed_users, allowed_groups, admin_users;
  NewAccounts new_accounts = NewAccounts::pending;
  // A verified address of this source may complete a prepared account (SX3, AR10).
  bool trusted_for_addresses = false;
};

struct ProviderConfig {
  std::string id;  // in URLs: [a-z0-9-]
  std::string kind = "oidc";
  std::string label;
  std::string issuer;
  std::string client_id;
  Secret client_secret;  // empty: public client
  std::vector<std::string> scopes{"openid", "profile", "email"};
  std::string username_claim = "preferred_username";
  std::string institution_claim = "organization";
  std::string groups_claim;  // "" : none are taken
  std::vector<std::string> algorithms{"RS256", "ES256"};
  bool enabled = true;
  bool allow_loopback = false;  // an http issuer on this machine, for tests and trials
  std::vector<std::string> private_networks;
  std::string ca_file;
  std::map<std::string, std::string> authorize_parameters;  // "access_type: offline"
  AdmissionConfig admission;
};

struct IssuerConfig {
  std::string id;
  std::string issuer;                       // exact `iss`
  std::vector<std::string> audiences;       // one of them must be in `aud`
  std::string required_scope = "servicex";  // TK5; "" : none
  std::vector<std::string> algorithms{"RS256", "ES256"};
  std::string profile = "any";  // "rfc9068", "wlcg", "any": which typ and version claims are insisted on
  bool any_audience = false;    // the WLCG any-audience value counts
  Duration skew = std::chrono::seconds(60);
  Duration longest_life = std::chrono::hours(24);
  Duration keys_refresh = std::chrono::hours(6);
  Duration keys_expire = std::chrono::hours(48);
  Duration keys_cool_down = std::chrono::seconds(60);
  std::string jwks_file;  // fixed keys instead of discovery
  std::string username_claim = "sub", name_claim = "name", email_claim = "email", groups_claim = "";
  bool enabled = true;
  bool allow_loopback = false;
  std::vector<std::string> private_networks;
  std::string ca_file;
  AdmissionConfig admission;
};

// An application behind the gate, or an OAuth client; the keys of the other kind keep their defaults.
struct ClientConfig {
  std::string id;  // [a-z0-9-]
  std::string kind = "gate";
  std::string name;              // shown to people
  std::string origin;            // gate: "https://wiki.example.org": where the application lives
  bool signed_identity = false;  // gate: adds a short signed token about the person to each answer

  // oauth; see domain/clients/client.h.
  bool enabled = true, native = false, backchannel_logout_session = false;
  bool require_pushed_requests = false, require_dpop = false, require_tls_binding = false;
  bool trusted = false;         // people are not asked for consent
  bool pkce_exception = false;  // it may leave PKCE out
  std::string issuer_path;      // of FurtherIssuerConfig; "": the main issuer
  std::string uri, logo_uri, policy_uri, tos_uri;
  std::vector<std::string> contacts;
  std::vector<std::string> redirect_uris, post_logout_redirect_uris;
  std::string backchannel_logout_uri;
  std::vector<std::string> grants{"authorization_code"};
  std::vector<std::string> scopes{"openid", "profile", "email"};
  std::vector<std::string> audiences, introspects, exchanges_for;
  std::string auth_method = "client_secret";
  Secret client_secret;
  std::string jwks_file, jwks_uri, tls_subject;
  std::string profile = "oidc";
  std::string id_token_algorithm = "RS256", access_token_algorithm = "ES256";
  // Zero: as TokensConfig says.
  Duration access_token_life{}, id_token_life{}, refresh_token_life{}, grant_life{}, device_code_life{};
  std::string refresh = "strict";
  Duration refresh_grace = std::chrono::seconds(60);
  std::string virtual_organisation;
  std::vector<std::string> robot_roles;
};

// A further issuer of ours, below the public address (PA3).
struct FurtherIssuerConfig {
  std::string path;                // "/vo/rubin"
  bool accepted_here = false;      // its access tokens count at the gate and the API
  bool open_registration = false;  // as TokensConfig's, here
};

// Keys that sign, and how long tokens live where a client does not say otherwise.
struct TokensConfig {
  Duration key_notice = std::chrono::hours(48);
  Duration longest_token = std::chrono::hours(24 * 7);
  Duration access_token_life = std::chrono::hours(1);
  Duration id_token_life = std::chrono::hours(1);
  Duration refresh_token_life = std::chrono::hours(24 * 30);
  Duration grant_life = std::chrono::hours(24 * 400);
  Duration device_code_life = std::chrono::minutes(10);
  std::string entitlement_namespace;  // AARC-G069: "urn:geant:example.org"; "": urn:geant and our host
  std::string entitlement_authority;  // behind "#"; "": none
  // Where the key sets stand that clients publish at their jwks_uri.
  std::vector<std::string> client_key_networks;
  std::string client_key_ca_file;
  Duration client_key_cool_down = std::chrono::seconds(30);
  bool open_registration = false;
  std::vector<std::string> registration_scopes{"openid",         "profile",      "email",
                                               "offline_access", "groups",       "wlcg",
                                               "wlcg.groups",    "entitlements", "eduperson_assurance"};
};

struct GateRouteConfig {
  std::string client;               // "" : every client
  std::string path = "/";           // an exact path, or a prefix when it ends in "/"
  std::vector<std::string> scopes;  // all of them, for bearers
  std::vector<std::string> groups;  // one of them
  bool public_page = false;         // nobody is asked
  bool admin = false;
};

struct GateConfig {
  std::size_t cache_entries = 1'000'000;
  Duration cache_life = std::chrono::seconds(60);
  // Verdicts are not used when changes could not be read for so long.
  Duration stale_limit = std::chrono::seconds(2);
  Duration signed_identity_life = std::chrono::minutes(5);
  std::vector<GateRouteConfig> routes;
};

struct JournalConfig {
  Duration keep = std::chrono::hours(24 * 365 * 10);
  Duration poll = std::chrono::milliseconds(500);  // how often a replica looks for changes of the others
};

struct LimitsConfig {
  std::size_t connections = 10'000;
  std::size_t head_bytes = 16 * 1024;
  std::size_t queue = 1'000;
  std::size_t body_bytes = 64 * 1024 * 1024;
  Duration head_time = std::chrono::seconds(10), body_time = std::chrono::seconds(30),
           idle_time = std::chrono::seconds(60), drain_time = std::chrono::seconds(30);
  std::size_t logins_per_minute = 60;     // begun sign-ins from one address (IPv4) or /64
  std::size_t failures_per_minute = 120;  // refused credentials from one address
};

struct Config {
  ServerConfig server;
  DatabaseConfig database;
  AuthConfig auth;
  std::vector<ProviderConfig> providers;
  std::vector<IssuerConfig> issuers;
  std::vector<ClientConfig> clients;
  std::vector<FurtherIssuerConfig> further_issuers;
  TokensConfig tokens;
  GateConfig gate;
  JournalConfig journal;
  LimitsConfig limits;
};

}  // namespace lanyard::app
