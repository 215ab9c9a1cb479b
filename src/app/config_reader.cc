#include "app/config_reader.h"

#include <algorithm>

#include "app/config_check.h"
#include "app/config_reading.h"
#include "app/config_schema.h"
#include "app/config_values.h"
#include "app/config_yaml.h"
#include "base/text.h"

namespace lanyard::app {
namespace {

void require_keys(Reading& reading, const Part& part, void* object, const std::string& path) {
  // Something else than a mapping stands there, which is reported already.
  const std::string_view around = std::string_view(path).substr(0, path.empty() ? 0 : path.size() - 1);
  const auto about = [&](const ConfigFault& f) { return !around.empty() && f.key == around; };
  if (std::any_of(reading.faults.begin(), reading.faults.end(), about)) return;
  for (const Key& key : part.keys) {
    const std::string full = cat(path, key.name);
    if (key.need != Need::required || reading.origins.contains(full)) continue;
    reading.fault(reading.where(full), full, "is missing",
                  cat("Write it, for example: ", key.name, ": ", key.example));
  }
  for (const Child& child : part.children) {
    if (!child.is_list()) {
      require_keys(reading, child.part(), child.one(object), cat(path, child.name, "."));
      continue;
    }
    for (std::size_t i = 0; i < child.size(object); ++i) {
      require_keys(reading, child.part(), child.item(object, i), cat(path, child.name, "[", i, "]."));
    }
  }
}

void fill_names(Config& config) {
  for (ProviderConfig& provider : config.providers) {
    if (provider.label.empty()) provider.label = provider.id;
  }
  for (ClientConfig& client : config.clients) {
    if (client.name.empty()) client.name = client.id;
  }
}

// `counted` is "providers[0].", `named` is "providers[globus].".
void list_values(const Reading& reading, const Part& part, void* object, const std::string& counted,
                 const std::string& named, std::vector<ConfigValue>& out) {
  for (const Key& key : part.keys) {
    const auto origin = reading.origins.find(cat(counted, key.name));
    out.push_back({cat(named, key.name), format_value(key.slot(object)),
                   origin == reading.origins.end() ? "default" : origin->second.source});
  }
  for (const Child& child : part.children) {
    if (!child.is_list()) {
      list_values(reading, child.part(), child.one(object), cat(counted, child.name, "."),
                  cat(named, child.name, "."), out);
      continue;
    }
    const Key* id = child.part().find("id");
    for (std::size_t i = 0; i < child.size(object); ++i) {
      void* entry = child.item(object, i);
      const std::string name = id == nullptr ? cat(i) : *std::get<std::string*>(id->slot(entry));
      list_values(reading, child.part(), entry, cat(counted, child.name, "[", i, "]."),
                  cat(named, child.name, "[", name, "]."), out);
    }
  }
}

}  // namespace

ConfigOutcome read_config(const ConfigInput& input) {
  Reading reading(input);
  const YamlOutcome yaml = parse_yaml(input.text);
  for (const YamlFault& fault : yaml.faults) {
    reading.fault(cat(input.file_name, ":", fault.line, ":", fault.column), "", fault.what, fault.remedy);
  }
  const bool readable = yaml.faults.empty();
  if (readable) read_file_layer(yaml.root, reading);
  read_environment(reading, readable);
  read_flags(reading);
  // Rules about a file that could not be read would only repeat that.
  if (readable) {
    require_keys(reading, config_parts(), &reading.config, "");
    fill_names(reading.config);
    Findings findings([&](const std::string& key) { return reading.where(key); }, reading.faults,
                      reading.warnings);
    check_config(reading.config, findings);
  }
  ConfigOutcome out;
  if (reading.faults.empty()) {
    out.loaded.emplace();
    list_values(reading, config_parts(), &reading.config, "", "", out.loaded->values);
    out.loaded->warnings = std::move(reading.warnings);
    out.loaded->config = std::move(reading.config);
  }
  out.faults = std::move(reading.faults);
  return out;
}

std::string describe(const std::vector<ConfigFault>& faults) {
  std::string out;
  for (const ConfigFault& fault : faults) {
    out += cat(fault.where, ": ", fault.key, fault.key.empty() ? "" : " ", fault.what, "\n");
    if (!fault.remedy.empty()) out += cat("    ", fault.remedy, "\n");
  }
  return out;
}

}  // namespace lanyard::app
