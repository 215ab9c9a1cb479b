// What is known while a configuration is read, layer by layer: the values so far, where each came from, the
// faults.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "app/config_reader.h"
#include "app/config_schema.h"
#include "app/config_values.h"
#include "app/config_yaml.h"

namespace lanyard::app {

// Where a value came from, in the words of `ConfigValue::source` and of `ConfigFault::where`.
struct Origin {
  std::string source, where;
};

struct Reading {
  explicit Reading(const ConfigInput& from);

  const ConfigInput& input;
  std::string folder;      // of the file, with its slash, or ""
  std::string short_name;  // the file without its folder
  Config config;
  std::map<std::string, Origin> origins;  // by counted key, "providers[0].issuer"
  std::vector<ConfigFault> faults;
  std::vector<std::string> warnings;
  // (where, key) of the faults that say that a named file cannot be used. They are void when a stronger
  // source names another file; faults of shape are not.
  std::set<std::pair<std::string, std::string>> file_faults;

  void fault(const std::string& where, const std::string& key, std::string what, std::string remedy);
  void fault(const std::string& where, const std::string& key, const ValueFault& found);
  void file_fault(const std::string& where, const std::string& key, const ValueFault& found);
  void forget_file_faults(const std::string& key);
  // The place of the key, or of the nearest thing around it that was written.
  std::string where(std::string key) const;
  // Reads the file of a secret; a relative name is relative to `base`.
  void take_secret(Secret& out, const std::string& file, const std::string& base, const std::string& where,
                   const std::string& key);
  // Makes the name of a file absolute, or relative to the process, and looks whether it can be used.
  void name_file(std::string& file, FileKind kind, const std::string& base, const std::string& where,
                 const std::string& key);
};

void read_file_layer(const YamlNode& root, Reading& reading);  // config_file_layer.cc
// config_outer_layers.cc. Without a readable file it is not known which entries the environment may speak of.
void read_environment(Reading& reading, bool entries_known);
void read_flags(Reading& reading);

}  // namespace lanyard::app
