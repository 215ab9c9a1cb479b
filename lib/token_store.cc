#include "lib/token_store.h"

#include "base/text.h"
#include "platform/crypto/digest.h"

namespace lanyard::lib {
namespace {

// Names of issuers hold what names of files may not; the digest also keeps two from meeting.
std::string name_of(std::string_view issuer, std::string_view organisation) {
  while (issuer.ends_with('/')) issuer.remove_suffix(1);
  return hex_encode(crypto::sha256_bytes(cat(issuer, "\n", organisation))).substr(0, 32) + ".json";
}

Error damaged(std::string_view what) {
  return make_error(Code::invalid, cat("A file of kept tokens is damaged: ", what),
                    "Run lanyard login again.");
}

}  // namespace

json::Object to_json(const Held& held) {
  json::Object object{{"issuer", held.issuer},
                      {"organisation", held.organisation},
                      {"client_id", held.client_id},
                      {"scope", held.scope},
                      {"audience", held.audience},
                      {"access_token", held.access_token.reveal()},
                      {"id_token", held.id_token.reveal()},
                      {"refresh_token", held.refresh_token.reveal()},
                      {"obtained_at", format_rfc3339(held.obtained_at)}};
  if (held.expires_at) object.set("expires_at", format_rfc3339(*held.expires_at));
  return object;
}

Result<Held> read_held(std::string_view text) {
  const auto object = json::parse_object(text);
  if (!object.ok()) return damaged(object.error().message);
  Held held;
  for (const auto& [name, target] : {std::pair<std::string_view, std::string*>{"issuer", &held.issuer},
                                     {"organisation", &held.organisation},
                                     {"client_id", &held.client_id},
                                     {"scope", &held.scope},
                                     {"audience", &held.audience}}) {
    const auto value = json::string_or(*object, name, "");
    if (!value.ok()) return damaged(value.error().message);
    *target = *value;
  }
  for (const auto& [name, target] : {std::pair<std::string_view, Secret*>{"access_token", &held.access_token},
                                     {"id_token", &held.id_token},
                                     {"refresh_token", &held.refresh_token}}) {
    auto value = json::string_or(*object, name, "");
    if (!value.ok()) return damaged(value.error().message);
    *target = Secret(std::move(*value));
  }
  const auto obtained = json::string_or(*object, "obtained_at", "");
  const auto expires = json::string_or(*object, "expires_at", "");
  if (!obtained.ok() || !expires.ok()) return damaged("a time is not a text");
  if (const auto time = parse_rfc3339(*obtained); time.ok()) held.obtained_at = *time;
  if (!expires->empty()) {
    const auto time = parse_rfc3339(*expires);
    if (!time.ok()) return damaged(time.error().message);
    held.expires_at = *time;
  }
  if (held.issuer.empty() || held.access_token.empty()) return damaged("issuer or token is missing");
  return held;
}

std::string state_folder(const Environment& environment) {
  const auto variable = [&](std::string_view name) {
    const auto found = environment.find(name);
    return found == environment.end() ? std::string() : found->second;
  };
  // A path that is not complete is to be ignored (XDG Base Directory Specification).
  if (const std::string state = variable("XDG_STATE_HOME"); state.starts_with('/')) return state + "/lanyard";
  if (const std::string home = variable("HOME"); home.starts_with('/')) return home + "/.local/state/lanyard";
  return "";
}

Result<TokenStore> TokenStore::open(const std::string& folder) {
  LANYARD_TRY(PrivateFolder opened, PrivateFolder::open(folder));
  return TokenStore(std::move(opened));
}

Result<std::optional<Held>> TokenStore::find(std::string_view issuer, std::string_view organisation) const {
  LANYARD_TRY(const auto text, folder_.read(name_of(issuer, organisation)));
  if (!text) return std::optional<Held>();
  LANYARD_TRY(Held held, read_held(text->reveal()));
  return std::optional<Held>(std::move(held));
}

Status TokenStore::keep(const Held& held) const {
  const Secret text(json::write(to_json(held)) + "\n");
  return folder_.write(name_of(held.issuer, held.organisation), text.reveal());
}

Result<bool> TokenStore::forget(std::string_view issuer, std::string_view organisation) const {
  return folder_.remove(name_of(issuer, organisation));
}

Result<std::vector<Held>> TokenStore::list() const {
  LANYARD_TRY(const auto names, folder_.names(".json"));
  std::vector<Held> out;
  for (const std::string& name : names) {
    LANYARD_TRY(const auto text, folder_.read(name));
    if (!text) continue;  // somebody signed out meanwhile
    LANYARD_TRY(Held held, read_held(text->reveal()));
    out.push_back(std::move(held));
  }
  return out;
}

Result<Lock> TokenStore::lock(std::string_view issuer, std::string_view organisation) const {
  return folder_.lock(name_of(issuer, organisation));
}

std::string TokenStore::path_of(std::string_view issuer, std::string_view organisation) const {
  return cat(folder_.path(), "/", name_of(issuer, organisation));
}

}  // namespace lanyard::lib
