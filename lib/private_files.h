// Files that hold tokens. Only this user may read them, nobody else's file is believed, no link is followed,
// and a reader sees the old text or the new one, never a part.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/secret.h"

namespace lanyard::lib {

// A descriptor that is closed with the object.
class Descriptor {
 public:
  explicit Descriptor(int fd = -1) : fd_(fd) {}
  ~Descriptor();
  Descriptor(Descriptor&& other) noexcept : fd_(other.fd_) { other.fd_ = -1; }
  Descriptor& operator=(Descriptor&& other) noexcept;
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return fd_; }
  bool is_open() const { return fd_ >= 0; }

 private:
  int fd_;
};

// Held until the object is gone, or the process is.
class Lock {
 public:
  explicit Lock(Descriptor file) : file_(std::move(file)) {}

 private:
  Descriptor file_;
};

class PrivateFolder {
 public:
  // Makes the folder with mode 0700 where it is missing, and its parents. Code::forbidden when it is a link,
  // belongs to somebody else, or lets others in.
  static Result<PrivateFolder> open(const std::string& path);

  const std::string& path() const { return path_; }
  // An empty optional when there is no such file. Code::forbidden when it is a link, belongs to somebody else
  // or can be read by others.
  Result<std::optional<Secret>> read(const std::string& name) const;
  // Mode 0600, by rename, on the disk before this returns.
  Status write(const std::string& name, std::string_view text) const;
  Result<bool> remove(const std::string& name) const;  // false: there was none
  Result<std::vector<std::string>> names(std::string_view ending) const;
  // Waits for whoever holds it; Code::unavailable after a minute.
  Result<Lock> lock(const std::string& name) const;

 private:
  PrivateFolder(std::string path, Descriptor folder) : path_(std::move(path)), folder_(std::move(folder)) {}
  std::string path_;
  Descriptor folder_;
};

// One file in a folder that need not be private, such as $XDG_RUNTIME_DIR/bt_u1000 or /tmp/bt_u1000: mode
// 0600, by rename, so that a link of that name is replaced and not followed.
Status write_private_file(const std::string& path, std::string_view text);

}  // namespace lanyard::lib
