// A table of configurations that are wrong, each with the key and the words that an operator must see.
#include <gtest/gtest.h>

#include "app/config_faults_for_test.h"
#include "app/config_reader.h"
#include "app/config_test_support.h"

namespace lanyard::app {
namespace {

using test::expect_rows;
using test::find_fault;
using test::kShortest;
using test::more;
using test::read_text;
using test::require_loaded;

std::string server(std::string_view keys) {
  return "server:\n  public_url: https://id.example.org\n" + std::string(keys) +
         "database:\n  url: \"sqlite::memory:\"\n";
}
std::string provider(std::string_view keys) {
  return more("providers:\n  - id: idp\n    client_id: lanyard\n") +
         (keys.find("    issuer:") == std::string_view::npos ? "    issuer: https://sso.example.org\n" : "") +
         std::string(keys);
}
std::string issuer(std::string_view keys) {
  return more("issuers:\n  - id: wlcg\n") +
         (keys.find("    issuer:") == std::string_view::npos ? "    issuer: https://iss.example.org\n" : "") +
         (keys.find("audiences:") == std::string_view::npos ? "    audiences: [me]\n" : "") +
         std::string(keys);
}
std::string admission(std::string_view keys) {
  return provider("    admission:\n" + std::string(keys));
}
std::string gate(std::string_view keys) {
  return more("clients:\n  - {id: wiki, origin: \"https://wiki.example.org\"}\n" + std::string(keys));
}
std::string route(std::string_view keys) {
  return gate("gate:\n  routes:\n    - " + std::string(keys) + "\n");
}

TEST(ConfigFaults, shape_and_names) {
  expect_rows({
      {more("servers: {}\n"), "servers", "not a key", "`server`"},
      {more("provider: []\n"), "provider", "not a key", "`providers`"},
      {more("server: {}\n"), "server", "written twice; first in line 1", "Remove"},
      {server("  listen: 127.0.0.1:1\n  listen: 127.0.0.1:2\n"), "server.listen",
       "written twice; first in line 3", "Remove"},
      {more("auth: true\n"), "auth", "is a single value, not a mapping", "name: value"},
      {more("auth: [a]\n"), "auth", "is a list, not a mapping", "name: value"},
      {more("providers: {globus: {}}\n"), "providers", "is a mapping, not a list", "hyphen"},
      {more("providers: globus\n"), "providers", "is a single value, not a list", "hyphen"},
      {more("providers:\n  -\n  - {id: a, issuer: \"https://a.example\", client_id: c}\n"), "providers[0]",
       "empty entry", "hyphen"},
      {more("clients: [wiki]\n"), "clients[0]", "not a mapping", "name: value"},
      {server("  site_name: {a: b}\n"), "server.site_name", "is a mapping, not a text", "one value"},
      {server("  site_name:\n"), "server.site_name", "has no value", "remove the line"},
      {more("auth:\n  ? [a]\n  : b\n"), "auth", "not a name", "name: value"},
  });
}

TEST(ConfigFaults, types_are_not_guessed) {
  expect_rows({
      {more("auth:\n  enabled: yes\n"), "auth.enabled", "\"yes\", which is not a boolean", "Write true"},
      {more("auth:\n  enabled: off\n"), "auth.enabled", "not a boolean", "Write false"},
      {more("auth:\n  enabled: True\n"), "auth.enabled", "not a boolean", "Write true"},
      {more("auth:\n  enabled: \"true\"\n"), "auth.enabled", "in quotes", "without quotes"},
      {more("auth:\n  enabled: 1\n"), "auth.enabled", "not a boolean", "Write true"},
      {more("limits:\n  queue: 010\n"), "limits.queue", "\"010\"", "without leading zeros"},
      {more("limits:\n  queue: \"8080\"\n"), "limits.queue", "is the text", "Remove the quotes"},
      {more("limits:\n  queue: 0x10\n"), "limits.queue", "plain digits", "whole number"},
      {more("limits:\n  queue: 1_000\n"), "limits.queue", "plain digits", "separators"},
      {more("limits:\n  queue: 1e3\n"), "limits.queue", "plain digits", "whole number"},
      {more("limits:\n  queue: -5\n"), "limits.queue", "plain digits", "signs"},
      {more("limits:\n  queue: 1.5\n"), "limits.queue", "plain digits", "whole number"},
      {more("limits:\n  queue: 0\n"), "limits.queue", "out of range", "from 1 to 1000000"},
      {more("limits:\n  queue: 99999999999999999999\n"), "limits.queue", "plain digits", "whole number"},
      {server("  loops: 4294967296\n"), "server.loops", "out of range", "1024"},
      {more("limits:\n  idle_time: 60\n"), "limits.idle_time", "not a length of time", "90s"},
      {more("limits:\n  idle_time: 1 m\n"), "limits.idle_time", "not a length of time", "15m"},
      {more("limits:\n  idle_time: 1.5h\n"), "limits.idle_time", "not a length of time", "12h"},
      {more("limits:\n  idle_time: 060s\n"), "limits.idle_time", "not a length of time", "a unit"},
      {more("limits:\n  idle_time: 0s\n"), "limits.idle_time", "out of range", "from 1s to 1h"},
      {more("limits:\n  idle_time: 99999999999d\n"), "limits.idle_time", "not a length of time", ""},
      {server("  site_name: 42\n"), "server.site_name", "a number and not a text", "\"42\" in quotes"},
      {server("  site_name: no\n"), "server.site_name", "a boolean and not a text", "in quotes"},
      {server("  site_name: 12:30:45\n"), "server.site_name", "a number and not a text", "in quotes"},
      {server("  site_name: \"\"\n"), "server.site_name", "is empty", "Lanyard"},
      {server("  site_name: \" x\"\n"), "server.site_name", "white space", "Remove"},
      {server("  site_name: \"a\\tb\"\n"), "server.site_name", "control character", "one line"},
      {server("  trusted_proxies: 10.1.0.7\n"), "server.trusted_proxies", "not a list", "[10.1.0.7]"},
      {provider("    scopes: [openid, {a: b}]\n"), "providers[0].scopes[1]", "not a text", "text"},
      {admission("      allowed_users: [alice, 007]\n"), "providers[0].admission.allowed_users[1]",
       "a number", "in quotes"},
      {admission("      allowed_users: [\"\"]\n"), "providers[0].admission.allowed_users[0]", "is empty",
       "Remove"},
      {admission("      username_map: [a]\n"), "providers[0].admission.username_map", "not a mapping",
       "{name: value}"},
      {admission("      username_map: {a: b, a: c}\n"), "providers[0].admission.username_map.a",
       "written twice", "Remove"},
      {admission("      new_accounts: maybe\n"), "providers[0].admission.new_accounts",
       "not one of its values", "pending, approved, active, refused"},
      {provider("    kind: saml\n"), "providers[0].kind", "not one of its values", "oidc"},
      {issuer("    profile: jwt\n"), "issuers[0].profile", "not one of its values", "rfc9068, wlcg, any"},
      {server("  secret_key: [a]\n"), "server.secret_key", "is a list", "one value"},
  });
}

TEST(ConfigFaults, attack_105_names_of_other_systems_do_not_open_the_door) {
  expect_rows({
      {admission("      whitelist: [alice]\n"), "providers[0].admission.whitelist", "not a key",
       "`allowed_users`"},
      {admission("      blacklist: [mallory]\n"), "providers[0].admission.blacklist", "not a key",
       "`blocked_users`"},
      {admission("      alowed_users: [alice]\n"), "providers[0].admission.alowed_users", "not a key",
       "`allowed_users`"},
      {admission("      allowedUsers: [alice]\n"), "providers[0].admission.allowedUsers", "not a key",
       "`allowed_users`"},
      {admission("      allowed-users: [alice]\n"), "providers[0].admission.allowed-users", "not a key",
       "`allowed_users`"},
      {admission("      group_whitelist: [x]\n"), "providers[0].admission.group_whitelist", "not a key",
       "`allowed_groups`"},
      {admission("      admins: [alice]\n"), "providers[0].admission.admins", "not a key", "`admin_users`"},
      {provider("    allowed_users: [alice]\n"), "providers[0].allowed_users", "not a key",
       "`admission.allowed_users`"},
      {provider("    whitelist: [alice]\n"), "providers[0].whitelist", "not a key",
       "`admission.allowed_users`"},
      {more("auth:\n  allowed_users: [alice]\n"), "auth.allowed_users", "not a key",
       "`providers[].admission.allowed_users`"},
      {more("whitelist: [alice]\n"), "whitelist", "not a key", "admission.allowed_users`"},
      {provider("    oauth_callback_url: https://x.example\n"), "providers[0].oauth_callback_url",
       "not a key", "makes this address itself"},
      {provider("    clientSecret: x\n"), "providers[0].clientSecret", "not a key", "`client_secret`"},
      {provider("    token_url: https://x.example\n"), "providers[0].token_url", "not a key",
       "metadata of the issuer"},
      {provider("    verify_ssl: false\n"), "providers[0].verify_ssl", "not a key", "always checked"},
      {server("  bind: 0.0.0.0:80\n"), "server.bind", "not a key", "`listen`"},
      {server("  connections: 5\n"), "server.connections", "not a key", "`database.connections`"},
      {server("  zzzzzzzzzz: 5\n"), "server.zzzzzzzzzz", "not a key", "Known here: public_url"},
      {more("database_url: x\n"), "database_url", "not a key", "`database.url`"},
      {more("auth:\n  session_life_time: 1h\n"), "auth.session_life_time", "not a key", ""},
  });
  // The other spelling is no way to an empty allow list either: the right name works.
  const auto loaded = require_loaded(read_text(admission("      allowed_users: [alice]\n")));
  EXPECT_EQ(loaded.config.providers[0].admission.allowed_users, std::vector<std::string>{"alice"});
}

TEST(ConfigFaults, attack_161_a_trusted_proxy_that_is_everybody) {
  expect_rows({
      {server("  trusted_proxies: [0.0.0.0/0]\n"), "server.trusted_proxies[0]", "contains everything",
       "10.1.0.7"},
      {server("  trusted_proxies: [\"::/0\"]\n"), "server.trusted_proxies[0]", "contains everything",
       "addresses"},
      {server("  trusted_proxies: [127.0.0.1, 0.0.0.0/1]\n"), "server.trusted_proxies[1]",
       "contains everything", ""},
      {server("  trusted_proxies: [128.0.0.0/1]\n"), "server.trusted_proxies[0]", "contains everything", ""},
      {server("  trusted_proxies: [\"*\"]\n"), "server.trusted_proxies[0]", "everybody", "10.1.0.0/16"},
      {server("  trusted_proxies: [all]\n"), "server.trusted_proxies[0]", "everybody", ""},
      {server("  trusted_proxies: [\"::ffff:0:0/96\"]\n"), "server.trusted_proxies[0]", "IPv4 inside IPv6",
       "IPv4"},
      {server("  trusted_proxies: [\"::/64\"]\n"), "server.trusted_proxies[0]", "IPv4 inside IPv6", "IPv4"},
      {server("  trusted_proxies: [10.1.2.3/8]\n"), "server.trusted_proxies[0]", "bits behind", "10.0.0.0/8"},
      {server("  trusted_proxies: [10.0.0.0/33]\n"), "server.trusted_proxies[0]", "prefix", "8 to 32"},
      {server("  trusted_proxies: [10.0.0.0/08]\n"), "server.trusted_proxies[0]", "prefix", ""},
      {server("  trusted_proxies: [10.0.0.0/]\n"), "server.trusted_proxies[0]", "prefix", ""},
      {server("  trusted_proxies: [proxy.example.org]\n"), "server.trusted_proxies[0]", "not an address",
       "names are not looked up"},
      {server("  trusted_proxies: [10.1]\n"), "server.trusted_proxies[0]", "a number", "quotes"},
      {server("  trusted_proxies: [010.0.0.1]\n"), "server.trusted_proxies[0]", "not an address", ""},
  });
  require_loaded(read_text(
      server("  trusted_proxies: [127.0.0.1, 10.0.0.0/8, \"fd00::/8\", \"::1\", 2001:db8::/32]\n")));
}

TEST(ConfigFaults, attack_161_http_where_https_must_be) {
  expect_rows({
      {"server:\n  public_url: http://id.example.org\ndatabase:\n  url: \"sqlite::memory:\"\n",
       "server.public_url", "not protected", "https://id.example.org"},
      {provider("    issuer: http://sso.example.org\n"), "providers[0].issuer", "over https alone",
       "https://sso.example.org"},
      {provider("    issuer: http://sso.example.org\n    allow_loopback: true\n"), "providers[0].issuer",
       "over https alone", "https"},
      {issuer("    issuer: http://iss.example.org\n"), "issuers[0].issuer", "over https alone", "https"},
      {issuer("    issuer: http://127.0.0.1:9000\n"), "issuers[0].issuer", "this machine",
       "allow_loopback: true in issuers[0]"},
      {gate("").replace(gate("").find("https://wiki"), 5, "http"), "clients[0].origin", "not protected",
       "https://wiki.example.org"},
  });
  require_loaded(read_text(provider("    issuer: http://127.0.0.1:9000\n    allow_loopback: true\n")));
  require_loaded(
      read_text("server:\n  public_url: http://localhost:8080\ndatabase:\n  url: \"sqlite::memory:\"\n"));
}

TEST(ConfigFaults, the_server_and_its_database) {
  const std::string memory = "database:\n  url: \"sqlite::memory:\"\n";
  expect_rows({
      {"server:\n  listen: 127.0.0.1:1\n" + memory, "server.public_url", "is missing",
       "public_url: https://id.example.org"},
      {"server:\n  public_url: \"\"\n" + memory, "server.public_url", "is empty", "Write a value"},
      {"server:\n  public_url: id.example.org\n" + memory, "server.public_url", "not a URL",
       "https://id.example.org"},
      {"server:\n  public_url: https://id.example.org/\n" + memory, "server.public_url", "more than scheme",
       "Write https://id.example.org."},
      {"server:\n  public_url: https://id.example.org:443\n" + memory, "server.public_url", "own form",
       "Write https://id.example.org."},
      {"server:\n  public_url: https://me:pw@id.example.org\n" + memory, "server.public_url", "not a URL",
       ""},
      {server("  listen: \"8080\"\n"), "server.listen", "not an address and a port", "127.0.0.1:8080"},
      {server("  listen: \":8080\"\n"), "server.listen", "not an address", "0.0.0.0:8080 or \"[::]:8080\""},
      {server("  listen: localhost:8080\n"), "server.listen", "not an address", "and not a name"},
      {server("  listen: 127.0.0.1:70000\n"), "server.listen", "not an address", "65535"},
      {server("  listen: \"::1:8080\"\n"), "server.listen", "not an address", "brackets"},
      {server("  operations_listen: 127.0.0.1:8080\n"), "server.operations_listen", "same as server.listen",
       "port of its own"},
      {server("  operations_listen: everywhere\n"), "server.operations_listen", "not an address",
       "127.0.0.1:8080"},
      {server("  tls_certificate: /dev/null\n"), "server.tls_certificate", "not a regular file", ""},
      {server("  client_certificates: ask\n"), "server.client_certificates", "does not speak TLS itself",
       "server.client_certificate_header"},
      {server("  client_certificates: maybe\n"), "server.client_certificates", "maybe", "ask"},
      {server("  client_certificate_header: \"X Cert\"\n  trusted_proxies: [127.0.0.1]\n"),
       "server.client_certificate_header", "not a header's name", "X-Client-Certificate"},
      {server("  client_certificate_header: X-Client-Certificate\n"), "server.client_certificate_header",
       "no proxy is trusted", "server.trusted_proxies"},
      {server("  client_certificate_ca_file: /nowhere.pem\n"), "server.client_certificate_ca_file",
       "No such file", ""},
      {server("  client_certificate_url: https://mtls.example.org\n"), "server.client_certificate_url",
       "nobody asks", "client_certificate_listen"},
      {server(
           "  client_certificate_listen: 0.0.0.0:8444\n  client_certificate_url: https://mtls.example.org\n"),
       "server.client_certificate_listen", "does not speak TLS itself", "tls_certificate"},
      {server("  support: nobody\n"), "server.support", "neither an e-mail address nor a URL", "help@"},
      {"server:\n  public_url: https://id.example.org\n", "server.secret_key", "is missing",
       "openssl rand -base64 32"},
      {"server:\n  public_url: https://id.example.org\n  secret_key: \"\"\n", "server.secret_key",
       "is missing", "secret_key_file"},
      {server("  secret_key: a\n  secret_key_file: b\n"), "server.secret_key_file", "twice",
       "secret_key_file"},
      {server("  secret_key_file: \"\"\n"), "server.secret_key_file", "is empty", "name of a file"},
      {"server:\n  public_url: https://id.example.org\ndatabase:\n  url: mysql://x\n", "database.url",
       "\"mysql\"", "postgresql://user@host/name"},
  });
}

TEST(ConfigFaults, database_urls) {
  const auto with_url = [](const std::string& url) {
    return "server:\n  public_url: https://id.example.org\n  secret_key: k\ndatabase:\n  url: " + url + "\n";
  };
  expect_rows({
      {with_url("postgresql://lanyard:hunter2@db/lanyard"), "database.url", "contains a password",
       "database.password_file"},
      {with_url("\"postgresql://db/lanyard?password=hunter2\""), "database.url", "contains a password",
       "change it"},
      {with_url("postgres://db/lanyard"), "database.url", "postgres://", "postgresql://"},
      {with_url("sqlite://relative.db"), "database.url", "not a database", "sqlite:///"},
      {with_url("sqlite:///"), "database.url", "does not name a file", "lanyard.db"},
      {with_url("\"sqlite:///x.db?mode=ro\""), "database.url", "does not name a file", ""},
      {with_url("sqlite:///x.db\n  password: p"), "database.password", "SQLite has no password", "Remove"},
      {with_url("sqlite:///x.db\n  connections: 0"), "database.connections", "out of range", "from 1 to 256"},
  });
  EXPECT_EQ(describe(read_text(with_url("postgresql://lanyard:hunter2@db/lanyard")).faults).find("hunter2"),
            std::string::npos);
  require_loaded(read_text(
      with_url("postgresql://lanyard@db.example.org:5433/lanyard?sslmode=verify-full\n  password: p")));
}

TEST(ConfigFaults, authentication) {
  expect_rows({
      {more("auth:\n  admin_email: admin\n"), "auth.admin_email", "not an e-mail address",
       "name@example.org"},
      {more("auth:\n  admin_email: \"a b@example.org\"\n"), "auth.admin_email", "not an e-mail address", ""},
      {more("auth:\n  session_idle: 24h\n"), "auth.session_idle", "longer than auth.session_life",
       "at most 12h"},
      {more("auth:\n  session_life: 10m\n  session_idle: 5m\n"), "auth.fresh_for",
       "longer than auth.session_life", "at most 10m"},
      {more("auth:\n  default_issuer: nobody\n"), "auth.default_issuer", "not the id of", "Configure"},
      {provider("auth:\n  default_issuer: other\n"), "auth.default_issuer", "not the id of",
       "Write one of: idp"},
      {more("auth: {browser_login: false, bearer_tokens: false, api_tokens: false}\n"), "auth.enabled",
       "nobody could come in", "Turn one"},
      {more("auth:\n  default_users_file: /nonexistent/users.json\n")
           .append("providers: [{id: a, issuer: \"https://a.example\", client_id: c}]\n"),
       "auth.default_users_file", "No such file", "Make the file"},
  });
  const test::Folder folder;
  const std::string users = folder.write("users.json", "[]");
  const ConfigOutcome outcome = read_text(more("auth:\n  default_users_file: " + users +
                                               "\nproviders:\n"
                                               "  - {id: a, issuer: \"https://a.example\", client_id: c}\n"
                                               "  - {id: b, issuer: \"https://b.example\", client_id: c}\n"));
  ASSERT_NE(find_fault(outcome, "auth.default_issuer"), nullptr) << describe(outcome.faults);
  EXPECT_NE(find_fault(outcome, "auth.default_issuer")->remedy.find("a, b"), std::string::npos);
}

TEST(ConfigFaults, providers_and_issuers) {
  const std::string two = "providers:\n  - {id: a, issuer: \"https://a.example\", client_id: c}\n";
  expect_rows({
      {more("providers:\n  - id: a\n    issuer: https://a.example\n"), "providers[0].client_id", "is missing",
       "client_id:"},
      {more("issuers:\n  - id: a\n    issuer: https://a.example\n"), "issuers[0].audiences", "is missing",
       "audiences: ["},
      {more(two + "  - {id: a, issuer: \"https://b.example\", client_id: c}\n"), "providers[1].id",
       "providers[0] has already", "its own id"},
      {more("providers:\n  - {id: My_Idp, issuer: \"https://b.example\", client_id: c}\n"), "providers[0].id",
       "not an id", "lower-case"},
      {more("providers:\n  - {id: a--b, issuer: \"https://b.example\", client_id: c}\n"), "providers[0].id",
       "not an id", "single hyphens"},
      {more(two + "issuers:\n  - {id: a, issuer: \"https://other.example\", audiences: [me]}\n"),
       "issuers[0].id", "provider with another issuer URL", "another id"},
      {issuer("    audiences: [me]\n  - {id: two, issuer: \"https://iss.example.org\", audiences: [me]}\n"),
       "issuers[1].issuer", "issuers[0] has already", "one entry"},
      {provider("    issuer: sso.example.org\n"), "providers[0].issuer", "not the URL of an issuer",
       "https://"},
      {provider("    issuer: https://sso.example.org/.well-known/openid-configuration\n"),
       "providers[0].issuer", "metadata", "Write https://sso.example.org."},
      {provider("    algorithms: [HS256]\n"), "providers[0].algorithms[0]", "not one of its values", "EdDSA"},
      {provider("    algorithms: [none]\n"), "providers[0].algorithms[0]", "not one of its values", "RS256"},
      {provider("    algorithms: []\n"), "providers[0].algorithms", "empty list", "at least one"},
      {issuer("    algorithms: [rs256]\n"), "issuers[0].algorithms[0]", "not one of its values", "RS256"},
      {provider("    scopes: [profile]\n"), "providers[0].scopes", "does not contain openid", "Add openid"},
      {provider("    scopes: [openid profile]\n"), "providers[0].scopes[0]", "not one scope",
       "entry of its own"},
      {provider("    authorize_parameters: {state: x}\n"), "providers[0].authorize_parameters.state",
       "the protocol itself", "Remove"},
      {provider("    private_networks: [0.0.0.0/0]\n"), "providers[0].private_networks[0]",
       "contains everything", ""},
      {provider("    ca_file: /nonexistent/ca.pem\n"), "providers[0].ca_file", "No such file",
       "Make the file"},
      {issuer("    audiences: []\n"), "issuers[0].audiences", "empty list", "server.public_url"},
      {issuer("    required_scope: a b\n"), "issuers[0].required_scope", "not one scope", "one scope"},
      {issuer("    keys_refresh: 48h\n"), "issuers[0].keys_expire", "not longer than keys_refresh",
       "more than 2d"},
      {issuer("    keys_cool_down: 12h\n"), "issuers[0].keys_cool_down", "longer than keys_refresh",
       "at most 6h"},
      {issuer("    skew: 1h\n"), "issuers[0].skew", "out of range", "10m"},
      {issuer("    any_audience: true\n    profile: rfc9068\n"), "issuers[0].any_audience", "RFC 9068",
       "wlcg"},
  });
  // One source can be both, under one id.
  require_loaded(
      read_text(more(two + "issuers:\n  - {id: a, issuer: \"https://a.example\", audiences: [me]}\n")));
}

TEST(ConfigFaults, admission_rules) {
  const std::string at = "providers[0].admission.";
  expect_rows({
      {admission("      username_pattern: \"[a-z\"\n"), at + "username_pattern", "not a regular expression",
       "brackets"},
      {admission("      username_pattern: '(a)\\1'\n"), at + "username_pattern", "not a regular expression",
       "back-reference"},
      {admission("      username_pattern: \"((a{100}){100}){100}\"\n"), at + "username_pattern",
       "not a regular expression", "smaller counts"},
      {admission("      username_pattern: \"" + std::string(600, 'a') + "\"\n"), at + "username_pattern",
       "500 bytes", "allowed_groups"},
      {admission("      identity_provider: [\"@example.org\"]\n"), at + "identity_provider[0]", "with an @",
       "Write example.org"},
      {admission("      identity_provider: [\"*.example.org\"]\n"), at + "identity_provider[0]",
       "not a domain", "no wildcards"},
      {admission("      identity_provider: [https://example.org]\n"), at + "identity_provider[0]",
       "not a domain", ""},
      {admission("      username_map: {Alice: alice}\n"), at + "username_map.Alice", "capital letters",
       "Write alice"},
      {admission("      username_map: {alice: \"\"}\n"), at + "username_map.alice", "empty name", ""},
      {admission("      allowed_groups: [staff]\n"), at + "allowed_groups", "no groups are taken",
       "groups_claim"},
  });
}

TEST(ConfigFaults, clients_and_the_gate) {
  expect_rows({
      {more("clients:\n  - id: wiki\n"), "clients[0].origin", "is missing", "origin: https://"},
      {more("clients:\n  - {id: wiki, origin: \"https://wiki.example.org/start\"}\n"), "clients[0].origin",
       "more than scheme", "Write https://wiki.example.org."},
      {more("clients:\n  - {id: wiki, origin: \"https://id.example.org\"}\n"), "clients[0].origin",
       "Lanyard's own address", "application"},
      {gate("  - {id: wiki, origin: \"https://b.example.org\"}\n"), "clients[1].id", "clients[0] has already",
       "its own id"},
      {route("{client: blog, path: /a}"), "gate.routes[0].client", "not the id of a client",
       "Write one of: wiki"},
      {route("{path: a/}"), "gate.routes[0].path", "does not begin with a slash", "Write /a/"},
      {route("{path: /a/*}"), "gate.routes[0].path", "no wildcards", "/files/"},
      {route("{path: \"/a/../b\"}"), "gate.routes[0].path", "plain form", "/../"},
      {route("{path: \"/a?b\"}"), "gate.routes[0].path", "plain form", "without query"},
      {route("{path: \"/a%2Fb\"}"), "gate.routes[0].path", "plain form", "decoded"},
      {route("{path: \"//a\"}"), "gate.routes[0].path", "plain form", "//"},
      {route("{path: /a}\n    - {path: /a}"), "gate.routes[1].path", "a rule already", "one rule"},
      {route("{path: /a, public_page: true, groups: [x]}"), "gate.routes[0].public_page", "together with",
       "asks nobody"},
  });
}

TEST(ConfigFaults, a_fault_at_a_default_points_at_the_file) {
  const ConfigOutcome outcome = read_text(more("journal:\n  poll: 2s\n"));
  ASSERT_NE(find_fault(outcome, "gate.stale_limit"), nullptr);
  EXPECT_EQ(find_fault(outcome, "gate.stale_limit")->where, "lanyard.yaml");
  EXPECT_NE(find_fault(outcome, "gate.stale_limit")->what.find("not longer than journal.poll"),
            std::string::npos);
}

bool warns(const ConfigOutcome& outcome, std::string_view words) {
  for (const std::string& one : require_loaded(outcome).warnings) {
    if (one.find(words) != std::string::npos) return true;
  }
  return false;
}

TEST(ConfigFaults, what_is_allowed_but_dangerous_is_said_loudly) {
  EXPECT_TRUE(warns(read_text(more("auth:\n  enabled: false\n")), "AUTHENTICATION IS OFF"));
  EXPECT_FALSE(warns(read_text(more("")), "AUTHENTICATION IS OFF"));
  EXPECT_TRUE(warns(read_text(more("")), "nobody can sign in with a browser"));
  EXPECT_FALSE(warns(read_text(provider("")), "nobody can sign in with a browser"));
  EXPECT_TRUE(warns(read_text(server("  operations_listen: 0.0.0.0:9464\n")), "metrics"));
  EXPECT_TRUE(warns(read_text(more("")), "trusted_proxies is empty"));
  EXPECT_FALSE(warns(read_text(server("  trusted_proxies: [127.0.0.1]\n")), "trusted_proxies is empty"));
  EXPECT_TRUE(warns(read_text(admission("      new_accounts: active\n")), "without a decision"));
  EXPECT_FALSE(
      warns(read_text(admission("      new_accounts: active\n      identity_provider: [example.org]\n")),
            "without a decision"));
  EXPECT_TRUE(warns(read_text(admission("      blocked_users: [a]\n      allowed_users: [a]\n")),
                    "blocked_users wins"));
}

}  // namespace
}  // namespace lanyard::app
