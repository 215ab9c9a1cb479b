#include "app/config_reading.h"

#include "app/config_secret_file.h"
#include "base/text.h"

namespace lanyard::app {

Reading::Reading(const ConfigInput& from) : input(from) {
  const std::size_t slash = from.file_name.rfind('/');
  folder = slash == std::string::npos ? "" : from.file_name.substr(0, slash + 1);
  short_name = from.file_name.substr(slash == std::string::npos ? 0 : slash + 1);
}

void Reading::fault(const std::string& at, const std::string& key, std::string what, std::string remedy) {
  faults.push_back({at, key, std::move(what), std::move(remedy)});
}

void Reading::fault(const std::string& at, const std::string& key, const ValueFault& found) {
  fault(at, key, found.what, found.remedy);
}

void Reading::file_fault(const std::string& at, const std::string& key, const ValueFault& found) {
  fault(at, key, found);
  file_faults.emplace(at, key);
}

void Reading::forget_file_faults(const std::string& key) {
  std::erase_if(faults, [&](const ConfigFault& f) {
    return f.key == key && file_faults.contains({f.where, f.key});
  });
}

std::string Reading::where(std::string key) const {
  for (;;) {
    if (const auto it = origins.find(key); it != origins.end()) return it->second.where;
    const std::size_t cut = key.find_last_of(".[");
    if (cut == std::string::npos) break;
    key.resize(cut);
  }
  return input.file_name.empty() ? "configuration" : input.file_name;
}

void Reading::take_secret(Secret& out, const std::string& file, const std::string& base,
                          const std::string& at, const std::string& key) {
  if (file.empty()) {
    fault(at, key, "is empty", "Write the name of a file, or remove the line.");
    return;
  }
  auto secret = read_secret_file(file.front() == '/' ? file : base + file);
  if (const auto* found = std::get_if<ValueFault>(&secret)) {
    file_fault(at, key, *found);
  } else {
    out = std::move(std::get<Secret>(secret));
  }
}

void Reading::name_file(std::string& file, FileKind kind, const std::string& base, const std::string& at,
                        const std::string& key) {
  if (file.empty()) return;
  if (file.front() != '/') file = base + file;
  if (auto found = check_file(file, kind)) file_fault(at, key, *found);
}

}  // namespace lanyard::app
