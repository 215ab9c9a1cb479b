// Which server, and how to reach it: flags, environment, and $XDG_CONFIG_HOME/lanyard/config.yaml.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "lib/bearer.h"
#include "platform/net/client.h"
#include "platform/terminal/commands.h"

namespace lanyard::cli {

struct Settings {
  std::string server;      // "https://id.example.org"
  std::string token_file;  // TK1: overrides the names of files in the discovery
  std::string ca_file;
};

// "key: value" lines; blank lines and comments are skipped. Known keys: server, token_file, ca_file. A key
// that would hold a token itself ("token", "bearer_token", "access_token", "refresh_token", "password") is
// refused with the reason.
Result<Settings> parse_settings(std::string_view file_name, std::string_view text);

// --server, $LANYARD_SERVER, the file; the server is empty when none names one.
Result<Settings> read_settings(const terminal::Given& given, const lib::Environment& environment);
// The same; Code::invalid when none names a server.
Result<Settings> load_settings(const terminal::Given& given, const lib::Environment& environment);

Error no_server(const lib::Environment& environment);

// https anywhere the user points to; plain http to this machine alone.
Result<net::Reach> reach_of(const Settings& settings);

}  // namespace lanyard::cli
