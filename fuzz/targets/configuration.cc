// The configuration: a file is right or has faults with place, words and remedy; no text changes on its way
// through YAML.
#include <algorithm>

#include "app/config_address.h"
#include "app/config_reader.h"
#include "app/config_values.h"
#include "app/config_yaml.h"
#include "base/text.h"
#include "base/url.h"
#include "fuzz/fuzz.h"

namespace lanyard::fuzz {
namespace {

std::size_t depth(const app::YamlNode& node) {
  std::size_t most = 0;
  for (const app::YamlNode& item : node.items) most = std::max(most, depth(item));
  for (const auto& [key, value] : node.members) most = std::max({most, depth(key), depth(value)});
  const bool nests = node.kind == app::YamlNode::Kind::list || node.kind == app::YamlNode::Kind::map;
  HOLDS(nests || (node.items.empty() && node.members.empty()));
  HOLDS(node.line >= 1 && node.column >= 1);
  return most + (nests ? 1 : 0);
}

void check_yaml(std::string_view text) {
  const app::YamlOutcome outcome = app::parse_yaml(text);
  for (const app::YamlFault& fault : outcome.faults)
    HOLDS(fault.line >= 1 && !fault.what.empty() && !fault.remedy.empty());
  if (outcome.faults.empty()) HOLDS(depth(outcome.root) <= 32);
}

void check_quoting(std::string_view text) {
  if (!is_utf8(text) || has_control(text) || text.empty()) return;
  const app::YamlOutcome outcome = app::parse_yaml(cat("key: ", app::quote_yaml(text), "\n"));
  HOLDS(outcome.faults.empty() && outcome.root.members.size() == 1);
  HOLDS(outcome.root.members.front().second.text == text);
}

void check_loaded(const app::LoadedConfig& loaded) {
  const app::Config& config = loaded.config;
  HOLDS(parse_origin(config.server.public_url).ok());
  HOLDS(app::parse_listen(config.server.listen).ok());
  for (const std::string& network : config.server.trusted_proxies)
    HOLDS(network == "unix" || app::check_network(network).ok());
  for (const app::ProviderConfig& provider : config.providers) HOLDS(parse_url(provider.issuer).ok());
  for (const app::ClientConfig& client : config.clients) HOLDS(!client.id.empty());
  for (const app::ConfigValue& value : loaded.values) HOLDS(!value.key.empty() && !value.source.empty());
}

}  // namespace

void configuration(std::string_view input) {
  check_yaml(input);
  check_quoting(input);
  // A file that names other files would have them read: not here, where anything may be named.
  if (input.find("file") != std::string_view::npos || input.find("tls_") != std::string_view::npos) return;
  app::ConfigInput file;
  file.file_name = "lanyard.yaml";
  file.text = input;
  file.environment = {{"LANYARD_SERVER__PUBLIC_URL", "https://id.example.org"},
                      {"LANYARD_DATABASE__URL", "sqlite::memory:"}};
  const app::ConfigOutcome outcome = app::read_config(file);
  HOLDS(outcome.loaded.has_value() == outcome.faults.empty());
  for (const app::ConfigFault& fault : outcome.faults) {
    HOLDS(!fault.where.empty() && !fault.what.empty() && !fault.remedy.empty());
    for (const std::string* words : {&fault.where, &fault.key, &fault.what, &fault.remedy})
      HOLDS(!has_control(*words) && is_utf8(*words));
  }
  if (outcome.loaded) check_loaded(*outcome.loaded);
}

}  // namespace lanyard::fuzz
