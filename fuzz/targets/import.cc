// People from a file, CSV or JSON Lines: written as either, they are the same people.
#include "cli/import.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "fuzz/fuzz.h"

namespace lanyard::fuzz {
namespace {

constexpr std::array<std::string_view, 8> kFields{"subject",    "email",    "name",   "institution",
                                                  "experiment", "username", "issuer", "groups"};

std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) out += c == '"' ? std::string("\"\"") : std::string(1, c);
  return out + "\"";
}

// The cell of a table; groups stand in one, with ";" between them.
std::string cell(const json::Value* value) {
  if (value == nullptr) return {};
  if (value->as_string() != nullptr) return *value->as_string();
  std::vector<std::string> paths;
  for (const json::Value& path : *value->as_array()) paths.push_back(*path.as_string());
  return join(paths, ";");
}

std::string as_csv(const std::vector<json::Object>& people) {
  std::string out = join({kFields.begin(), kFields.end()}, ",") + "\r\n";
  for (const json::Object& person : people) {
    std::vector<std::string> cells;
    for (const std::string_view field : kFields) cells.push_back(quoted(cell(person.find(field))));
    out += join(cells, ",") + "\r\n";
  }
  return out;
}

bool is_text(const json::Value& value) {
  return value.as_string() != nullptr && !value.as_string()->empty();
}

bool is_path(const json::Value& value) {
  return is_text(value) && trim(*value.as_string()) == *value.as_string() &&
         value.as_string()->find(';') == std::string::npos;
}

// Whether a table can say it; JSON says more.
bool fits_a_table(const json::Member& member) {
  if (member.name != "groups") return is_text(member.value);
  const json::Array* paths = member.value.as_array();
  return paths != nullptr && !paths->empty() && std::ranges::all_of(*paths, is_path);
}

}  // namespace

void import(std::string_view input) {
  const auto people = cli::parse_people(input);
  if (!people.ok()) {
    HOLDS(people.error().code == Code::invalid && !people.error().message.empty());
    return;
  }
  bool texts = true, unicode = true;
  std::string lines;
  for (const json::Object& person : *people) {
    for (const json::Member& member : person) {
      HOLDS(std::ranges::find(kFields, member.name) != kFields.end());
      texts = texts && fits_a_table(member);
      const json::Value again = json::parse(json::write(member.value)).value();
      unicode = unicode && again == member.value;  // a table may hold other bytes, JSON not
    }
    lines += json::write(person) + "\n";
  }
  if (texts) {
    const auto again = cli::parse_people(as_csv(*people));
    HOLDS(again.ok() && *again == *people);
  }
  if (!people->empty() && unicode) {
    const auto again = cli::parse_people(lines);
    HOLDS(again.ok() && *again == *people);
  }
}

}  // namespace lanyard::fuzz
