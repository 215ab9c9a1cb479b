// The noun: whoever asks us about people. An application behind the gate, or an OAuth client (RFC 6749
// section 2): a Hub, a web application, a program on somebody's own machine, a robot. Structs and enums, no
// I/O.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "base/json.h"
#include "base/result.h"
#include "base/time.h"
#include "platform/crypto/keys.h"

namespace lanyard::clients {

// How a client proves itself at the token endpoint (RFC 7591 section 2, RFC 8705). `client_secret` takes the
// secret in the header or in the body, as most libraries expect; the two strict forms take one of them.
enum class AuthMethod {
  none,
  client_secret,
  client_secret_basic,
  client_secret_post,
  private_key_jwt,
  tls_client_auth,
  self_signed_tls_client_auth,
};
std::string_view to_string(AuthMethod method);
Result<AuthMethod> parse_auth_method(std::string_view text);
bool uses_secret(AuthMethod method);

enum class Grant { authorization_code, refresh_token, device_code, client_credentials, token_exchange };
std::string_view to_string(Grant grant);  // as in grant_type: "urn:ietf:params:oauth:grant-type:device_code"
Result<Grant> parse_grant(std::string_view text);  // the short names "device_code", "token_exchange" too

// What becomes of a refresh token when it was used (RFC 9700 section 4.14.2, WLCG token profile).
enum class RefreshPolicy {
  strict,  // each is good once; a second use ends the grant
  grace,   // the one before the last gives the same successor for a while, and each such use is recorded
  none,    // stays the same; only for clients that prove themselves
};
std::string_view to_string(RefreshPolicy policy);
Result<RefreshPolicy> parse_refresh_policy(std::string_view text);

// Which shape its tokens have.
enum class Profile { oidc, wlcg, scitokens, aarc, iam, servicex };
std::string_view to_string(Profile profile);
Result<Profile> parse_profile(std::string_view text);

struct Lives {
  Duration access_token = std::chrono::hours(1);
  Duration id_token = std::chrono::hours(1);
  Duration refresh_token = std::chrono::hours(24 * 30);  // since its last use
  Duration grant = std::chrono::hours(24 * 400);         // since the login, whatever is used in between
  Duration device_code = std::chrono::minutes(10);
};

struct Client {
  ClientId id;         // [A-Za-z0-9._-], 1 to 64, and never 15 base-36 characters as an account's id is
  std::string kind;    // "gate" or "oauth"
  std::string name;    // shown to people
  std::string origin;  // gate: "https://wiki.example.org": the only place that people are sent back to
  bool signed_identity = false;  // gate

  bool enabled = true;
  std::string source = "configuration";  // "configuration", "api", "registration", "built-in"
  std::optional<AccountId> owner;
  std::string uri, logo_uri, policy_uri, tos_uri;  // http(s), shown as text and link, never fetched
  std::vector<std::string> contacts;

  bool is_native = false;                  // application_type
  std::vector<std::string> redirect_uris;  // exact, but for the port of a loopback address (RFC 8252 7.3)
  std::vector<std::string> post_logout_redirect_uris;
  std::string backchannel_logout_uri;
  bool backchannel_logout_session_required = false;

  std::vector<Grant> grants{Grant::authorization_code};
  std::vector<std::string> scopes{"openid", "profile", "email"};  // what it may ask for; see tokens/scopes.h
  std::vector<std::string> audiences;  // what it may name as resource or audience; the first is the default
  // Tokens of others that it may ask about (RFC 7662): those for one of these audiences. Its own always.
  std::vector<std::string> introspects;
  // Token exchange (RFC 8693), closed by default: the clients whose access tokens it may exchange.
  std::vector<std::string> exchanges_for;

  AuthMethod auth = AuthMethod::client_secret;
  json::Object jwks;        // private_key_jwt, self_signed_tls_client_auth: its public keys
  std::string jwks_uri;     // or where they are
  std::string tls_subject;  // tls_client_auth: the certificate's subject, RFC 4514

  Profile profile = Profile::oidc;
  crypto::Algorithm id_token_algorithm = crypto::Algorithm::rs256;
  crypto::Algorithm access_token_algorithm = crypto::Algorithm::es256;
  Lives lives;
  RefreshPolicy refresh = RefreshPolicy::strict;
  Duration grace = std::chrono::seconds(60);  // with RefreshPolicy::grace
  bool requires_pushed_requests = false;      // RFC 9126
  bool requires_dpop = false;                 // RFC 9449
  bool requires_tls_binding = false;          // RFC 8705 section 3
  // It may leave PKCE out (RFC 7636): for software that can not send it. A code that it asks for with a
  // challenge takes the verifier all the same (attack row 62).
  bool may_omit_pkce = false;
  bool is_trusted = false;  // of this site: people are not asked for consent
  // Of which issuer of ours it is: the path below the public address, "/vo/rubin"; "" is the public address
  // itself. At the others it is unknown.
  std::string issuer_path;
  std::string virtual_organisation;      // panda: whose groups and roles it is about
  std::vector<std::string> robot_roles;  // panda: with these, and for itself; only with client_credentials

  Time created_at{}, updated_at{};
  std::int64_t version = 0;

  bool is_public() const { return auth == AuthMethod::none; }
  bool may(Grant grant) const;
};

// Everything that must hold for a client, whoever made it; all faults at once, each with the name of its
// member. Redirect URIs: absolute, no fragment, no user information, no wildcard, no "javascript:", "data:"
// or other scheme without a dot that is not http(s); http only for loopback addresses (RFC 8252, attack rows
// 53, 54). A public client has no secret, no client_credentials and no RefreshPolicy::none. PKCE may be left
// out only by a client that proves itself, that an administrator made, and whose addresses are https.
struct Fault {
  std::string member, what;
};
std::vector<Fault> check(const Client& client);
// "/vo/rubin": one or more segments of letters, digits, dots, underscores and hyphens.
bool is_issuer_path(std::string_view path);

// Exact comparison (RFC 9700 section 2.1), but for the port of a registered "http://127.0.0.1/…" or
// "http://[::1]/…". nullptr when none fits.
const std::string* find_redirect(const Client& client, std::string_view redirect_uri);

// RFC 7591 names, as in a registration, the API and the table's column; secrets are never in it.
json::Object to_json(const Client& client);
// Absent members keep their defaults, `kind` is "oauth", unknown members are passed over. It takes what only
// an administrator may say as well (`trusted`, `source`, `owner`, …): whoever lets strangers register sets
// those himself. Code::invalid names the member.
Result<Client> parse_client(const json::Object& object);

}  // namespace lanyard::clients
