#include "lib/bearer.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "base/text.h"

extern char** environ;

namespace lanyard::lib {
namespace {

constexpr std::size_t kLongest = 16 * 1024;

class File {
 public:
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

std::string folder_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string::npos ? "." : slash == 0 ? "/" : path.substr(0, slash);
}

// A folder in which others can put files: there a file's owner is the only thing that says whose token it is.
bool is_shared(const std::string& folder) {
  struct stat info {};
  return ::stat(folder.c_str(), &info) != 0 || (info.st_mode & (S_IWGRP | S_IWOTH)) != 0;
}

Status check_owner(const std::string& path, const struct stat& info, unsigned uid) {
  if (!S_ISREG(info.st_mode))
    return make_error(Code::invalid, cat("\"", path, "\" is not a file."),
                      "Name a file that holds the token alone.");
  if (!is_shared(folder_of(path))) return {};
  if (info.st_uid != uid) {
    return make_error(Code::forbidden,
                      cat("\"", path, "\" belongs to another user, in a folder that others can write to."),
                      "Remove it, or name your own file in BEARER_TOKEN_FILE.");
  }
  if ((info.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
    return make_error(Code::forbidden,
                      cat("\"", path, "\" can be read by others, in a folder that others can write to."),
                      cat("Run: chmod 600 ", path));
  }
  return {};
}

enum class Absent { leads_on, is_an_error };

// The text of a token file; empty when it is absent or blank.
Result<std::string> read_file(const std::string& path, unsigned uid, Absent absent) {
  const File file(path);
  if (file.fd() < 0) {
    if (errno == ENOENT && absent == Absent::leads_on) return std::string();
    return make_error(Code::invalid,
                      cat("The token file \"", path, "\" can not be opened: ", std::strerror(errno), "."),
                      "Correct its name, or remove the setting.");
  }
  struct stat info {};
  if (::fstat(file.fd(), &info) != 0)
    return make_error(Code::invalid, cat("\"", path, "\" can not be looked at."));
  LANYARD_CHECK(check_owner(path, info, uid));
  std::string text;
  std::array<char, 4096> buffer{};
  for (ssize_t n = 0; (n = ::read(file.fd(), buffer.data(), buffer.size())) != 0;) {
    if (n < 0)
      return make_error(Code::invalid, cat("\"", path, "\" can not be read: ", std::strerror(errno), "."));
    text.append(buffer.data(), static_cast<std::size_t>(n));
    if (text.size() > kLongest)
      return make_error(Code::too_large, cat("\"", path, "\" is too long to be a token."));
  }
  return std::string(trim(text));
}

Result<Found> checked(std::string text, std::string where) {
  if (!can_be_token(text)) {
    return make_error(Code::invalid, cat("What stands in ", where, " is not a token."),
                      "It must hold one token and nothing else.");
  }
  return Found{Secret(std::move(text)), std::move(where)};
}

std::string value_of(const Environment& environment, std::string_view name) {
  const auto found = environment.find(name);
  return found == environment.end() ? std::string() : found->second;
}

std::string file_name(const Places& places) {
  return cat("bt_u", static_cast<std::int64_t>(places.uid));
}

}  // namespace

Environment process_environment() {
  Environment all;
  for (char** one = environ; *one != nullptr; ++one) {
    const std::string_view text(*one);
    const std::size_t equals = text.find('=');
    if (equals != std::string_view::npos) all.emplace(text.substr(0, equals), text.substr(equals + 1));
  }
  return all;
}

bool can_be_token(std::string_view text) {
  while (text.ends_with('=')) text.remove_suffix(1);
  return !text.empty() && text.size() <= kLongest && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("-._~+/").find(c) != std::string_view::npos;
  });
}

std::string bearer_file(const Places& places) {
  const std::string folder = value_of(places.environment, "XDG_RUNTIME_DIR");
  return cat(folder.empty() ? places.temporary : folder, "/", file_name(places));
}

Result<Secret> read_token_file(const std::string& path, unsigned uid) {
  LANYARD_TRY(std::string text, read_file(path, uid, Absent::is_an_error));
  LANYARD_TRY(Found found, checked(std::move(text), path));
  return std::move(found.token);
}

Result<Secret> read_secret_file(const std::string& path, unsigned uid) {
  LANYARD_TRY(std::string text, read_file(path, uid, Absent::is_an_error));
  if (text.empty() || has_control(text))
    return make_error(Code::invalid, cat("What stands in ", path, " is not a secret."),
                      "It must hold one line and nothing else.");
  return Secret(std::move(text));
}

Result<std::optional<Found>> find_bearer_token(const Places& places) {
  const auto variable = [&](std::string_view name) { return value_of(places.environment, name); };
  const std::string direct(trim(variable("BEARER_TOKEN")));
  if (!direct.empty()) {
    LANYARD_TRY(auto found, checked(direct, "BEARER_TOKEN"));
    return std::optional<Found>(std::move(found));
  }
  struct Place {
    std::string path;
    Absent absent;
  };
  std::vector<Place> files;
  if (!places.file.empty()) {
    files.push_back({places.file, Absent::is_an_error});
  } else {
    if (const std::string named = variable("BEARER_TOKEN_FILE"); !named.empty())
      files.push_back({named, Absent::is_an_error});
    if (!variable("XDG_RUNTIME_DIR").empty()) files.push_back({bearer_file(places), Absent::leads_on});
    files.push_back({cat(places.temporary, "/", file_name(places)), Absent::leads_on});
  }
  for (const Place& place : files) {
    LANYARD_TRY(std::string text, read_file(place.path, places.uid, place.absent));
    if (text.empty()) continue;
    LANYARD_TRY(auto found, checked(std::move(text), place.path));
    return std::optional<Found>(std::move(found));
  }
  return std::optional<Found>();
}

}  // namespace lanyard::lib
