#include "cli/import.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/text.h"

namespace lanyard::cli {
namespace {

constexpr std::array<std::string_view, 8> kFields{"subject",    "email",    "name",   "institution",
                                                  "experiment", "username", "issuer", "groups"};

bool is_field(std::string_view name) {
  return std::ranges::find(kFields, name) != kFields.end();
}

// RFC 4180: quoted fields may hold commas, quotes (doubled) and line ends. A quote anywhere else is refused,
// because programs read it in different ways.
Result<std::vector<std::vector<std::string>>> parse_csv(std::string_view text) {
  std::vector<std::vector<std::string>> rows;
  std::vector<std::string> row;
  std::string field;
  enum class In { plain, quoted, behind_quotes } in = In::plain;
  bool any = false;  // whether this line has a field already
  const auto end_field = [&] {
    row.push_back(std::exchange(field, {}));
    in = In::plain;
  };
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in == In::quoted) {
      if (c == '"' && i + 1 < text.size() && text[i + 1] == '"') {
        field.push_back('"');
        ++i;
      } else if (c == '"') {
        in = In::behind_quotes;
      } else {
        field.push_back(c);
      }
    } else if (c == '"' && in == In::plain && field.empty()) {
      in = In::quoted;
      any = true;
    } else if (c == ',') {
      end_field();
      any = true;
    } else if (c == '\n' || c == '\r') {
      if (any || !field.empty()) {
        end_field();
        rows.push_back(std::exchange(row, {}));
      }
      any = false;
    } else if (c == '"' || in == In::behind_quotes) {
      return make_error(Code::invalid, cat("entry ", rows.size(), ": a quote stands inside a field."),
                        "Put the whole field in quotes and write each quote inside twice.");
    } else {
      field.push_back(c);
    }
  }
  if (in == In::quoted) return make_error(Code::invalid, "A quoted field does not end.");
  if (any || !field.empty()) {
    end_field();
    rows.push_back(std::move(row));
  }
  return rows;
}

// "Rubin/production; Rubin/staff"
json::Array groups_of(std::string_view cell) {
  json::Array paths;
  for (const std::string_view path : split(cell, ';')) {
    if (!trim(path).empty()) paths.emplace_back(std::string(trim(path)));
  }
  return paths;
}

Result<std::vector<json::Object>> from_csv(std::string_view text) {
  LANYARD_TRY(const auto rows, parse_csv(text));
  if (rows.empty()) return make_error(Code::invalid, "The file is empty.");
  for (const std::string& name : rows.front()) {
    if (!is_field(name)) {
      return make_error(Code::invalid, cat("line 1: the column \"", name, "\" is not known."),
                        "Known are subject, email, name, institution, experiment, username, issuer, groups.");
    }
    if (std::ranges::count(rows.front(), name) > 1)
      return make_error(Code::invalid, cat("line 1: the column \"", name, "\" is there twice."));
  }
  std::vector<json::Object> people;
  for (std::size_t i = 1; i < rows.size(); ++i) {
    if (rows[i].size() != rows.front().size())
      return make_error(Code::invalid,
                        cat("entry ", i, " has ", rows[i].size(), " fields, not ", rows.front().size(), "."));
    json::Object person;
    for (std::size_t k = 0; k < rows[i].size(); ++k) {
      if (rows[i][k].empty()) continue;
      if (rows.front()[k] == "groups")
        person.set("groups", groups_of(rows[i][k]));
      else
        person.set(rows.front()[k], rows[i][k]);
    }
    people.push_back(std::move(person));
  }
  return people;
}

Result<std::vector<json::Object>> from_json(std::string_view text) {
  std::vector<json::Object> people;
  std::int64_t number = 0;
  for (const std::string_view line : split(text, '\n')) {
    ++number;
    if (trim(line).empty()) continue;
    auto person = json::parse_object(line);
    if (!person.ok()) return make_error(Code::invalid, cat("line ", number, ": ", person.error().message));
    for (const json::Member& member : *person) {
      if (!is_field(member.name))
        return make_error(Code::invalid, cat("line ", number, ": \"", member.name, "\" is not known."));
    }
    people.push_back(std::move(*person));
  }
  return people;
}

}  // namespace

Result<std::vector<json::Object>> parse_people(std::string_view text) {
  const std::string_view begin = trim(text);
  return begin.starts_with('{') ? from_json(text) : from_csv(text);
}

}  // namespace lanyard::cli
