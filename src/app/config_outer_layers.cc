// The layers around the file: variables of the environment, and flags of the command line.
#include "app/config_check.h"
#include "app/config_names.h"
#include "app/config_reading.h"
#include "base/text.h"

namespace lanyard::app {
namespace {

// A key that the environment or a flag can set.
struct Target {
  std::string path;
  const Part* part = nullptr;
  const Key* key = nullptr;
  void* object = nullptr;
  bool file = false;  // the `_file` twin of a secret
};

void add_targets(const Part& part, void* object, const std::string& shown, const std::string& path,
                 bool secrets_only, std::map<std::string, Target>& out) {
  for (const Key& key : part.keys) {
    const bool secret = is_secret(part, key);
    if (std::holds_alternative<std::map<std::string, std::string>*>(key.slot(object))) continue;
    if (secrets_only && !secret) continue;
    out[cat(shown, key.name)] = {cat(path, key.name), &part, &key, object, false};
    if (secret) out[cat(shown, key.name, "_file")] = {cat(path, key.name), &part, &key, object, true};
  }
}

// By key: "server.listen", "providers.globus.client_secret_file".
std::map<std::string, Target> targets(Reading& reading) {
  std::map<std::string, Target> out;
  for (const Child& child : config_parts().children) {
    if (!child.is_list()) {
      add_targets(child.part(), child.one(&reading.config), cat(child.name, "."), cat(child.name, "."), false,
                  out);
      continue;
    }
    const Key* id = child.part().find("id");
    for (std::size_t i = 0; id != nullptr && i < child.size(&reading.config); ++i) {
      void* entry = child.item(&reading.config, i);
      const std::string& name = *std::get<std::string*>(id->slot(entry));
      if (is_config_id(name)) {
        add_targets(child.part(), entry, cat(child.name, ".", name, "."), cat(child.name, "[", i, "]."), true,
                    out);
      }
    }
  }
  return out;
}

void set_from_outside(Reading& reading, const Target& target, const std::string& text, const Origin& origin) {
  const std::string shown_key = cat(target.path, target.file ? "_file" : "");
  const Slot slot = target.key->slot(target.object);
  const std::string items = cat(target.path, "[");
  std::erase_if(reading.origins, [&](const auto& one) { return one.first.starts_with(items); });
  reading.forget_file_faults(target.path);
  reading.forget_file_faults(cat(target.path, "_file"));
  reading.origins[target.path] = origin;
  reading.origins[shown_key] = origin;
  if (target.file) {
    if (auto found = check_text(text, Style::outside)) {
      reading.fault(origin.where, shown_key, *found);
    } else {
      reading.take_secret(*std::get<Secret*>(slot), text, "", origin.where, shown_key);
    }
    return;
  }
  if (auto* list = std::get_if<std::vector<std::string>*>(&slot)) {
    (*list)->clear();
    if (trim(text).empty()) return;
    std::size_t i = 0;
    for (const std::string_view item : split(text, ',')) {
      if (auto found = check_item(*target.key, trim(item), Style::outside)) {
        reading.fault(origin.where, cat(target.path, "[", i, "]"), *found);
      }
      (*list)->emplace_back(trim(item));
      ++i;
    }
    return;
  }
  if (auto found = set_value(*target.part, *target.key, slot, text, Style::outside)) {
    reading.fault(origin.where, target.path, *found);
  } else if (target.key->file != FileKind::none) {
    reading.name_file(*std::get<std::string*>(slot), target.key->file, "", origin.where, target.path);
  }
}

std::string remedy_for_variable(const std::string& name, const std::vector<std::string>& names) {
  if (const std::string near = nearest(name, names); !near.empty()) return cat("Did you mean ", near, "?");
  if (name.starts_with("LANYARD_PROVIDERS__")) {
    return "Of a provider only the secret can be set here, and the provider itself must stand in the file: "
           "LANYARD_PROVIDERS__<ID>__CLIENT_SECRET or …_CLIENT_SECRET_FILE.";
  }
  for (const Child& child : config_parts().children) {
    if (child.is_list() && name.starts_with(cat(environment_name(child.name), "__"))) {
      return cat("Entries of `", child.name, "` are written in the file; unset the variable.");
    }
  }
  return "Variables are LANYARD_<SECTION>__<KEY>, with two underscores, as in LANYARD_SERVER__LISTEN; "
         "unset it if it is not for Lanyard.";
}

}  // namespace

void read_environment(Reading& reading, bool entries_known) {
  std::map<std::string, Target> by_name;
  std::vector<std::string> names;
  for (auto& [key, target] : targets(reading)) {
    const std::string name = environment_name(key);
    names.push_back(name);
    by_name.emplace(name, target);
  }
  for (const auto& [name, text] : reading.input.environment) {
    if (!name.starts_with("LANYARD_") || name == "LANYARD_CONFIG" || name == "LANYARD_SERVER" ||
        name == "LANYARD_TOKEN") {
      continue;
    }
    const std::string at = cat("environment ", name);
    const auto found = by_name.find(name);
    if (found == by_name.end()) {
      // Without a readable file it is not known which entries there are.
      if (!entries_known &&
          (name.starts_with("LANYARD_PROVIDERS__") || name.starts_with("LANYARD_ISSUERS__"))) {
        continue;
      }
      reading.fault(at, "", "is not a variable that Lanyard knows", remedy_for_variable(name, names));
      continue;
    }
    if (found->second.file && reading.input.environment.contains(name.substr(0, name.size() - 5))) {
      reading.fault(at, found->second.path, "is given twice, in place and as a file",
                    "Keep the variable that ends in _FILE and unset the other.");
      continue;
    }
    set_from_outside(reading, found->second, text, {at, at});
  }
}

void read_flags(Reading& reading) {
  const std::map<std::string, Target> known = targets(reading);
  for (const auto& [key, text] : reading.input.flags) {
    const std::string at = cat("flag ", flag_name(key));
    const auto found = known.find(key);
    if (found == known.end()) {
      std::vector<std::string> names;
      for (const auto& one : known) names.push_back(one.first);
      const std::string near = nearest(key, names);
      reading.fault(at, key, "is not a key that can be set by a flag",
                    near.empty() ? "Write it into the file." : cat("Did you mean `", near, "`?"));
    } else if (is_secret(*found->second.part, *found->second.key) && !found->second.file) {
      reading.fault(at, key, "is a secret, and command lines can be read by everybody on this machine",
                    cat("Name a file instead: ", flag_name(key), "-file."));
    } else {
      set_from_outside(reading, found->second, text, {at, at});
    }
  }
}

}  // namespace lanyard::app
