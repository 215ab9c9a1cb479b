#include "doors/api/body.h"

#include <algorithm>

#include "base/text.h"

namespace lanyard::doors::api {
bool says_json(const net::Request& request) {
  const auto type = request.header("Content-Type");
  if (!type.ok() || !*type) return false;
  return equal_ignoring_case(trim((*type)->substr(0, (*type)->find(';'))), "application/json");
}

Result<json::Object> read_body(const net::Request& request, std::size_t longest) {
  const std::size_t members = longest / 64;  // as many as a body of short ones may hold
  auto body = json::parse_object(request.body(), {longest, 8, members});
  if (body.ok()) return body;
  Error error = std::move(body).error();
  error.message = cat("The body is not a JSON object that is accepted here: ", error.message);
  return error;
}

Status require_known(const json::Object& body, std::initializer_list<std::string_view> known) {
  std::vector<std::string> names;
  for (const std::string_view name : known) names.emplace_back(name);
  for (const json::Member& member : body) {
    if (std::ranges::find(names, member.name) != names.end()) continue;
    return make_error(
        Code::invalid,
        cat("The member \"", cut_utf8(member.name, 100), "\" is not known here or can not be set."),
        cat("Members that can be sent: ", join(names, ", "), "."));
  }
  return {};
}

Result<std::optional<std::string>> find_text(const json::Object& body, std::string_view name) {
  if (body.find(name) == nullptr) return std::optional<std::string>();
  LANYARD_TRY(auto text, json::get_string(body, name));
  return std::optional<std::string>(std::move(text));
}

Result<std::string> text_or_empty(const json::Object& body, std::string_view name) {
  LANYARD_TRY(auto text, find_text(body, name));
  return std::move(text).value_or("");
}

Result<std::optional<bool>> find_flag(const json::Object& body, std::string_view name) {
  if (body.find(name) == nullptr) return std::optional<bool>();
  LANYARD_TRY(const bool flag, json::get_bool(body, name));
  return std::optional<bool>(flag);
}

Result<std::optional<std::int64_t>> find_integer(const json::Object& body, std::string_view name) {
  if (body.find(name) == nullptr) return std::optional<std::int64_t>();
  LANYARD_TRY(const std::int64_t number, json::get_integer(body, name));
  return std::optional<std::int64_t>(number);
}

Result<std::string> get_words(const json::Object& body, std::string_view name) {
  LANYARD_TRY(auto text, json::get_string(body, name));
  if (trim(text).empty()) return make_error(Code::invalid, cat("\"", name, "\" must hold something."));
  return text;
}

}  // namespace lanyard::doors::api
