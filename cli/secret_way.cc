#include "cli/secret_way.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "base/text.h"
#include "platform/terminal/output.h"

namespace lanyard::cli {

Result<SecretWay> SecretWay::choose(const terminal::Given& given) {
  SecretWay way;
  way.file_ = given.value_or("secret-file", "");
  way.shows_ = given.has("show-secret");
  if (!way.file_.empty()) {
    // It must be new: a link or a file of somebody else would take the secret elsewhere.
    way.descriptor_ = ::open(way.file_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (way.descriptor_ < 0)
      return make_error(Code::invalid,
                        cat("The file for the secret can not be made: ", std::strerror(errno), "."),
                        "Name a file that does not exist, in a folder of yours.");
  } else if (!way.shows_ && !terminal::output_is_terminal()) {
    return make_error(Code::invalid, "There will be a secret, and standard output is no terminal.",
                      "Say --secret-file FILE, or --show-secret if it shall be printed.");
  }
  return way;
}

SecretWay::SecretWay(SecretWay&& other) noexcept
    : file_(std::move(other.file_)),
      shows_(other.shows_),
      descriptor_(std::exchange(other.descriptor_, -1)) {}

SecretWay::~SecretWay() {
  if (descriptor_ < 0) return;
  ::close(descriptor_);
  ::unlink(file_.c_str());  // nothing was written
}

Status SecretWay::write(const Secret& secret, const std::string& lost) {
  const std::string line = cat(secret.reveal(), "\n");
  const bool written = ::write(descriptor_, line.data(), line.size()) == static_cast<ssize_t>(line.size()) &&
                       ::fsync(descriptor_) == 0 && ::close(descriptor_) == 0;
  descriptor_ = -1;
  if (written) return {};
  return make_error(Code::unavailable, cat("The secret could not be written to ", file_, "."), lost);
}

terminal::Flag secret_file_flag() {
  return {"secret-file", "FILE", "write the secret into this new file (mode 0600)"};
}

terminal::Flag show_secret_flag() {
  return {"show-secret", "", "print the secret although standard output is no terminal"};
}

}  // namespace lanyard::cli
