// Files that hold a secret, and who may read them.
#pragma once

#include <optional>
#include <string>
#include <variant>

#include "app/config_schema.h"
#include "app/config_values.h"
#include "base/secret.h"

namespace lanyard::app {

// The one line of the file without its line end. The file must be a regular file that others cannot read or
// write. Its owner must be root or the user of this process; a group may read it only when root owns it,
// because then root chose the group (Kubernetes with fsGroup, credentials of systemd, "root:lanyard 0640").
std::variant<Secret, ValueFault> read_secret_file(const std::string& path);

// The file can be opened, and for FileKind::secret the same holds for who may read it.
std::optional<ValueFault> check_file(const std::string& path, FileKind kind);

}  // namespace lanyard::app
