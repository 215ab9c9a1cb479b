// Reads the YAML file and the environment into Config. Strict: an unknown or duplicate key, a value of
// another type, a readable secret file each stop the start; nothing is guessed and all faults are reported at
// once, with line and remedy.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "app/config.h"

namespace lanyard::app {

struct ConfigFault {
  std::string where;   // "lanyard.yaml:12:5" or "environment LANYARD_SERVER__LISTEN"
  std::string key;     // "providers[0].issuer"
  std::string what;    // "is not a URL"
  std::string remedy;  // "write https://…"
};

struct ConfigValue {
  std::string key;    // "server.listen", "providers[globus].label"
  std::string value;  // "(hidden)" for secrets
  std::string
      source;  // "default", "file lanyard.yaml:3", "environment LANYARD_SERVER__LISTEN", "flag --listen"
};

struct LoadedConfig {
  Config config;
  std::vector<ConfigValue> values;  // effective, in schema order: `config print --sources`
  std::vector<std::string> warnings;
};

struct ConfigInput {
  std::string file_name;  // for messages; relative `_file` paths are relative to its folder
  std::string text;       // YAML
  std::map<std::string, std::string> environment;  // LANYARD_SECTION__KEY (and LANYARD_SECTION__KEY_FILE)
  std::map<std::string, std::string> flags;        // "server.listen" -> value, strongest
  bool readable_by_others = false;  // the file's mode: then a secret that stands in it is a fault
};

// Either a configuration in which everything holds, or every fault that was found.
struct ConfigOutcome {
  std::optional<LoadedConfig> loaded;
  std::vector<ConfigFault> faults;
};
ConfigOutcome read_config(const ConfigInput& input);
// Reads the file at `path` ("" : no file, environment and defaults alone) with this process' environment.
ConfigOutcome load_config(const std::string& path, const std::map<std::string, std::string>& flags);

// One text for a terminal: a line for each fault with its remedy.
std::string describe(const std::vector<ConfigFault>& faults);

// From the schema: the reference page (Markdown) and the commented example with every key and default.
std::string config_reference();
std::string config_example();

}  // namespace lanyard::app
