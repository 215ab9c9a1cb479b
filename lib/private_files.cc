#include "lib/private_files.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <thread>

#include "base/random.h"
#include "base/text.h"

namespace lanyard::lib {
namespace {

constexpr std::size_t kLongest = 256 * 1024;
constexpr mode_t kOthers = S_IRWXG | S_IRWXO;
constexpr auto kLockPatience = std::chrono::seconds(60);

Error refused(std::string message, std::string hint) {
  return make_error(Code::forbidden, std::move(message), std::move(hint));
}

Error trouble(std::string_view what, const std::string& path, int number) {
  const Code code = number == EACCES || number == EPERM ? Code::forbidden : Code::internal;
  return make_error(code, cat("\"", path, "\" can not be ", what, ": ", std::strerror(number), "."),
                    "Look at the folder's owner, its mode, and the room on the disk.");
}

Status check(const std::string& path, const struct stat& info) {
  if (info.st_uid != ::geteuid())
    return refused(cat("\"", path, "\" belongs to another user."),
                   "Nothing in it is believed. Remove it, or have it removed.");
  if ((info.st_mode & kOthers) != 0)
    return refused(cat("\"", path, "\" is open to others."),
                   cat("Run: chmod ", S_ISDIR(info.st_mode) ? "700 " : "600 ", path));
  return {};
}

Status make_folders(const std::string& path) {
  for (std::size_t at = 1; at != std::string::npos && at <= path.size(); ++at) {
    at = path.find('/', at);
    const std::string part = path.substr(0, at);
    if (::mkdir(part.c_str(), S_IRWXU) != 0 && errno != EEXIST) return trouble("made", part, errno);
    if (at == std::string::npos) break;
  }
  return {};
}

Status write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t n = ::write(fd, text.data(), text.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return make_error(Code::internal, std::strerror(errno));
    text.remove_prefix(static_cast<std::size_t>(n));
  }
  return {};
}

// O_EXCL makes the temporary file ours whatever stands there; rename puts it in place of the name, so a link
// of that name goes away and what it pointed at stays as it was.
Status replace(int folder, const std::string& folder_path, const std::string& name, std::string_view text) {
  SystemRandom random;
  const std::string fresh = cat(".", name, ".", hex_encode(random.bytes(8)));
  const std::string path = cat(folder_path, "/", name);
  {
    const Descriptor file(::openat(folder, fresh.c_str(),
                                   O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, S_IRUSR | S_IWUSR));
    if (!file.is_open()) return trouble("written", path, errno);
    // The mask of the process can only have taken rights away; with some the owner's own.
    if (::fchmod(file.get(), S_IRUSR | S_IWUSR) != 0 || !write_all(file.get(), text).ok() ||
        ::fsync(file.get()) != 0) {
      const int number = errno;
      ::unlinkat(folder, fresh.c_str(), 0);
      return trouble("written", path, number);
    }
  }
  if (::renameat(folder, fresh.c_str(), folder, name.c_str()) != 0) {
    const int number = errno;
    ::unlinkat(folder, fresh.c_str(), 0);
    return trouble("replaced", path, number);
  }
  ::fsync(folder);  // some file systems refuse this for folders, and the rename holds without a power cut
  return {};
}

}  // namespace

Descriptor::~Descriptor() {
  if (fd_ >= 0) ::close(fd_);
}

Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
  std::swap(fd_, other.fd_);
  return *this;
}

Result<PrivateFolder> PrivateFolder::open(const std::string& path) {
  if (!path.starts_with('/'))
    return make_error(Code::invalid, cat("\"", path, "\" is not a complete path."),
                      "Set HOME or XDG_STATE_HOME to a path that begins with \"/\".");
  LANYARD_CHECK(make_folders(path));
  Descriptor folder(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!folder.is_open()) {
    if (errno == ELOOP || errno == ENOTDIR)
      return refused(cat("\"", path, "\" is a link or a file, not a folder."), "Remove it.");
    return trouble("opened", path, errno);
  }
  struct stat info {};
  if (::fstat(folder.get(), &info) != 0) return trouble("looked at", path, errno);
  LANYARD_CHECK(check(path, info));
  return PrivateFolder(path, std::move(folder));
}

Result<std::optional<Secret>> PrivateFolder::read(const std::string& name) const {
  const std::string path = cat(path_, "/", name);
  const Descriptor file(
      ::openat(folder_.get(), name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  if (!file.is_open()) {
    if (errno == ENOENT) return std::optional<Secret>();
    if (errno == ELOOP)
      return refused(cat("\"", path, "\" is a link."), "Tokens are kept in files alone. Remove it.");
    return trouble("opened", path, errno);
  }
  struct stat info {};
  if (::fstat(file.get(), &info) != 0) return trouble("looked at", path, errno);
  if (!S_ISREG(info.st_mode)) return refused(cat("\"", path, "\" is not a file."), "Remove it.");
  LANYARD_CHECK(check(path, info));
  std::string text;
  std::array<char, 8192> buffer{};
  for (;;) {
    const ssize_t n = ::read(file.get(), buffer.data(), buffer.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return trouble("read", path, errno);
    if (n == 0) return std::optional<Secret>(Secret(std::move(text)));
    text.append(buffer.data(), static_cast<std::size_t>(n));
    if (text.size() > kLongest) return make_error(Code::too_large, cat("\"", path, "\" is too long."));
  }
}

Status PrivateFolder::write(const std::string& name, std::string_view text) const {
  return replace(folder_.get(), path_, name, text);
}

Result<bool> PrivateFolder::remove(const std::string& name) const {
  if (::unlinkat(folder_.get(), name.c_str(), 0) == 0) return true;
  if (errno == ENOENT) return false;
  return trouble("removed", cat(path_, "/", name), errno);
}

Result<std::vector<std::string>> PrivateFolder::names(std::string_view ending) const {
  const int copy = ::openat(folder_.get(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  DIR* listing = copy < 0 ? nullptr : ::fdopendir(copy);
  if (listing == nullptr) {
    const int number = errno;
    if (copy >= 0) ::close(copy);
    return trouble("listed", path_, number);
  }
  std::vector<std::string> out;
  while (const dirent* entry = ::readdir(listing)) {
    const std::string_view name = entry->d_name;
    if (!name.starts_with('.') && name.ends_with(ending)) out.emplace_back(name);
  }
  ::closedir(listing);
  std::ranges::sort(out);
  return out;
}

Result<Lock> PrivateFolder::lock(const std::string& name) const {
  Descriptor file(::openat(folder_.get(), cat(name, ".lock").c_str(),
                           O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, S_IRUSR | S_IWUSR));
  if (!file.is_open()) return trouble("locked", cat(path_, "/", name), errno);
  const auto end = std::chrono::steady_clock::now() + kLockPatience;
  while (::flock(file.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK && errno != EINTR) return trouble("locked", cat(path_, "/", name), errno);
    if (std::chrono::steady_clock::now() > end)
      return make_error(Code::unavailable, "Another program has been busy with this token for a minute.",
                        "Look for a lanyard that hangs.");
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  return Lock(std::move(file));
}

Status write_private_file(const std::string& path, std::string_view text) {
  const std::size_t slash = path.rfind('/');
  const std::string folder = slash == std::string::npos ? "." : slash == 0 ? "/" : path.substr(0, slash);
  const std::string name = slash == std::string::npos ? path : path.substr(slash + 1);
  if (name.empty()) return make_error(Code::invalid, cat("\"", path, "\" names no file."));
  const Descriptor opened(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!opened.is_open()) return trouble("opened", folder, errno);
  return replace(opened.get(), folder, name, text);
}

}  // namespace lanyard::lib
