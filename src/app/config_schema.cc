#include "app/config_schema.h"

namespace lanyard::app {
namespace {

using namespace schema;

const Part& server_part() {
  static const Part part{
      .title = "The server",
      .says =
          "Where Lanyard is reached, and the key that protects what it stores. Lanyard speaks plain HTTP "
          "behind a proxy such as "
          "nginx or Caddy, or TLS itself when it is given a certificate.",
      .example =
          "server:\n"
          "  public_url: https://id.example.org\n"
          "  listen: 127.0.0.1:8080\n"
          "  trusted_proxies: [127.0.0.1]\n"
          "  secret_key_file: /etc/lanyard/secret_key\n"
          "  site_name: Example Observatory\n"
          "  support: help@example.org\n",
      .keys =
          {{.name = "public_url",
            .slot = at<&ServerConfig::public_url>,
            .says = "The address under which people and programs reach Lanyard, without a path. It is part "
                    "of every token and of "
                    "every sign-in, so choose it once. It must be `https://`; `http://` is allowed for this "
                    "machine alone "
                    "(`http://localhost:8080`).",
            .example = "https://id.example.org",
            .also = "url base_url root_url external_url issuer domain hostname server_name public_address",
            .need = Need::required},
           {.name = "listen",
            .slot = at<&ServerConfig::listen>,
            .says = "The address and port on which requests are accepted. `0.0.0.0:8080` or `\"[::]:8080\"` "
                    "(in quotes) "
                    "accept from everywhere; port `0` lets the kernel choose.",
            .also = "bind bind_address host port address listen_address http_addr addr"},
           {.name = "tls_certificate",
            .slot = at<&ServerConfig::tls_certificate>,
            .says = "A PEM file with the certificate and the chain up to the authority. Together with "
                    "`tls_key` it makes "
                    "`listen` speak TLS; empty means plain HTTP.",
            .also = "certificate cert tls_cert ssl_certificate ssl_cert cert_file tls_cert_file",
            .file = FileKind::plain},
           {.name = "tls_key",
            .slot = at<&ServerConfig::tls_key>,
            .says = "The PEM file with the private key of the certificate.",
            .also = "key ssl_key tls_private_key ssl_certificate_key key_file private_key tls_key_file",
            .file = FileKind::secret},
           {.name = "operations_listen",
            .slot = at<&ServerConfig::operations_listen>,
            .says = "The address and port for health, readiness and metrics. It asks nobody who they are, so "
                    "keep it inside. "
                    "`\"\"` turns it off.",
            .also = "metrics_listen metrics_port metrics telemetry admin_listen prometheus",
            .empty_means = true},
           {.name = "trusted_proxies",
            .slot = at<&ServerConfig::trusted_proxies>,
            .says =
                "The addresses or networks of the proxies in front of Lanyard, whose `X-Forwarded-For` is "
                "believed. Networks "
                "wider than /8 (IPv4) or /7 (IPv6) are refused: with them anybody could claim any address.",
            .example = "[127.0.0.1, 10.1.0.0/16]",
            .also = "proxies trusted_proxy proxy trust_proxy forwarded_allow_ips real_ip_from"},
           {.name = "client_certificates",
            .slot = at<&ServerConfig::client_certificates>,
            .says =
                "Whether programs are asked for a certificate when Lanyard speaks TLS itself (RFC 8705). "
                "`ask` does not insist on one; browsers that hold certificates show people a question, so "
                "use it where programs alone connect.",
            .choices = "off ask",
            .also = "mtls client_auth client_cert ssl_verify_client tls_client_auth"},
           {.name = "client_certificate_header",
            .slot = at<&ServerConfig::client_certificate_header>,
            .says =
                "The header in which a trusted proxy hands on the certificate of a program, as URL-encoded "
                "PEM. The proxy must set it on every request, also to nothing: "
                "`proxy_set_header X-Client-Certificate $ssl_client_escaped_cert;`. From anybody else it is "
                "not read.",
            .example = "X-Client-Certificate",
            .also = "client_cert_header ssl_client_cert_header x_ssl_client_cert"},
           {.name = "client_certificate_ca_file",
            .slot = at<&ServerConfig::client_certificate_ca_file>,
            .says =
                "A PEM file with the authorities that certify programs, and their intermediates. Needed for "
                "clients whose method is `tls_client_auth`.",
            .also = "client_ca client_ca_file ssl_client_certificate mtls_ca",
            .file = FileKind::plain},
           {.name = "client_certificate_listen",
            .slot = at<&ServerConfig::client_certificate_listen>,
            .says =
                "An address and port of its own at which Lanyard speaks TLS and asks for certificates, so "
                "that "
                "browsers, which stay at `listen`, never see the question. Clients find it in the metadata "
                "(`mtls_endpoint_aliases`) when `client_certificate_url` says how they reach it.",
            .example = "0.0.0.0:8444",
            .also = "mtls_listen mtls_port"},
           {.name = "client_certificate_url",
            .slot = at<&ServerConfig::client_certificate_url>,
            .says = "Where clients with certificates reach Lanyard, when that is not `public_url`: scheme, "
                    "host and "
                    "port, of `client_certificate_listen` or of a proxy that asks there and hands the "
                    "certificate "
                    "on.",
            .example = "https://mtls.id.example.org",
            .also = "mtls_url mtls_endpoint_aliases mtls_host"},
           {.name = "loops",
            .slot = at<&ServerConfig::loops>,
            .says = "How many event loops serve connections; `0` means one for each core.",
            .unit = "threads",
            .also = "threads workers num_workers worker_processes",
            .most = 1024},
           {.name = "secret_key",
            .slot = at<&ServerConfig::secret_key>,
            .says = "One or more keys of 32 random bytes, in base64 or hexadecimal, separated by `;`. They "
                    "seal what must not be "
                    "readable in the database and protect sign-ins. The first one is used for new data and "
                    "all of them open "
                    "old data: to change the key, put the new one in front. Make one with `openssl rand "
                    "-base64 32`. Required "
                    "unless the database is in memory; losing it means losing what it sealed.",
            .also = "secret secret_keys encryption_key crypt_key cookie_secret secret_key_base "
                    "session_secret crypto_key"},
           {.name = "site_name",
            .slot = at<&ServerConfig::site_name>,
            .says = "The name of your facility, shown on pages and in messages.",
            .also = "name title brand site organization organisation"},
           {.name = "support",
            .slot = at<&ServerConfig::support>,
            .says = "An e-mail address or URL where people find help, shown on pages.",
            .example = "help@example.org",
            .also = "contact help support_email support_url contact_email"}},
      .children = {},
      .fresh = fresh<ServerConfig>};
  return part;
}

const Part& database_part() {
  static const Part part{
      .title = "The database",
      .says =
          "Where accounts, groups, tokens and the journal are kept. SQLite is right for one server; several "
          "servers share one "
          "PostgreSQL.",
      .example =
          "database:\n"
          "  url: postgresql://lanyard@db.example.org/lanyard\n"
          "  password_file: /etc/lanyard/database_password\n"
          "  connections: 8\n",
      .keys = {{.name = "url",
                .slot = at<&DatabaseConfig::url>,
                .says = "`sqlite:///` and the absolute path of a file, `sqlite::memory:` for a trial that "
                        "forgets everything, or "
                        "`postgresql://user@host/name`. A password does not belong here but in `password`.",
                .also =
                    "dsn connection connection_string uri path file database_url sqlalchemy_database_uri db"},
               {.name = "password",
                .slot = at<&DatabaseConfig::password>,
                .says = "The password for PostgreSQL. Empty: none is sent, as with peer authentication.",
                .also = "pass passwd db_password pgpassword"},
               {.name = "connections",
                .slot = at<&DatabaseConfig::connections>,
                .says = "How many connections are open at once, and so how many requests can wait for the "
                        "database together.",
                .unit = "connections",
                .also = "pool_size max_connections pool max_open_conns",
                .least = 1,
                .most = 256},
               {.name = "migrate_on_start",
                .slot = at<&DatabaseConfig::migrate_on_start>,
                .says = "Brings the tables to this version's shape at start. Switched off, the start is "
                        "refused until `lanyardd "
                        "migrate` has been run.",
                .also = "migrate auto_migrate automigrate upgrade_db"}},
      .children = {},
      .fresh = fresh<DatabaseConfig>};
  return part;
}

const Part& auth_part() {
  static const Part part{
      .title = "Authentication",
      .says =
          "Whether people are asked who they are, how, and for how long an answer counts. Each mechanism has "
          "its own switch.",
      .example =
          "auth:\n"
          "  admin_email: director@example.org\n"
          "  session_idle: 2h\n"
          "  session_life: 12h\n"
          "  api_token_life: 90d\n",
      .keys = {{.name = "enabled",
                .slot = at<&AuthConfig::enabled>,
                .says = "`false` turns authentication off: nobody is asked, and everybody who can reach the "
                        "server acts as one "
                        "visible *anonymous operator* with all rights. Lanyard says so at each start and on "
                        "each page.",
                .also = "enable auth_enabled enable_auth disable_auth enabled_auth"},
               {.name = "admin_email",
                .slot = at<&AuthConfig::admin_email>,
                .says = "Whoever first signs in with this address becomes an approved administrator, "
                        "provided that the "
                        "provider says that it has verified the address.",
                .example = "director@example.org",
                .also = "admin administrator administrator_email bootstrap_admin admin_mail"},
               {.name = "default_users_file",
                .slot = at<&AuthConfig::default_users_file>,
                .says = "A JSON file with people who are known from the start: one object or a list of them, "
                        "each with `email`, "
                        "`institution`, `name`, `refresh_token` and `sub`. It is read at each start; reading "
                        "it again changes "
                        "nothing. It holds tokens, so it must not be readable by everybody.",
                .also = "default_users users_file users json_users",
                .file = FileKind::secret},
               {.name = "default_issuer",
                .slot = at<&AuthConfig::default_issuer>,
                .says = "The id of the provider or issuer whose subjects (`sub`) are meant by the users file "
                        "and by `lanyardd user "
                        "create`. Not needed while there is only one.",
                .also = "default_provider default_idp"},
               {.name = "browser_login",
                .slot = at<&AuthConfig::browser_login>,
                .says = "People can sign in with a browser at one of the `providers`.",
                .also = "login enable_login web_login dashboard_login"},
               {.name = "bearer_tokens",
                .slot = at<&AuthConfig::bearer_tokens>,
                .says = "Tokens of the configured `issuers` are accepted.",
                .also = "jwt bearer enable_jwt jwt_enabled"},
               {.name = "api_tokens",
                .slot = at<&AuthConfig::api_tokens>,
                .says = "Tokens that people make for themselves in Lanyard are accepted.",
                .also = "tokens personal_access_tokens refresh_tokens"},
               {.name = "session_idle",
                .slot = at<&AuthConfig::session_idle>,
                .says = "A browser session ends when it was not used for so long.",
                .also = "idle_timeout session_timeout session_idle_timeout inactivity",
                .least = kMinute,
                .most = 90 * kDay},
               {.name = "session_life",
                .slot = at<&AuthConfig::session_life>,
                .says = "A browser session ends after so long in any case. Not shorter than `session_idle`.",
                .also =
                    "session_lifetime session_ttl max_session cookie_expire cookie_max_age session_max_age",
                .least = kMinute,
                .most = 365 * kDay},
               {.name = "fresh_for",
                .slot = at<&AuthConfig::fresh_for>,
                .says = "How long after signing in an administrator may do dangerous things without signing "
                        "in again.",
                .also = "sudo_time reauthentication max_auth_age",
                .least = kMinute,
                .most = kDay},
               {.name = "api_token_life",
                .slot = at<&AuthConfig::api_token_life>,
                .says = "The longest life that can be asked for when a token is made.",
                .also = "token_lifetime token_ttl token_expiry max_token_life",
                .least = kMinute,
                .most = 10 * 366 * kDay}},
      .children = {},
      .fresh = fresh<AuthConfig>};
  return part;
}

const Part& journal_part() {
  static const Part part{.title = "The journal",
                         .says =
                             "Every change and who made it. Servers that share a database learn of each "
                             "other's changes from it.",
                         .example =
                             "journal:\n"
                             "  keep: 3650d\n",
                         .keys = {{.name = "keep",
                                   .slot = at<&JournalConfig::keep>,
                                   .says = "How long entries are kept.",
                                   .also = "retention keep_for max_age retention_days",
                                   .least = kDay,
                                   .most = 100 * 366 * kDay},
                                  {.name = "poll",
                                   .slot = at<&JournalConfig::poll>,
                                   .says = "How often a server looks for changes of the others.",
                                   .also = "poll_interval interval",
                                   .least = 10 * kMillisecond,
                                   .most = 30 * kSecond}},
                         .children = {},
                         .fresh = fresh<JournalConfig>};
  return part;
}

const Part& limits_part() {
  static const Part part{
      .title = "Limits",
      .says = "What one server takes on before it says no. The defaults suit a machine with two cores.",
      .example =
          "limits:\n"
          "  connections: 20000\n"
          "  logins_per_minute: 30\n",
      .keys = {{.name = "connections",
                .slot = at<&LimitsConfig::connections>,
                .says = "Connections that are open at once; further ones are not accepted.",
                .unit = "connections",
                .also = "max_connections worker_connections",
                .least = 1,
                .most = 1'000'000},
               {.name = "head_bytes",
                .slot = at<&LimitsConfig::head_bytes>,
                .says = "The request line with all headers; a longer one is answered with 431.",
                .unit = "bytes",
                .also = "max_header_size header_bytes large_client_header_buffers",
                .least = 1024,
                .most = 1024 * 1024},
               {.name = "queue",
                .slot = at<&LimitsConfig::queue>,
                .says = "Requests that wait in each class of work; further ones are answered with 503.",
                .unit = "requests",
                .also = "backlog queue_size",
                .least = 1,
                .most = 1'000'000},
               {.name = "body_bytes",
                .slot = at<&LimitsConfig::body_bytes>,
                .says = "The bodies of all requests that are held at once; what does not fit is answered "
                        "with 503.",
                .unit = "bytes",
                .also = "max_body_memory body_memory",
                .least = 1024 * 1024,
                .most = 1024 * 1024 * 1024},
               {.name = "head_time",
                .slot = at<&LimitsConfig::head_time>,
                .says = "The head of a request must have come within this time.",
                .also = "header_timeout client_header_timeout read_timeout",
                .least = 100 * kMillisecond,
                .most = 10 * kMinute},
               {.name = "body_time",
                .slot = at<&LimitsConfig::body_time>,
                .says = "The body of a request must have come within this time.",
                .also = "body_timeout client_body_timeout",
                .least = 100 * kMillisecond,
                .most = 10 * kMinute},
               {.name = "idle_time",
                .slot = at<&LimitsConfig::idle_time>,
                .says = "A connection without a request is closed after so long.",
                .also = "keepalive_timeout idle_timeout keep_alive",
                .least = kSecond,
                .most = kHour},
               {.name = "drain_time",
                .slot = at<&LimitsConfig::drain_time>,
                .says = "How long a stop waits for requests that were begun.",
                .also = "shutdown_timeout grace_period graceful_timeout",
                .least = kSecond,
                .most = kHour},
               {.name = "logins_per_minute",
                .slot = at<&LimitsConfig::logins_per_minute>,
                .says = "Sign-ins begun from one IPv4 address or one IPv6 /64.",
                .unit = "sign-ins a minute",
                .also = "login_rate rate_limit",
                .least = 1,
                .most = 1'000'000},
               {.name = "failures_per_minute",
                .slot = at<&LimitsConfig::failures_per_minute>,
                .says = "Refused credentials from one address before it is told to slow down.",
                .unit = "failures a minute",
                .also = "failure_rate max_failures",
                .least = 1,
                .most = 1'000'000}},
      .children = {},
      .fresh = fresh<LimitsConfig>};
  return part;
}

}  // namespace

const Part& config_parts() {
  static const Part part{
      .title = "Configuration",
      .says = "",
      .example = "",
      .keys = {},
      .children = {section<&Config::server>("server", server_part),
                   section<&Config::database>("database", database_part),
                   section<&Config::auth>("auth", auth_part),
                   list<&Config::providers>("providers", provider_part),
                   list<&Config::issuers>("issuers", issuer_part),
                   list<&Config::clients>("clients", client_part),
                   list<&Config::further_issuers>("further_issuers", further_issuer_part),
                   section<&Config::tokens>("tokens", tokens_part), section<&Config::gate>("gate", gate_part),
                   section<&Config::journal>("journal", journal_part),
                   section<&Config::limits>("limits", limits_part)},
      .fresh = fresh<Config>};
  return part;
}

const Key* Part::find(std::string_view name) const {
  for (const Key& key : keys) {
    if (key.name == name) return &key;
  }
  return nullptr;
}

const Key* Part::find_twin(std::string_view name) const {
  if (!name.ends_with("_file")) return nullptr;
  const Key* key = find(name.substr(0, name.size() - 5));
  return key != nullptr && is_secret(*this, *key) ? key : nullptr;
}

const Child* Part::find_child(std::string_view name) const {
  for (const Child& child : children) {
    if (child.name == name) return &child;
  }
  return nullptr;
}

bool is_secret(const Part& part, const Key& key) {
  return std::holds_alternative<Secret*>(key.slot(part.fresh()));
}

}  // namespace lanyard::app
