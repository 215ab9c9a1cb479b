// lanyard user import: many people at once, from JSON Lines or CSV. It can be run again: who is there already
// is left alone.
#include <algorithm>
#include <array>
#include <chrono>
#include <fstream>
#include <iostream>
#include <sstream>

#include "base/text.h"
#include "cli/import.h"
#include "cli/show.h"
#include "cli/table.h"

namespace lanyard::cli {
namespace {

constexpr std::array<std::string_view, 7> kFields{"subject",    "email",    "name",  "institution",
                                                  "experiment", "username", "issuer"};

bool is_field(std::string_view name) {
  return std::ranges::find(kFields, name) != kFields.end();
}

// RFC 4180: quoted fields may hold commas, quotes (doubled) and line ends.
Result<std::vector<std::vector<std::string>>> parse_csv(std::string_view text) {
  std::vector<std::vector<std::string>> rows;
  std::vector<std::string> row;
  std::string field;
  bool quoted = false, any = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quoted) {
      if (c == '"' && i + 1 < text.size() && text[i + 1] == '"') {
        field.push_back('"');
        ++i;
      } else if (c == '"') {
        quoted = false;
      } else {
        field.push_back(c);
      }
    } else if (c == '"' && field.empty()) {
      quoted = any = true;
    } else if (c == ',') {
      row.push_back(std::exchange(field, {}));
      any = true;
    } else if (c == '\n' || c == '\r') {
      if (any || !field.empty()) {
        row.push_back(std::exchange(field, {}));
        rows.push_back(std::exchange(row, {}));
      }
      any = false;
    } else {
      field.push_back(c);
    }
  }
  if (quoted) return make_error(Code::invalid, "A quoted field does not end.");
  if (any || !field.empty()) {
    row.push_back(std::move(field));
    rows.push_back(std::move(row));
  }
  return rows;
}

Result<std::vector<json::Object>> from_csv(std::string_view text) {
  LANYARD_TRY(const auto rows, parse_csv(text));
  if (rows.empty()) return make_error(Code::invalid, "The file is empty.");
  for (const std::string& name : rows.front()) {
    if (!is_field(name)) {
      return make_error(Code::invalid, cat("line 1: the column \"", name, "\" is not known."),
                        "Known are subject, email, name, institution, experiment, username, issuer.");
    }
  }
  std::vector<json::Object> people;
  for (std::size_t i = 1; i < rows.size(); ++i) {
    if (rows[i].size() != rows.front().size())
      return make_error(Code::invalid,
                        cat("entry ", i, " has ", rows[i].size(), " fields, not ", rows.front().size(), "."));
    json::Object person;
    for (std::size_t k = 0; k < rows[i].size(); ++k) {
      if (!rows[i][k].empty()) person.set(rows.front()[k], rows[i][k]);
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

// A line now and then on standard error, a bar's worth of it on a terminal.
class Progress {
 public:
  explicit Progress(std::size_t all) : all_(all) {}
  void at(std::size_t done) {
    const auto now = std::chrono::steady_clock::now();
    if (done != all_ && now - last_ < (terminal::output_is_terminal() ? std::chrono::milliseconds(200)
                                                                      : std::chrono::seconds(5)))
      return;
    last_ = now;
    std::cerr << (terminal::output_is_terminal() ? "\r" : "") << done << " of " << all_
              << (terminal::output_is_terminal() && done != all_ ? "" : "\n") << std::flush;
  }

 private:
  std::size_t all_;
  std::chrono::steady_clock::time_point last_{};
};

}  // namespace

Result<std::vector<json::Object>> parse_people(std::string_view text) {
  const std::string_view begin = trim(text);
  return begin.starts_with('{') ? from_json(text) : from_csv(text);
}

int user_import(const terminal::Given& given) {
  std::ostringstream text;
  if (given.argument(0) == "-") {
    text << std::cin.rdbuf();
  } else {
    std::ifstream file(given.argument(0));
    text << file.rdbuf();
    if (!file)
      return terminal::fail(make_error(Code::invalid, cat("\"", given.argument(0), "\" can not be read.")));
  }
  const auto people = parse_people(text.str());
  if (!people.ok()) return terminal::fail(people.error());
  if (given.has("dry-run")) {
    std::cerr << people->size() << " people would be prepared; nothing was done\n";
    return 0;
  }
  auto api = Api::open(given);
  if (!api.ok()) return terminal::fail(api.error());
  std::size_t made = 0, there = 0, wrong = 0, number = 0;
  Progress progress(people->size());
  for (const json::Object& person : *people) {
    ++number;
    const auto answer = (*api)->post("/accounts", person);
    if (answer.ok()) {
      ++made;
      if (given.has("quiet")) std::cout << text_of(answer->object, "id") << "\n";
    } else if (answer.error().code == Code::conflict) {
      ++there;
    } else {
      ++wrong;
      std::cerr << "entry " << number << ": " << terminal::harmless(answer.error().message) << "\n";
      const bool hopeless = answer.error().code == Code::unauthenticated ||
                            answer.error().code == Code::forbidden ||
                            answer.error().code == Code::unavailable;
      if (hopeless) return failed(**api, answer.error());
    }
    progress.at(number);
  }
  std::cerr << made << " prepared, " << there << " there already, " << wrong << " not possible\n";
  return wrong == 0 ? 0 : static_cast<int>(terminal::Exit::failed);
}

}  // namespace lanyard::cli
