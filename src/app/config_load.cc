// The part of config_reader.h that touches the machine: the file and the environment of this process.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "app/config_reader.h"
#include "base/text.h"

extern char** environ;  // NOLINT(readability-redundant-declaration): POSIX promises it, the header need not

namespace lanyard::app {
namespace {

constexpr std::size_t kMostBytes = 2 << 20;  // one more than the reader takes, so that the reader refuses it

std::map<std::string, std::string> lanyard_variables() {
  std::map<std::string, std::string> out;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view one(*entry);
    const std::size_t equal = one.find('=');
    if (equal == std::string_view::npos || !one.starts_with("LANYARD_")) continue;
    out.emplace(one.substr(0, equal), one.substr(equal + 1));
  }
  return out;
}

}  // namespace

ConfigOutcome load_config(const std::string& path, const std::map<std::string, std::string>& flags) {
  ConfigInput input;
  input.file_name = path;
  input.environment = lanyard_variables();
  input.flags = flags;
  if (path.empty()) return read_config(input);

  const auto refuse = [&](std::string what, std::string remedy) {
    ConfigOutcome out;
    out.faults.push_back({path, "", std::move(what), std::move(remedy)});
    return out;
  };
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0) {
    return refuse(cat("cannot be read: ", std::strerror(errno)),
                  "Name the file with --config or LANYARD_CONFIG, and let the user of lanyardd read it.");
  }
  struct stat about {};
  std::array<char, 16 * 1024> piece{};
  ssize_t n = -1;
  if (::fstat(fd, &about) == 0 && S_ISREG(about.st_mode)) {
    while ((n = ::read(fd, piece.data(), piece.size())) > 0 && input.text.size() < kMostBytes) {
      input.text.append(piece.data(), static_cast<std::size_t>(n));
    }
  }
  ::close(fd);
  if (n < 0) return refuse("is not a regular file that can be read", "Name a file.");
  input.readable_by_others = (about.st_mode & S_IROTH) != 0;
  return read_config(input);
}

}  // namespace lanyard::app
