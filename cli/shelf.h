// What login, logout, whoami and the token commands share: the kept tokens, and the way to their issuers.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/log.h"
#include "cli/settings.h"
#include "lib/refresh.h"
#include "lib/token_store.h"
#include "platform/terminal/commands.h"

namespace lanyard::cli {

class Shelf {
 public:
  static Result<std::unique_ptr<Shelf>> open(const terminal::Given& given);

  // Opened when first asked for, and made where it is missing. Code::invalid when there is no place for it.
  Result<const lib::TokenStore*> store() const;
  // Whether anything can be kept there; asking makes no folder, which a batch job's home may not allow.
  bool has_store() const;
  const lib::Environment& environment() const { return environment_; }
  const Settings& settings() const { return settings_; }
  const std::string& organisation() const { return organisation_; }  // "" when none was named
  const Clock& clock() const { return clock_; }
  lib::Places places() const;
  Result<lib::Caller> caller(const std::string& issuer) const;

  // The one that --server and --organisation name, or the only one there is. An empty optional when nobody is
  // signed in there; Code::invalid when several could be meant.
  Result<std::optional<lib::Held>> chosen() const;
  // Refreshed when due; what did not work, but does no harm yet, is said on standard error.
  Result<lib::Fresh> fresh(const lib::Held& held, std::optional<Duration> if_under) const;

 private:
  Shelf(lib::Environment environment, Settings settings, std::string organisation);

  SystemClock clock_;
  Log log_;
  lib::Environment environment_;
  Settings settings_;
  std::string organisation_;
  mutable std::optional<lib::TokenStore> store_;
  std::unique_ptr<net::Client> client_;
};

// "nobody is signed in", with what to do.
Error not_signed_in();

}  // namespace lanyard::cli
