#include "cli/panda.h"

#include <time.h>

#include <array>
#include <fstream>
#include <sstream>

#include "base/text.h"
#include "platform/terminal/output.h"

namespace lanyard::cli {
namespace {

constexpr std::size_t kLabel = 15;
constexpr Duration kLeastLeft = std::chrono::minutes(5);
constexpr std::size_t kLongest = 256 * 1024;

std::string local_time(const std::optional<Time>& time) {
  if (!time) return "";
  const time_t seconds = to_unix_seconds(*time);
  struct tm parts {};
  std::array<char, 32> text{};
  if (::localtime_r(&seconds, &parts) == nullptr) return "";
  return {text.data(), ::strftime(text.data(), text.size(), "%Y-%m-%d %H:%M:%S", &parts)};
}

std::string line(std::string_view label, std::string_view value) {
  return cat(label, std::string(kLabel - label.size(), ' '), " ", terminal::harmless(value), "\n");
}

}  // namespace

Result<std::optional<PandaToken>> find_panda_token(const lib::Environment& environment) {
  const auto variable = [&](std::string_view name) {
    const auto found = environment.find(name);
    return found == environment.end() ? std::string() : found->second;
  };
  std::string folder = variable("PANDA_CONFIG_ROOT");
  if (folder.empty()) return std::optional<PandaToken>();
  if (folder == "~" || folder.starts_with("~/")) folder = variable("HOME") + folder.substr(1);
  while (folder.size() > 1 && folder.ends_with('/')) folder.pop_back();
  PandaToken found;
  found.file = folder + "/.token";
  std::ifstream file(found.file);
  if (!file) return std::optional<PandaToken>();
  std::string text(kLongest + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(file.gcount()));
  const auto object = json::parse_object(text);
  auto token = object.ok() ? json::get_string(*object, "id_token") : Result<std::string>(object.error());
  if (!token.ok())
    return make_error(Code::invalid, cat("\"", found.file, "\" holds no ID token."),
                      "PanDA's client writes it anew when it is removed.");
  found.id_token = Secret(std::move(*token));
  return std::optional<PandaToken>(std::move(found));
}

bool panda_finds(const lib::Claims& claims, Time now) {
  return claims.expires && *claims.expires - now >= kLeastLeft;
}

std::string panda_status(std::string_view file, const lib::Claims& claims, Time now) {
  if (!panda_finds(claims, now)) return "No token found\n";
  return line("Filename:", file) + line("Valid starting:", local_time(claims.valid_from)) +
         line("Expires:", local_time(claims.expires)) + line("Name:", claims.name) +
         line("Email:", claims.email) + line("Groups:", join(claims.groups, ",")) +
         line("Organization:", claims.organisation);
}

}  // namespace lanyard::cli
