// The rules that one key alone cannot tell: between keys, between entries, and what a text must be to be a
// URL, a network or a pattern.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "app/config.h"
#include "app/config_reader.h"

namespace lanyard::app {

// Collects what the rules find. Keys are written with counted entries: "providers[0].issuer".
class Findings {
 public:
  // `where` tells the place of a key. A key at which a fault is already listed gets no second one.
  Findings(std::function<std::string(const std::string& key)> where, std::vector<ConfigFault>& faults,
           std::vector<std::string>& warnings)
      : where_(std::move(where)), faults_(faults), warnings_(warnings) {}
  void fault(const std::string& key, std::string what, std::string remedy);
  // Whether something is wrong at this very key already, so that what follows from it needs no words.
  bool has_fault(const std::string& key) const;
  void warn(std::string text) { warnings_.push_back(std::move(text)); }

 private:
  std::function<std::string(const std::string& key)> where_;
  std::vector<ConfigFault>& faults_;
  std::vector<std::string>& warnings_;
};

// Every rule. The configuration may have gaps where a fault is already known.
void check_config(const Config& config, Findings& findings);

// Parts of it, each in its own file.
void check_server(const Config& config, Findings& findings);
void check_auth(const Config& config, Findings& findings);
void check_gate(const Config& config, Findings& findings);
void check_clients(const Config& config, Findings& findings);  // config_check_clients.cc: and tokens
void check_sources(const Config& config,
                   Findings& findings);  // config_check_sources.cc: providers and issuers

// A URL that must be an origin, and https unless it is this machine.
void check_origin(const std::string& key, const std::string& text, Findings& findings);
// Whether the first segment of a path ("/login/x") is one of Lanyard's own.
bool is_path_of_ours(std::string_view path);
// [a-z0-9] with single hyphens inside, at most 63.
bool is_config_id(std::string_view text);
void check_ids(const std::string& list, const std::vector<std::string>& ids, Findings& findings);
// A list of addresses and networks; reports each entry that is none, or that is as good as everybody.
void check_networks(const std::string& key, const std::vector<std::string>& networks, Findings& findings);

}  // namespace lanyard::app
