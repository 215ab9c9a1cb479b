// lanyard client …
#include <iostream>

#include "base/secret.h"
#include "base/text.h"
#include "base/time.h"
#include "cli/counterparts.h"
#include "cli/secret_way.h"
#include "cli/show.h"
#include "cli/table.h"

namespace lanyard::cli {
namespace {

std::vector<terminal::Column> columns() {
  return {{"ID", "client_id"},    {"KIND", "kind"},     {"NAME", "client_name"},
          {"ENABLED", "enabled"}, {"SOURCE", "source"}, {"AUTH", "token_endpoint_auth_method"},
          {"PROFILE", "profile"}};
}

int print_client(const terminal::Given& given, const json::Object& client) {
  if (given.has("quiet") && !given.has("json")) {
    std::cout << text_of(client, "client_id") << "\n";
    return 0;
  }
  std::vector<std::pair<std::string, std::string>> lines;
  for (const json::Member& member : client) {
    if (member.value.is_null()) continue;
    if (member.value.as_array() != nullptr && member.value.as_array()->empty()) continue;
    const bool is_keys = member.name == "jwks";
    lines.emplace_back(member.name, is_keys ? "given" : terminal::cell(member.value));
  }
  return print_one(given, client, lines);
}

// Takes the secret out of an answer and brings it where it shall go.
Result<Secret> take_secret(json::Object& object) {
  Secret secret(text_of(object, "client_secret"));
  object.erase("client_secret");
  return secret;
}

int deliver(const terminal::Given& given, SecretWay& way, const Secret& secret, json::Object& shown) {
  if (secret.empty()) return 0;
  if (!way.prints()) {
    const Status written = way.write(
        secret, "The client has one that nobody knows: lanyard client rotate-secret gives it another.");
    if (!written.ok()) return terminal::fail(written.error());
    std::cerr << "the secret is in " << terminal::harmless(way.file()) << "\n";
    return 0;
  }
  std::cerr << "the secret is shown this once:\n";
  if (given.has("json")) {
    shown.set("client_secret", secret.reveal());
  } else {
    std::cout << "client_secret  " << secret.reveal() << "\n";
  }
  return 0;
}

// "--redirect-uri A --redirect-uri B" as a member.
void set_list(json::Object& body, const terminal::Given& given, std::string_view flag,
              std::string_view member) {
  const std::vector<std::string> values = given.values(flag);
  if (values.empty()) return;
  json::Array array;
  for (const std::string& value : values) array.emplace_back(value);
  body.set(std::string(member), std::move(array));
}

void set_text(json::Object& body, const terminal::Given& given, std::string_view flag,
              std::string_view member) {
  if (given.has(flag)) body.set(std::string(member), given.value_or(flag, ""));
}

// What was said on the command line stands over what --for brings.
void take_flags(json::Object& body, const terminal::Given& given) {
  set_text(body, given, "title", "client_name");
  set_text(body, given, "scope", "scope");
  set_text(body, given, "auth", "token_endpoint_auth_method");
  set_text(body, given, "profile", "profile");
  set_list(body, given, "redirect-uri", "redirect_uris");
  set_list(body, given, "grant", "grant_types");
  set_list(body, given, "audience", "audiences");
  if (given.has("trusted")) body.set("trusted", true);
}

bool has_secret(const json::Object& body) {
  const std::string method = text_of(body, "token_endpoint_auth_method");
  return method.empty() || method.starts_with("client_secret");
}

std::string without_slash(std::string text) {
  while (text.ends_with('/')) text.pop_back();
  return text;
}

Result<Duration> overlap_of(const terminal::Given& given) {
  return parse_duration(given.value_or("overlap", "24h"));
}

}  // namespace

int client_list(const terminal::Given& given) {
  auto api = Api::open(given);
  if (!api.ok()) return terminal::fail(api.error());
  const auto items = all_items(**api, "/clients", {}, 100'000);
  if (!items.ok()) return failed(**api, items.error());
  if (!given.has("quiet") || given.has("json")) return print_list(given, *items, columns());
  for (const json::Value& item : *items)
    if (item.as_object() != nullptr) std::cout << text_of(*item.as_object(), "client_id") << "\n";
  return 0;
}

int client_show(const terminal::Given& given) {
  auto api = Api::open(given);
  if (!api.ok()) return terminal::fail(api.error());
  const auto answer = (*api)->get(cat("/clients/", segment(given.argument(0))));
  if (!answer.ok()) return failed(**api, answer.error());
  return print_client(given, answer->object);
}

int client_create(const terminal::Given& given) {
  auto api = Api::open(given);
  if (!api.ok()) return terminal::fail(api.error());
  Wanted wanted;
  wanted.name = given.argument(0);
  wanted.url = given.value_or("url", "");
  wanted.virtual_organisation = given.value_or("vo", "");
  wanted.issuer = without_slash(given.value_or("issuer", (*api)->server()));

  const Counterpart* counterpart = nullptr;
  json::Object body{{"client_id", wanted.name}, {"client_name", wanted.name}};
  if (given.has("for")) {
    const auto found = find_counterpart(given.value_or("for", ""));
    if (!found.ok()) return terminal::fail(found.error());
    counterpart = *found;
    if (const Status right = check_wanted(*counterpart, wanted); !right.ok())
      return terminal::fail(right.error());
    if (counterpart->client == nullptr) {  // nothing is made
      std::cout << counterpart->configuration(wanted);
      return 0;
    }
    body = counterpart->client(wanted);
  } else if (given.has("url") || given.has("vo")) {
    return terminal::fail(make_error(Code::invalid, "--url and --vo belong to --for.",
                                     "Say --redirect-uri and what else the client needs."));
  }
  take_flags(body, given);

  std::optional<SecretWay> way;
  if (has_secret(body)) {
    auto chosen = SecretWay::choose(given);
    if (!chosen.ok()) return terminal::fail(chosen.error());
    way.emplace(std::move(*chosen));
  }
  auto answer = (*api)->post("/clients", body);
  if (!answer.ok()) return failed(**api, answer.error());
  const auto secret = take_secret(answer->object);
  if (!secret.ok()) return terminal::fail(secret.error());
  json::Object& made = answer->object;
  if (!given.has("json")) std::cerr << "made: " << terminal::harmless(text_of(made, "client_id")) << "\n";
  if (way) {
    if (const int exit = deliver(given, *way, *secret, made); exit != 0) return exit;
  }
  if (counterpart == nullptr || given.has("json")) return print_client(given, made);
  wanted.name = text_of(made, "client_id");
  std::cout << counterpart->configuration(wanted);
  return 0;
}

int client_delete(const terminal::Given& given) {
  auto api = Api::open(given);
  if (!api.ok()) return terminal::fail(api.error());
  const std::string id = given.argument(0);
  if (!given.has("yes")) {
    const auto sure =
        terminal::confirm(cat("Delete the client ", id, "? Nobody can sign in to it any more."));
    if (!sure.ok()) return terminal::fail(sure.error());
    if (!*sure) return static_cast<int>(terminal::Exit::failed);
  }
  const auto answer = (*api)->post(cat("/clients/", segment(id)), {}, "DELETE");
  if (!answer.ok()) return failed(**api, answer.error());
  std::cerr << "deleted: " << terminal::harmless(id) << "\n";
  return 0;
}

int client_rotate_secret(const terminal::Given& given) {
  auto api = Api::open(given);
  if (!api.ok()) return terminal::fail(api.error());
  const auto overlap = overlap_of(given);
  if (!overlap.ok()) return terminal::fail(overlap.error());
  auto way = SecretWay::choose(given);
  if (!way.ok()) return terminal::fail(way.error());
  const std::int64_t seconds = std::chrono::duration_cast<std::chrono::seconds>(*overlap).count();
  auto answer = (*api)->post(cat("/clients/", segment(given.argument(0)), "/secret"),
                             json::Object{{"overlap_seconds", seconds}});
  if (!answer.ok()) return failed(**api, answer.error());
  const auto secret = take_secret(answer->object);
  if (!secret.ok()) return terminal::fail(secret.error());
  if (const int exit = deliver(given, *way, *secret, answer->object); exit != 0) return exit;
  std::cerr << "the former one is good until " << text_of(answer->object, "former_until") << "\n";
  if (given.has("json")) return print_one(given, answer->object, {});
  return 0;
}

}  // namespace lanyard::cli
