// lanyard issuer …, explain, completion.
#include <fstream>
#include <iostream>

#include "base/text.h"
#include "cli/show.h"
#include "cli/table.h"
#include "platform/terminal/manual.h"

namespace lanyard::cli {
namespace {

void print_steps(const json::Value* steps) {
  if (steps == nullptr || steps->as_array() == nullptr) return;
  std::vector<json::Object> rows;
  for (const json::Value& step : *steps->as_array()) {
    if (step.as_object() == nullptr) continue;
    json::Object row = *step.as_object();
    const json::Value* passed = row.find("passed");
    row.set("mark", passed != nullptr && passed->as_bool() != nullptr && *passed->as_bool() ? "ok" : "NO");
    rows.push_back(std::move(row));
  }
  const bool has_setting = !rows.empty() && rows.front().find("setting") != nullptr;
  std::vector<terminal::Column> columns{{"", "mark"}, {"RULE", "rule"}, {"OUTCOME", "outcome"}};
  if (has_setting) columns.push_back({"SETTING", "setting"});
  std::cout << terminal::table(columns, rows, terminal::output_is_terminal());
}

int print_json(const terminal::Given& given, const json::Object& object) {
  const auto text = terminal::json_text(object, given.value_or("json", ""), terminal::output_is_terminal());
  if (!text.ok()) return terminal::fail(text.error());
  std::cout << *text;
  return 0;
}

void print_trace(const json::Object& trace) {
  std::cout << text_of(trace, "at") << "  " << terminal::harmless(text_of(trace, "door")) << "  "
            << text_of(trace, "request_id") << "\n  " << terminal::harmless(text_of(trace, "outcome"))
            << "\n";
  print_steps(trace.find("steps"));
}

}  // namespace

int issuer_list(const terminal::Given& given) {
  auto api = Api::open(given);
  if (!api.ok()) return terminal::fail(api.error());
  const auto items = all_items(**api, "/issuers", {}, 10'000);
  if (!items.ok()) return failed(**api, items.error());
  return print_list(given, *items,
                    {{"ID", "id"},
                     {"KIND", "kind"},
                     {"USABLE", "usable"},
                     {"KEYS", "keys"},
                     {"FETCHED", "fetched_at"},
                     {"EXPIRES", "expires_at"},
                     {"ISSUER", "issuer"}});
}

int issuer_show(const terminal::Given& given) {
  auto api = Api::open(given);
  if (!api.ok()) return terminal::fail(api.error());
  const auto answer = (*api)->get(cat("/issuers/", segment(given.argument(0))));
  if (!answer.ok()) return failed(**api, answer.error());
  std::vector<std::pair<std::string, std::string>> lines;
  for (const char* name : {"id", "kind", "issuer", "usable", "keys", "kids", "refused", "fetched_at",
                           "expires_at", "failed_at", "failures", "fetches", "last_error"}) {
    lines.emplace_back(name, text_of(answer->object, name));
  }
  return print_one(given, answer->object, lines);
}

int issuer_test_token(const terminal::Given& given) {
  // The token comes from a file or standard input, never from an argument that others can see.
  std::string token;
  if (const std::string name = given.value_or("file", "-"); name == "-") {
    std::getline(std::cin, token);
  } else {
    std::ifstream file(name);
    if (!file) return terminal::fail(make_error(Code::invalid, cat("\"", name, "\" can not be read.")));
    std::getline(file, token);
  }
  auto api = Api::open(given);
  if (!api.ok()) return terminal::fail(api.error());
  const auto answer = (*api)->post(cat("/issuers/", segment(given.argument(0)), "/test-token"),
                                   json::Object{{"token", std::string(trim(token))}});
  if (!answer.ok()) return failed(**api, answer.error());
  if (given.has("json")) return print_json(given, answer->object);
  print_steps(answer->object.find("steps"));
  const bool accepted = text_of(answer->object, "accepted") == "yes";
  std::cout << (accepted ? "accepted\n" : "refused\n");
  return accepted ? 0 : static_cast<int>(terminal::Exit::failed);
}

int explain(const terminal::Given& given) {
  auto api = Api::open(given);
  if (!api.ok()) return terminal::fail(api.error());
  const auto answer = (*api)->get(cat("/explain/", segment(given.argument(0))));
  if (!answer.ok()) return failed(**api, answer.error());
  if (given.has("json")) return print_json(given, answer->object);
  const json::Object& object = answer->object;
  if (const json::Value* account = object.find("account");
      account != nullptr && account->as_object() != nullptr) {
    std::cout << terminal::harmless(text_of(*account->as_object(), "name")) << " ("
              << text_of(*account->as_object(), "id") << "): " << text_of(*account->as_object(), "state")
              << "\n";
  }
  if (const json::Value* standing = object.find("standing");
      standing != nullptr && standing->as_object() != nullptr) {
    std::cout << "now: " << text_of(*standing->as_object(), "reason") << "\n";
  }
  if (const json::Value* identities = object.find("identities");
      identities != nullptr && identities->as_array() != nullptr) {
    for (const json::Value& one : *identities->as_array()) {
      if (one.as_object() == nullptr) continue;
      std::cout << "\nlogin " << terminal::harmless(text_of(*one.as_object(), "subject")) << " of "
                << terminal::harmless(text_of(*one.as_object(), "issuer")) << "\n";
      print_steps(one.as_object()->find("steps"));
    }
  }
  if (const json::Value* traces = object.find("traces"); traces != nullptr && traces->as_array() != nullptr) {
    for (const json::Value& one : *traces->as_array()) {
      std::cout << "\n";
      if (one.as_object() != nullptr) print_trace(*one.as_object());
    }
  }
  return 0;
}

int manual(const terminal::Given&) {
  std::cout << terminal::man_page(lanyard(), {.name = "lanyard",
                                              .section = 1,
                                              .version = kVersion,
                                              .date = kReleased,
                                              .see_also = "lanyardd(8), lanyard.yaml(5)"});
  return 0;
}

int completion(const terminal::Given& given) {
  const std::string text = terminal::completion(lanyard(), given.argument(0));
  if (text.empty()) return terminal::fail(make_error(Code::invalid, "Only bash, zsh and fish are known."));
  std::cout << text;
  return 0;
}

}  // namespace lanyard::cli
