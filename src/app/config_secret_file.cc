#include "app/config_secret_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "base/text.h"

namespace lanyard::app {
namespace {

constexpr std::size_t kMostBytes = 64 * 1024;

class File {
 public:
  // O_NONBLOCK so that a pipe cannot make the start hang.
  explicit File(const std::string& path) : fd_(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)) {}
  ~File() {
    if (fd_ >= 0) ::close(fd_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  int fd() const { return fd_; }

 private:
  int fd_;
};

std::optional<ValueFault> check_open_file(const File& file, const std::string& path, FileKind kind) {
  if (file.fd() < 0) {
    const int fault = errno;
    return ValueFault{
        cat("names ", shown(path), ", which cannot be read: ", std::strerror(fault)),
        fault == EACCES ? "Let the user of lanyardd read the file." : "Make the file, or correct the name."};
  }
  struct stat about {};
  if (::fstat(file.fd(), &about) != 0 || !S_ISREG(about.st_mode)) {
    return ValueFault{cat("names ", shown(path), ", which is not a regular file"), "Name a file."};
  }
  if (kind != FileKind::secret) return {};
  if ((about.st_mode & S_IRWXO) != 0) {
    return ValueFault{cat("names ", shown(path), ", which everybody on this machine may read or write"),
                      "Run chmod o-rwx on the file, and replace the secret if others may have seen it."};
  }
  if (about.st_uid != 0 && about.st_uid != ::geteuid()) {
    return ValueFault{cat("names ", shown(path), ", which belongs to another user"),
                      "Let root or the user of lanyardd own the file."};
  }
  if ((about.st_mode & S_IWGRP) != 0 || (about.st_uid != 0 && (about.st_mode & S_IRWXG) != 0)) {
    return ValueFault{cat("names ", shown(path), ", which its group may read or write"),
                      "Run chmod 600 on the file; a group may read it (640) only when root owns it."};
  }
  return {};
}

}  // namespace

std::optional<ValueFault> check_file(const std::string& path, FileKind kind) {
  const File file(path);
  return check_open_file(file, path, kind);
}

std::variant<Secret, ValueFault> read_secret_file(const std::string& path) {
  const File file(path);
  if (auto fault = check_open_file(file, path, FileKind::secret)) return *fault;
  std::string text;
  std::array<char, 4096> piece{};
  for (;;) {
    const ssize_t n = ::read(file.fd(), piece.data(), piece.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0)
      return ValueFault{cat("names ", shown(path), ", which cannot be read: ", std::strerror(errno)),
                        "Name a file."};
    if (n == 0) break;
    text.append(piece.data(), static_cast<std::size_t>(n));
    if (text.size() > kMostBytes) {
      return ValueFault{cat("names ", shown(path), ", which is larger than 64 KiB"),
                        "Is this the right file?"};
    }
  }
  if (text.ends_with('\n')) text.pop_back();
  if (text.ends_with('\r')) text.pop_back();
  if (text.empty())
    return ValueFault{cat("names ", shown(path), ", which is empty"), "Write the secret into the file."};
  if (has_control(text) || trim(text) != text || !is_utf8(text)) {
    return ValueFault{cat("names ", shown(path), ", which is not one line of text"),
                      "The file must hold the secret alone, on one line."};
  }
  return Secret(std::move(text));
}

}  // namespace lanyard::app
