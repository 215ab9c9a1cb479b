// What the tests of the configuration share: a folder that is gone afterwards, and the shortest file that is
// right.
#pragma once

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <string_view>

#include "app/config_reader.h"

namespace lanyard::app::test {

class Folder {
 public:
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "lanyard_config_XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) std::abort();
    path_ = name + "/";
  }
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  const std::string& path() const { return path_; }
  std::string write(const std::string& name, std::string_view text, mode_t mode = 0600) const {
    std::ofstream(path_ + name, std::ios::binary) << text;
    ::chmod((path_ + name).c_str(), mode);
    return path_ + name;
  }

 private:
  std::string path_;
};

inline constexpr std::string_view kShortest =
    "server:\n"
    "  public_url: https://id.example.org\n"
    "database:\n"
    "  url: \"sqlite::memory:\"\n";

inline ConfigOutcome read_text(std::string text, std::map<std::string, std::string> environment = {},
                               std::map<std::string, std::string> flags = {}) {
  ConfigInput input;
  input.file_name = "lanyard.yaml";
  input.text = std::move(text);
  input.environment = std::move(environment);
  input.flags = std::move(flags);
  return read_config(input);
}

// The configuration, or a failure of the test with the faults.
inline LoadedConfig require_loaded(const ConfigOutcome& outcome) {
  EXPECT_TRUE(outcome.loaded.has_value()) << describe(outcome.faults);
  return outcome.loaded ? *outcome.loaded : LoadedConfig{};
}

inline const ConfigFault* find_fault(const ConfigOutcome& outcome, std::string_view key) {
  for (const ConfigFault& fault : outcome.faults) {
    if (fault.key == key) return &fault;
  }
  return nullptr;
}

inline std::string value_of(const LoadedConfig& loaded, std::string_view key) {
  for (const ConfigValue& value : loaded.values) {
    if (value.key == key) return value.value;
  }
  return "(no such key)";
}

inline std::string source_of(const LoadedConfig& loaded, std::string_view key) {
  for (const ConfigValue& value : loaded.values) {
    if (value.key == key) return value.source;
  }
  return "(no such key)";
}

}  // namespace lanyard::app::test
