#include "cli/show.h"

#include <iostream>

#include "base/ids.h"
#include "base/text.h"

namespace lanyard::cli {

Result<json::Array> all_items(Api& api, std::string_view path, Form query, std::size_t most) {
  json::Array all;
  const Form first = query;
  for (;;) {
    LANYARD_TRY(const Answer answer, api.get(path, query));
    const json::Value* items = answer.object.find("items");
    if (items == nullptr || items->as_array() == nullptr)
      return make_error(Code::upstream, "The server's answer has no items.");
    for (const json::Value& item : *items->as_array()) {
      if (all.size() == most) return all;
      all.push_back(item);
    }
    const std::string next = text_of(answer.object, "next_cursor");
    if (next.empty()) return all;
    query = first;
    query.add("cursor", next);
  }
}

std::string text_of(const json::Object& object, std::string_view name) {
  const json::Value* value = object.find(name);
  if (value == nullptr || value->is_null()) return "";
  return value->as_string() != nullptr ? *value->as_string() : terminal::cell(*value);
}

int print_list(const terminal::Given& given, const json::Array& items,
               const std::vector<terminal::Column>& columns) {
  const bool for_terminal = terminal::output_is_terminal();
  if (given.has("json")) {
    const auto text = terminal::json_text(items, given.value_or("json", ""), for_terminal);
    if (!text.ok()) return terminal::fail(text.error());
    std::cout << *text;
    return 0;
  }
  std::vector<json::Object> rows;
  for (const json::Value& item : items) {
    if (item.as_object() == nullptr) continue;
    if (given.has("quiet")) {
      std::cout << text_of(*item.as_object(), "id") << "\n";
    } else {
      rows.push_back(*item.as_object());
    }
  }
  if (!given.has("quiet") && !rows.empty()) std::cout << terminal::table(columns, rows, for_terminal);
  if (rows.empty() && !given.has("quiet") && for_terminal) std::cerr << "nothing to show\n";
  return 0;
}

int print_one(const terminal::Given& given, const json::Object& object,
              const std::vector<std::pair<std::string, std::string>>& lines) {
  if (given.has("json")) {
    const auto text = terminal::json_text(object, given.value_or("json", ""), terminal::output_is_terminal());
    if (!text.ok()) return terminal::fail(text.error());
    std::cout << *text;
    return 0;
  }
  if (given.has("quiet")) {
    std::cout << text_of(object, "id") << "\n";
    return 0;
  }
  std::size_t width = 0;
  for (const auto& [name, value] : lines) width = std::max(width, name.size());
  for (const auto& [name, value] : lines) {
    if (!value.empty())
      std::cout << name << std::string(width - name.size() + 2, ' ') << terminal::harmless(value) << "\n";
  }
  return 0;
}

int failed(const Api& api, const Error& error) {
  return terminal::fail(error, api.last_request_id());
}

Result<std::string> account_id(Api& api, const std::string& words) {
  if (is_id_text(words)) return words;
  LANYARD_TRY(const Answer answer, api.get(cat("/accounts/", segment(words))));
  return text_of(answer.object, "id");
}

}  // namespace lanyard::cli
