// lanyard client test.
#include <unistd.h>

#include <algorithm>

#include "base/log.h"
#include "base/text.h"
#include "base/url.h"
#include "cli/api.h"
#include "cli/shelf.h"
#include "cli/show.h"
#include "cli/table.h"
#include "cli/trial.h"
#include "platform/terminal/output.h"

namespace lanyard::cli {
namespace {

constexpr std::string_view kDevice = "urn:ietf:params:oauth:grant-type:device_code";

std::vector<std::string> list_of(const json::Object& client, std::string_view name) {
  std::vector<std::string> all;
  const json::Value* value = client.find(name);
  if (value == nullptr || value->as_array() == nullptr) return all;
  for (const json::Value& one : *value->as_array())
    if (one.as_string() != nullptr) all.push_back(*one.as_string());
  return all;
}

bool flag_of(const json::Object& client, std::string_view name) {
  const json::Value* value = client.find(name);
  return value != nullptr && value->as_bool() != nullptr && *value->as_bool();
}

bool has(const std::vector<std::string>& list, std::string_view word) {
  return std::ranges::find(list, word) != list.end();
}

// Only literals have a free port; "localhost" is a name, and its port is the registered one (RFC 8252 section
// 8.3).
std::optional<Url> loopback(const std::string& uri) {
  const auto url = parse_url(uri);
  const bool is_here = url.ok() && url->scheme == "http" && (url->host == "127.0.0.1" || url->host == "::1");
  return is_here ? std::optional<Url>(*url) : std::nullopt;
}

Status check_testable(const json::Object& client) {
  const std::string id = text_of(client, "client_id");
  if (text_of(client, "kind") != "oauth")
    return make_error(
        Code::invalid, cat(id, " is an application behind the gate and does not sign anybody in."),
        "Open its own address in a browser; lanyard explain says why somebody was turned away.");
  if (!flag_of(client, "enabled"))
    return make_error(Code::invalid, cat(id, " is switched off."), "Set enabled to true through the API.");
  return {};
}

// The secret, where the client has one.
Result<lib::ClientProof> proof_of(const terminal::Given& given, const json::Object& client) {
  lib::ClientProof proof;
  proof.client_id = text_of(client, "client_id");
  const std::string method = text_of(client, "token_endpoint_auth_method");
  if (!method.starts_with("client_secret")) {
    if (!given.has("secret-file")) return proof;
    return make_error(Code::invalid, cat("This client has no secret: it proves itself by ", method, "."),
                      "Leave --secret-file away.");
  }
  proof.in_body = method == "client_secret_post";
  if (given.has("secret-file")) {
    LANYARD_TRY(proof.secret, lib::read_secret_file(given.value_or("secret-file", ""), ::geteuid()));
  } else {
    LANYARD_TRY(proof.secret, terminal::ask_secret(cat("Secret of ", proof.client_id),
                                                   "Say --secret-file FILE; a secret is never an argument."));
  }
  return proof;
}

struct Way {
  std::string redirect_uri;  // with the port that is listened on
  Receiver receiver;
};

Result<Way> way_back(const terminal::Given& given, const json::Object& client) {
  const std::vector<std::string> registered = list_of(client, "redirect_uris");
  Way way;
  way.redirect_uri = given.value_or("redirect-uri", "");
  if (way.redirect_uri.empty()) {
    const auto here =
        std::ranges::find_if(registered, [](const std::string& one) { return loopback(one).has_value(); });
    if (registered.empty())
      return make_error(Code::invalid, "The client has no redirect address.", "Make it with --redirect-uri.");
    way.redirect_uri = here != registered.end() ? *here : registered.front();
  }
  const auto url = loopback(way.redirect_uri);
  if (!url) return way;
  // A port that is named on the command line is meant; another one is the application's, which may be
  // running.
  const std::uint16_t port = given.has("redirect-uri") ? url->port : std::uint16_t{0};
  LANYARD_TRY(way.receiver, Receiver::listen(url->host, port));
  const std::string host = url->host == "::1" ? "[::1]" : url->host;
  way.redirect_uri =
      cat("http://", host, ":", way.receiver.port(), url->path, url->query ? cat("?", *url->query) : "");
  return way;
}

std::string describe(const json::Object& client) {
  return cat(text_of(client, "client_id"), ": ", text_of(client, "token_endpoint_auth_method"), ", profile ",
             text_of(client, "profile"), flag_of(client, "trusted") ? ", nobody is asked for consent" : "");
}

std::optional<Obtained> obtain(const terminal::Given& given, const json::Object& client, const Trial& trial) {
  const std::vector<std::string> grants = list_of(client, "grant_types");
  const bool by_code = has(grants, "authorization_code") && !given.has("device");
  if (by_code) {
    auto way = way_back(given, client);
    if (way.ok()) return sign_in_by_code(trial, way->redirect_uri, std::move(way->receiver));
    trial.findings.bad("request", way.error());
    return {};
  }
  if (has(grants, kDevice)) return sign_in_by_device(trial);
  if (has(grants, "client_credentials") && !given.has("device")) return ask_for_itself(trial);
  trial.findings.bad(
      "request", make_error(Code::invalid, cat("Its grant_types are ", join(grants, ", "), "."),
                            given.has("device") ? "The device flow is not among them; leave --device away."
                                                : "A sign-in needs authorization_code or device_code."));
  return {};
}

// The metadata and the keys, as the client's library will read them; false when there is no way on.
bool look_at_issuer(Trial& trial, const std::string& issuer) {
  auto metadata = lib::discover(trial.caller.client, trial.caller.reach, issuer, lib::Spelling::exact);
  if (!metadata.ok()) {
    trial.findings.bad(
        "metadata", metadata.error(),
        "The application needs the address that the server calls itself; say it with --issuer.");
    return false;
  }
  trial.metadata = std::move(*metadata);
  auto keys = lib::fetch_keys(trial.caller.client, trial.caller.reach, trial.metadata);
  if (!keys.ok()) {
    trial.findings.bad("metadata", keys.error());
    return false;
  }
  trial.keys = std::move(*keys);
  trial.findings.good("metadata", cat(trial.metadata.issuer, "; ", trial.keys.size(), " keys"));
  return true;
}

}  // namespace

int client_test(const terminal::Given& given) {
  const auto patience = parse_duration(given.value_or("wait", "10m"));
  if (!patience.ok()) return terminal::fail(patience.error());
  auto api = Api::open(given);
  if (!api.ok()) return terminal::fail(api.error());
  const auto answer = (*api)->get(cat("/clients/", segment(given.argument(0))));
  if (!answer.ok()) return failed(**api, answer.error());
  const json::Object& client = answer->object;
  if (const Status right = check_testable(client); !right.ok()) return terminal::fail(right.error());
  auto proof = proof_of(given, client);
  if (!proof.ok()) return terminal::fail(proof.error());
  const auto shelf = Shelf::open(given);
  if (!shelf.ok()) return terminal::fail(shelf.error());
  const std::string issuer = given.value_or("issuer", (*api)->server());
  auto caller = (*shelf)->caller(issuer);
  if (!caller.ok()) return terminal::fail(caller.error());

  Findings findings(given.has("json"));
  SystemRandom random;
  Trial trial{
      .caller = std::move(*caller), .proof = std::move(*proof), .random = random, .findings = findings};
  const std::string method = text_of(client, "token_endpoint_auth_method");
  trial.can_prove = method == "none" || method.starts_with("client_secret");
  if (flag_of(client, "dpop_bound_access_tokens") ||
      flag_of(client, "tls_client_certificate_bound_access_tokens"))
    trial.can_prove = false;
  trial.pushes = flag_of(client, "require_pushed_authorization_requests");
  trial.scope = given.value_or("scope", text_of(client, "scope"));
  trial.audience = given.value_or("audience", "");
  trial.patience = *patience;
  findings.good("client", describe(client));
  if (!look_at_issuer(trial, issuer)) return findings.exit();
  auto obtained = obtain(given, client, trial);
  if (obtained) look_at_tokens(trial, std::move(*obtained));
  return findings.exit();
}

}  // namespace lanyard::cli
