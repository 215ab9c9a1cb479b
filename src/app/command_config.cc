// lanyardd config …
#include <cstdlib>
#include <iostream>

#include "app/beside.h"
#include "app/commands.h"
#include "app/config_reader.h"
#include "app/mapping.h"
#include "app/version.h"
#include "base/text.h"
#include "platform/terminal/manual.h"
#include "platform/terminal/output.h"

namespace lanyard::app {
namespace {

std::optional<LoadedConfig> load(const terminal::Given& given, int& exit) {
  ConfigOutcome outcome = load_config(config_file(given), config_flags(given));
  if (outcome.loaded) {
    // What only the rooms can say: keys that seal, patterns that compile, algorithms, files of keys.
    const Config& config = outcome.loaded->config;
    Status faults = {};
    if (!config.server.secret_key.empty()) {
      if (const auto sealer = to_sealer(config); !sealer) faults = sealer.error();
    }
    if (const auto rules = to_rules(config); faults.ok() && !rules) faults = rules.error();
    for (const IssuerConfig& issuer : config.issuers) {
      if (const auto trust = to_trust(issuer); faults.ok() && !trust) faults = trust.error();
      if (const auto keys = to_publisher(issuer); faults.ok() && !keys) faults = keys.error();
    }
    if (faults.ok()) return std::move(outcome.loaded);
    exit = terminal::fail(faults.error());
    return {};
  }
  std::cerr << describe(outcome.faults);
  exit = static_cast<int>(terminal::Exit::usage);
  return {};
}

}  // namespace

int config_check(const terminal::Given& given) {
  int exit = 0;
  const auto loaded = load(given, exit);
  if (!loaded) return exit;
  for (const std::string& warning : loaded->warnings) std::cerr << "warning: " << warning << "\n";
  std::cout << "the configuration holds"
            << (config_file(given).empty() ? " (no file: defaults and environment)"
                                           : cat(": ", config_file(given)))
            << "\n";
  return 0;
}

int config_print(const terminal::Given& given) {
  int exit = 0;
  const auto loaded = load(given, exit);
  if (!loaded) return exit;
  std::vector<json::Object> rows;
  for (const ConfigValue& value : loaded->values) {
    rows.push_back(json::Object{{"key", value.key}, {"value", value.value}, {"source", value.source}});
  }
  if (given.has("json")) {
    json::Array all(rows.begin(), rows.end());
    const auto text =
        terminal::json_text(std::move(all), given.value_or("json", ""), terminal::output_is_terminal());
    if (!text) return terminal::fail(text.error());
    std::cout << *text;
    return 0;
  }
  std::vector<terminal::Column> columns{{"KEY", "key"}, {"VALUE", "value"}};
  if (given.has("sources")) columns.push_back({"SOURCE", "source"});
  std::cout << terminal::table(columns, rows, terminal::output_is_terminal());
  return 0;
}

int config_example_text(const terminal::Given&) {
  std::cout << config_example();
  return 0;
}

int config_manual_text(const terminal::Given&) {
  std::cout << terminal::man_page("the configuration of Lanyard, a front desk for research facilities",
                                  config_reference(),
                                  {.name = "lanyard.yaml",
                                   .section = 5,
                                   .version = kVersion,
                                   .date = kReleased,
                                   .see_also = "lanyardd(8), lanyard(1)"});
  return 0;
}

int manual(const terminal::Given&) {
  std::cout << terminal::man_page(lanyardd(), {.name = "lanyardd",
                                               .section = 8,
                                               .version = kVersion,
                                               .date = kReleased,
                                               .see_also = "lanyard.yaml(5), lanyard(1)"});
  return 0;
}

int config_reference_text(const terminal::Given&) {
  std::cout << config_reference();
  return 0;
}

}  // namespace lanyard::app
