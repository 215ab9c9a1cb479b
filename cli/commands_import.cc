// lanyard user import: many people at once, from JSON Lines or CSV. It can be run again: who is there already
// is left alone.
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

constexpr std::size_t kAtOnce = 500;          // people in a request
constexpr std::size_t kLongest = 400 * 1024;  // bytes of them; the server takes 512 KiB

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

// Sends people in requests of a handsome size and counts what became of them.
class Import {
 public:
  Import(Api& api, const std::vector<json::Object>& people, bool ids_only)
      : api_(api), people_(people), ids_only_(ids_only), progress_(people.size()) {}

  Status run() {
    while (next_ < people_.size()) {
      const std::size_t first = next_;
      json::Array some;
      for (std::size_t bytes = 0; next_ < people_.size() && some.size() < kAtOnce; ++next_) {
        bytes += json::write(people_[next_]).size() + 1;
        if (bytes > kLongest && !some.empty()) break;
        some.emplace_back(people_[next_]);
      }
      const auto answer = api_.post("/accounts/import", json::Object{{"people", std::move(some)}});
      if (!answer.ok()) {
        Error error = answer.error();
        error.message = cat("entries ", first + 1, " to ", next_, ": ", error.message);
        return error;
      }
      count(first, answer->object);
      progress_.at(next_);
    }
    return {};
  }
  std::string summary() const {
    return cat(made, " prepared, ", there, " there already, ", wrong, " not possible");
  }
  std::size_t made = 0, there = 0, wrong = 0;

 private:
  void count(std::size_t first, const json::Object& answer) {
    const json::Value* results = answer.find("results");
    if (results == nullptr || results->as_array() == nullptr) return;
    std::size_t number = first;
    for (const json::Value& one : *results->as_array()) {
      ++number;
      const json::Object* result = one.as_object();
      if (result == nullptr) continue;
      const std::string outcome = text_of(*result, "outcome");
      made += outcome == "created" ? 1 : 0;
      there += outcome == "there" ? 1 : 0;
      if (outcome == "created" && ids_only_) std::cout << text_of(*result, "id") << "\n";
      if (outcome != "refused") continue;
      ++wrong;
      std::cerr << "entry " << number << ": " << terminal::harmless(text_of(*result, "detail")) << "\n";
    }
  }

  Api& api_;
  const std::vector<json::Object>& people_;
  bool ids_only_;
  Progress progress_;
  std::size_t next_ = 0;
};

}  // namespace

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
  Import import(**api, *people, given.has("quiet"));
  if (const Status done = import.run(); !done.ok()) {
    std::cerr << import.summary() << "; run it again to go on where it stopped\n";
    return failed(**api, done.error());
  }
  std::cerr << import.summary() << "\n";
  return import.wrong == 0 ? 0 : static_cast<int>(terminal::Exit::failed);
}

}  // namespace lanyard::cli
