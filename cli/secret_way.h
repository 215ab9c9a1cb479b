// Where a new secret goes: into a file that only this user can read, or onto a terminal. Never into an
// argument, and never by accident into a log.
#pragma once

#include <string>

#include "base/result.h"
#include "base/secret.h"
#include "platform/terminal/commands.h"

namespace lanyard::cli {

// Decided before anything is made, so that no secret is lost on its way.
class SecretWay {
 public:
  // --secret-file, --show-secret, or standard output when that is a terminal; Code::invalid otherwise.
  static Result<SecretWay> choose(const terminal::Given& given);
  SecretWay(SecretWay&& other) noexcept;
  SecretWay& operator=(SecretWay&&) = delete;
  ~SecretWay();  // takes an empty file away again

  bool prints() const { return file_.empty(); }
  // `lost` says what to do about a secret that was made and could not be written.
  Status write(const Secret& secret, const std::string& lost);
  const std::string& file() const { return file_; }

 private:
  SecretWay() = default;
  std::string file_;
  bool shows_ = false;
  int descriptor_ = -1;
};

// The two flags, for tables.
terminal::Flag secret_file_flag();
terminal::Flag show_secret_flag();

}  // namespace lanyard::cli
