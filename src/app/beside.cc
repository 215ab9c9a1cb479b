#include "app/beside.h"

#include <pwd.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <iostream>

#include "app/config_reader.h"
#include "app/migration_list.h"
#include "base/text.h"
#include "platform/store/migrations.h"

namespace lanyard::app {
namespace {

constexpr const char* kUsualFile = "/etc/lanyard/lanyard.yaml";

std::string who_types() {
  const passwd* entry = ::getpwuid(::getuid());
  return entry != nullptr ? std::string(entry->pw_name) : cat("uid ", static_cast<std::int64_t>(::getuid()));
}

}  // namespace

std::string config_file(const terminal::Given& given) {
  if (given.has("config")) return given.value_or("config", "");
  if (const char* named = std::getenv("LANYARD_CONFIG"); named != nullptr && *named != '\0') return named;
  return std::filesystem::exists(kUsualFile) ? kUsualFile : "";
}

std::map<std::string, std::string> config_flags(const terminal::Given& given) {
  std::map<std::string, std::string> flags;
  for (const auto& [flag, key] : {std::pair{"listen", "server.listen"},
                                  {"public-url", "server.public_url"},
                                  {"database", "database.url"}}) {
    if (given.has(flag)) flags[key] = given.value_or(flag, "");
  }
  return flags;
}

Beside::Beside() : log_(clock_, Level::warning, Log::to_stderr()) {}

std::unique_ptr<Beside> Beside::open(const terminal::Given& given, int& exit) {
  const ConfigOutcome outcome = load_config(config_file(given), config_flags(given));
  if (!outcome.loaded) {
    std::cerr << describe(outcome.faults);
    exit = static_cast<int>(terminal::Exit::usage);
    return nullptr;
  }
  std::unique_ptr<Beside> beside(new Beside());
  auto floors = Floors::make(outcome.loaded->config, Ground{beside->clock_, beside->random_, beside->log_});
  if (!floors) {
    exit = terminal::fail(floors.error());
    return nullptr;
  }
  beside->floors_ = std::move(*floors);
  return beside;
}

access::Actor Beside::actor() const {
  return access::console_actor(who_types());
}

}  // namespace lanyard::app
