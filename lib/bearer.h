// WLCG Bearer Token Discovery (version 1.0): where a token is looked for, in which order, and what is
// refused.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/secret.h"

namespace lanyard::lib {

using Environment = std::map<std::string, std::string, std::less<>>;
Environment process_environment();

struct Found {
  Secret token;
  std::string where;  // "BEARER_TOKEN", or the file's path
};

struct Places {
  Environment environment;
  std::string file;  // a configuration entry; overrides the names of files, not BEARER_TOKEN
  unsigned uid = 0;  // effective
  std::string temporary = "/tmp";
};

// BEARER_TOKEN; the file of BEARER_TOKEN_FILE; $XDG_RUNTIME_DIR/bt_u<uid>; /tmp/bt_u<uid>. White space of C
// on both ends is cut off. A place that is absent or empty leads to the next one; one that holds something
// that can not be a token is an error, and nothing further is tried. A file in a folder that others may write
// to must belong to this user and must not be readable by others; a file that a variable names must exist. An
// empty optional: there is no token anywhere.
Result<std::optional<Found>> find_bearer_token(const Places& places);

// Where others look for it: $XDG_RUNTIME_DIR/bt_u<uid>, else /tmp/bt_u<uid>.
std::string bearer_file(const Places& places);

// The token in a file that the caller names, by the rules of BEARER_TOKEN_FILE.
Result<Secret> read_token_file(const std::string& path, unsigned uid);

// The same for a client's secret, which may be any text of one line.
Result<Secret> read_secret_file(const std::string& path, unsigned uid);

// b64token of RFC 6750 section 2.1, at most 16 KiB.
bool can_be_token(std::string_view text);

}  // namespace lanyard::lib
