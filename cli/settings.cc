#include "cli/settings.h"

#include <algorithm>
#include <array>
#include <fstream>
#include <sstream>

#include "base/text.h"
#include "lib/issuer.h"

namespace lanyard::cli {
namespace {

constexpr std::array<std::string_view, 6> kTokens{"token",         "bearer_token", "access_token",
                                                  "refresh_token", "api_token",    "password"};

std::string unquoted(std::string_view value) {
  value = trim(value);
  if (value.size() >= 2 && (value.front() == '"' || value.front() == '\'') && value.back() == value.front()) {
    return std::string(value.substr(1, value.size() - 2));
  }
  const std::size_t comment = value.find(" #");
  return std::string(trim(value.substr(0, comment)));
}

std::string config_path(const lib::Environment& environment) {
  const auto variable = [&](std::string_view name) {
    const auto found = environment.find(name);
    return found == environment.end() ? std::string() : found->second;
  };
  if (const std::string folder = variable("XDG_CONFIG_HOME"); !folder.empty())
    return folder + "/lanyard/config.yaml";
  if (const std::string home = variable("HOME"); !home.empty()) return home + "/.config/lanyard/config.yaml";
  return "";
}

}  // namespace

Result<Settings> parse_settings(std::string_view file_name, std::string_view text) {
  Settings settings;
  std::int64_t number = 0;
  for (std::string_view line : split(text, '\n')) {
    ++number;
    line = trim(line);
    if (line.empty() || line.starts_with('#')) continue;
    const std::string where = cat(file_name, ":", number);
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos)
      return make_error(Code::invalid, cat(where, ": this is not \"key: value\"."));
    const std::string key(trim(line.substr(0, colon)));
    if (std::ranges::find(kTokens, key) != kTokens.end()) {
      return make_error(Code::invalid, cat(where, ": a token does not belong into a configuration file."),
                        "Write it alone into a file with mode 0600 and name that file as token_file, or set "
                        "BEARER_TOKEN_FILE.");
    }
    const std::string value = unquoted(line.substr(colon + 1));
    std::string* target = key == "server"       ? &settings.server
                          : key == "token_file" ? &settings.token_file
                          : key == "ca_file"    ? &settings.ca_file
                                                : nullptr;
    if (target == nullptr)
      return make_error(Code::invalid, cat(where, ": \"", key, "\" is not known."),
                        "Known are server, token_file and ca_file.");
    if (!target->empty()) return make_error(Code::invalid, cat(where, ": \"", key, "\" stands there twice."));
    *target = value;
  }
  return settings;
}

Result<Settings> read_settings(const terminal::Given& given, const lib::Environment& environment) {
  Settings settings;
  const std::string path = config_path(environment);
  if (std::ifstream file(path); !path.empty() && file) {
    std::ostringstream text;
    text << file.rdbuf();
    LANYARD_TRY(settings, parse_settings(path, text.str()));
  }
  const auto server = environment.find("LANYARD_SERVER");
  if (server != environment.end() && !server->second.empty()) settings.server = server->second;
  if (given.has("server")) settings.server = given.value_or("server", "");
  if (given.has("token-file")) settings.token_file = given.value_or("token-file", "");
  while (settings.server.ends_with('/')) settings.server.pop_back();
  return settings;
}

Result<Settings> load_settings(const terminal::Given& given, const lib::Environment& environment) {
  LANYARD_TRY(Settings settings, read_settings(given, environment));
  if (settings.server.empty()) return no_server(environment);
  return settings;
}

Error no_server(const lib::Environment& environment) {
  const std::string path = config_path(environment);
  return make_error(Code::invalid, "It is not known which server to ask.",
                    cat("Say --server URL, set LANYARD_SERVER, or write \"server: URL\" into ",
                        path.empty() ? "~/.config/lanyard/config.yaml" : path, "."));
}

Result<net::Reach> reach_of(const Settings& settings) {
  return lib::reach_for(settings.server, settings.ca_file);
}

}  // namespace lanyard::cli
