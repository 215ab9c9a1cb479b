// The schema of the configuration: one row a key, with the words that explain it. Reading, `config print`,
// the reference page and the commented example all walk this table, so a key cannot exist unexplained.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "app/config.h"

namespace lanyard::app {

// Where the value of a key stands in a struct; its type is the type of the key.
using Slot = std::variant<std::string*, Secret*, bool*, unsigned*, std::size_t*, Duration*,
                          std::vector<std::string>*, std::map<std::string, std::string>*, NewAccounts*>;

enum class Need { optional, required };
// `plain` and `secret` keys name a file: it must be readable, and a secret one must not be readable by
// everybody.
enum class FileKind { none, plain, secret };

struct Key {
  std::string_view name;
  Slot (*slot)(void* object);
  std::string_view says;          // what it means, one or more sentences of Markdown
  std::string_view example = {};  // as YAML
  std::string_view unit = {};     // of a number
  std::string_view choices = {};  // the only texts that are allowed, separated by spaces
  std::string_view also = {};     // names that other systems use for it, for the remedy of an unknown key
  Need need = Need::optional;
  bool empty_means = false;  // "" is a value of its own although the default is another
  bool sample = false;       // the sample of an entry shows the example although the key is optional
  FileKind file = FileKind::none;
  std::int64_t least = 0, most = 0;  // of a number, or of a length of time in microseconds; both 0: any
};

struct Part;

// A mapping inside a mapping, or a list of mappings.
struct Child {
  std::string_view name;
  const Part& (*part)();
  void* (*one)(void* parent);  // nullptr for a list
  std::size_t (*size)(void* parent);
  void* (*item)(void* parent, std::size_t index);
  void* (*add)(void* parent);
  bool is_list() const { return one == nullptr; }
};

struct Part {
  std::string_view title;
  std::string_view says;     // Markdown
  std::string_view example;  // YAML that can be copied into a file as it stands; may be empty
  std::vector<Key> keys;
  std::vector<Child> children;
  void* (*fresh)();  // an object with every default, which lives for ever and is not to be changed
  const Key* find(std::string_view name) const;
  // "client_secret" for "client_secret_file", nullptr when that is not the file twin of a secret.
  const Key* find_twin(std::string_view name) const;
  const Child* find_child(std::string_view name) const;
};

const Part& config_parts();            // the whole file; its keys are none, its children the sections
const Part& provider_part();           // config_schema_sources.cc
const Part& issuer_part();             // config_schema_sources.cc
const Part& admission_part();          // config_schema_sources.cc
const Part& client_part();             // config_schema_clients.cc
const Part& further_issuer_part();     // config_schema_clients.cc
const Part& tokens_part();             // config_schema_clients.cc
std::vector<Key> oauth_client_keys();  // config_schema_oauth.cc: of an entry of client_part()
const Part& gate_part();               // config_schema_gate.cc

bool is_secret(const Part& part, const Key& key);

namespace schema {

template <class C, class T>
Slot slot_in(T C::*member, void* object) {
  return Slot(&(static_cast<C*>(object)->*member));
}
template <auto Member>
Slot at(void* object) {
  return slot_in(Member, object);
}

template <class C, class T>
T& member_of(T C::*member, void* object) {
  return static_cast<C*>(object)->*member;
}
template <auto Member>
Child section(std::string_view name, const Part& (*part)()) {
  return {name,    part,    [](void* parent) -> void* { return &member_of(Member, parent); },
          nullptr, nullptr, nullptr};
}
template <auto Member>
Child list(std::string_view name, const Part& (*part)()) {
  return {name,
          part,
          nullptr,
          [](void* parent) { return member_of(Member, parent).size(); },
          [](void* parent, std::size_t index) -> void* { return &member_of(Member, parent)[index]; },
          [](void* parent) -> void* { return &member_of(Member, parent).emplace_back(); }};
}
template <class T>
void* fresh() {
  static T object;
  return &object;
}

constexpr std::int64_t kMillisecond = 1'000, kSecond = 1'000'000, kMinute = 60 * kSecond,
                       kHour = 60 * kMinute, kDay = 24 * kHour;

}  // namespace schema
}  // namespace lanyard::app
