// The layer of the YAML file: walks the text along the schema.
#include "app/config_names.h"
#include "app/config_reading.h"
#include "base/text.h"

namespace lanyard::app {
namespace {

// A file with more is not this program's.
constexpr std::size_t kMostFaults = 100;

// A name out of the file for a message: no control characters, not endless.
std::string readable(std::string_view name) {
  const std::string quoted = shown(name);
  return quoted.substr(1, quoted.size() - 2);
}

class FileLayer {
 public:
  explicit FileLayer(Reading& reading) : reading_(reading) {}

  void read_map(const YamlNode& node, const Part& part, void* object, const std::string& path) {
    // A section whose keys are all commented out.
    if (node.kind == YamlNode::Kind::empty) return;
    if (node.kind != YamlNode::Kind::map) {
      reading_.fault(place(node), path, cat(kind_word(node), ", not a mapping"),
                     "Write `name: value` lines, indented below it.");
      return;
    }
    std::map<std::string, const YamlNode*> seen;
    for (const auto& [name, value] : node.members) {
      if (reading_.faults.size() >= kMostFaults) return;
      if (!is_scalar(name)) {
        reading_.fault(place(name), path, "has something that is not a name where a key should be",
                       "Write `name: value`.");
        continue;
      }
      const std::string key = cat(path, path.empty() ? "" : ".", readable(name.text));
      if (const auto [before, fresh] = seen.emplace(name.text, &name); !fresh) {
        reading_.fault(place(name), key, cat("is written twice; first in line ", before->second->line),
                       "Remove one of the two.");
        continue;
      }
      if (const Key* known = part.find(name.text)) {
        read_key(name, value, part, *known, object, key);
      } else if (const Key* twin = part.find_twin(name.text)) {
        if (seen.contains(std::string(twin->name))) {
          both(name, key, *twin);
        } else {
          read_twin(name, value, *twin, object, key);
        }
      } else if (const Child* child = part.find_child(name.text)) {
        read_child(name, value, *child, object, key);
      } else {
        reading_.fault(place(name), key, "is not a key that Lanyard knows",
                       remedy_for_unknown(name.text, part));
      }
      if (const Key* known = part.find(name.text);
          known != nullptr && seen.contains(cat(known->name, "_file"))) {
        both(name, key, *known);
      }
    }
  }

 private:
  std::string place(const YamlNode& node) const {
    return cat(reading_.input.file_name, ":", node.line, ":", node.column);
  }
  Origin file_origin(const YamlNode& node) const {
    return {cat("file ", reading_.short_name, ":", node.line), place(node)};
  }
  static std::string_view kind_word(const YamlNode& node) {
    switch (node.kind) {
      case YamlNode::Kind::empty:
        return "has no value";
      case YamlNode::Kind::list:
        return "is a list";
      case YamlNode::Kind::map:
        return "is a mapping";
      default:
        return "is a single value";
    }
  }
  static bool is_scalar(const YamlNode& node) {
    return node.kind == YamlNode::Kind::plain || node.kind == YamlNode::Kind::quoted;
  }
  static Style style_of(const YamlNode& node) {
    return node.kind == YamlNode::Kind::plain ? Style::plain : Style::quoted;
  }

  void both(const YamlNode& name, const std::string& key, const Key& secret) {
    reading_.fault(place(name), key, "is given twice, in place and as a file",
                   cat("Keep `", secret.name, "_file` and remove the other."));
  }

  void read_child(const YamlNode& name, const YamlNode& value, const Child& child, void* object,
                  const std::string& path) {
    reading_.origins[path] = file_origin(name);
    if (!child.is_list()) {
      read_map(value, child.part(), child.one(object), path);
      return;
    }
    if (value.kind == YamlNode::Kind::empty) return;
    if (value.kind != YamlNode::Kind::list) {
      reading_.fault(place(value), path, cat(kind_word(value), ", not a list"),
                     "Begin each entry with a hyphen: `- id: …`.");
      return;
    }
    for (std::size_t i = 0; i < value.items.size(); ++i) {
      const std::string entry = cat(path, "[", i, "]");
      reading_.origins[entry] = file_origin(value.items[i]);
      void* added = child.add(object);
      if (value.items[i].kind == YamlNode::Kind::empty) {
        reading_.fault(place(value.items[i]), entry, "is an empty entry",
                       "Remove the hyphen, or write the entry.");
      } else {
        read_map(value.items[i], child.part(), added, entry);
      }
    }
  }

  void read_key(const YamlNode& name, const YamlNode& value, const Part& part, const Key& key, void* object,
                const std::string& path) {
    reading_.origins[path] = file_origin(name);
    const Slot slot = key.slot(object);
    if (value.kind == YamlNode::Kind::empty) {
      reading_.fault(place(name), path, "has no value", "Write a value, or remove the line for the default.");
      return;
    }
    if (auto* list = std::get_if<std::vector<std::string>*>(&slot)) {
      read_list(value, key, **list, path);
    } else if (auto* map = std::get_if<std::map<std::string, std::string>*>(&slot)) {
      read_texts(value, **map, path);
    } else if (!is_scalar(value)) {
      reading_.fault(place(value), path, cat(kind_word(value), ", not a ", type_name(part, key)),
                     "Write one value behind the colon.");
    } else if (auto found = set_value(part, key, slot, value.text, style_of(value))) {
      reading_.fault(place(value), path, *found);
    } else if (key.file != FileKind::none) {
      reading_.name_file(*std::get<std::string*>(slot), key.file, reading_.folder, place(value), path);
    } else if (is_secret(part, key) && reading_.input.readable_by_others && !value.text.empty()) {
      reading_.fault(place(value), path, "is a secret, in a file which everybody on this machine may read",
                     cat("Run chmod o-rwx on ", reading_.short_name,
                         ", or put the secret in a file of its own and name it in `", key.name, "_file`."));
    }
  }

  void read_twin(const YamlNode& name, const YamlNode& value, const Key& key, void* object,
                 const std::string& path) {
    reading_.origins[path] = file_origin(name);
    // The value itself gets the same origin, so that rules about it point here.
    reading_.origins[path.substr(0, path.size() - 5)] = file_origin(name);
    if (!is_scalar(value)) {
      reading_.fault(place(name), path, cat(kind_word(value), ", not a file name"),
                     "Write the name of a file behind the colon.");
    } else if (auto found = check_text(value.text, style_of(value))) {
      reading_.fault(place(value), path, *found);
    } else {
      reading_.take_secret(*std::get<Secret*>(key.slot(object)), value.text, reading_.folder, place(value),
                           path);
    }
  }

  void read_list(const YamlNode& value, const Key& key, std::vector<std::string>& out,
                 const std::string& path) {
    if (value.kind != YamlNode::Kind::list) {
      reading_.fault(place(value), path, cat(kind_word(value), ", not a list"),
                     is_scalar(value) ? cat("Write [", quote_yaml(value.text), "].") : "Write [one, two].");
      return;
    }
    out.clear();
    for (std::size_t i = 0; i < value.items.size(); ++i) {
      const YamlNode& item = value.items[i];
      const std::string at = cat(path, "[", i, "]");
      reading_.origins[at] = file_origin(item);
      // A wrong entry keeps its seat, so that the rules count the others as the file does.
      out.push_back(item.text);
      if (!is_scalar(item)) {
        reading_.fault(place(item), at, cat(kind_word(item), ", not a text"), "Write a text.");
      } else if (auto found = check_item(key, item.text, style_of(item))) {
        reading_.fault(place(item), at, *found);
      }
    }
  }

  void read_texts(const YamlNode& value, std::map<std::string, std::string>& out, const std::string& path) {
    if (value.kind != YamlNode::Kind::map) {
      reading_.fault(place(value), path, cat(kind_word(value), ", not a mapping"), "Write {name: value}.");
      return;
    }
    out.clear();
    for (const auto& [name, text] : value.members) {
      if (!is_scalar(name) || !is_scalar(text)) {
        reading_.fault(place(name), path, "has an entry that is not a pair of texts", "Write `name: value`.");
        continue;
      }
      const std::string at = cat(path, ".", readable(name.text));
      if (auto found = check_text(name.text, style_of(name))) {
        reading_.fault(place(name), at, *found);
      } else if (auto bad = check_text(text.text, style_of(text))) {
        reading_.fault(place(text), at, *bad);
      } else if (!out.emplace(name.text, text.text).second) {
        reading_.fault(place(name), at, "is written twice", "Remove one of the two.");
      }
    }
  }

  Reading& reading_;
};

}  // namespace

void read_file_layer(const YamlNode& root, Reading& reading) {
  FileLayer(reading).read_map(root, config_parts(), &reading.config, "");
}

}  // namespace lanyard::app
