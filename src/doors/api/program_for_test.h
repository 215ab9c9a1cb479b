// What the tests of this door share: a program that calls a whole house, and the contract as a table.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/text.h"
#include "doors/api/api.h"
#include "test/support/house.h"

namespace lanyard::doors::api {

// api/openapi.yaml, read line by line as far as the tests need it; the file keeps one form for that.
struct Contract {
  struct Operation {
    std::set<std::string> query;     // names of its query parameters
    std::set<std::string> statuses;  // "200", "404", …
    bool takes_body = false, is_public = false, has_condition = false;
  };
  std::map<std::string, Operation> operations;            // "GET /accounts/{id}"
  std::map<std::string, std::set<std::string>> required;  // of each schema

  static std::set<std::string> list_of(std::string_view line) {
    std::set<std::string> names;
    const std::size_t open = line.find('['), close = line.rfind(']');
    if (open == std::string_view::npos || close == std::string_view::npos) return names;
    for (const std::string_view name : split(line.substr(open + 1, close - open - 1), ','))
      names.insert(std::string(trim(name)));
    return names;
  }

  static Contract read(std::string_view text) {
    Contract contract;
    std::map<std::string, std::string> parameters;  // of components: key -> name in the query
    std::map<std::string, std::vector<std::string>> used;
    std::string section, path, schema;
    Operation* operation = nullptr;
    std::string operation_name;
    for (const std::string_view line : split(text, '\n')) {
      const std::string_view words = trim(line);
      const std::size_t indent = line.find_first_not_of(' ');
      if (words.empty()) continue;
      if (indent == 0) section = words;
      if (section == "paths:") {
        if (indent == 2) path = words.substr(0, words.size() - 1);
        if (indent == 4) {
          std::string method(words.substr(0, words.size() - 1));
          std::ranges::transform(method, method.begin(), [](char c) { return static_cast<char>(c - 32); });
          operation_name = cat(method, " ", path);
          operation = &contract.operations[operation_name];
        }
        if (operation == nullptr) continue;
        if (words == "security: []") operation->is_public = true;
        if (words == "requestBody:") operation->takes_body = true;
        if (words.starts_with('\'') && indent == 8)
          operation->statuses.insert(std::string(words.substr(1, 3)));
        constexpr std::string_view kRef = "- $ref: '#/components/parameters/";
        if (words.starts_with(kRef)) {
          const std::string key(words.substr(kRef.size(), words.size() - kRef.size() - 1));
          operation->has_condition = operation->has_condition || key == "ifMatch";
          used[operation_name].push_back(key);
        }
      } else if (section == "components:") {
        if (indent == 2) path = words;
        if (path == "parameters:" && indent == 4 && words.find("in: query") != std::string_view::npos) {
          const std::string key(words.substr(0, words.find(':')));
          const std::size_t from = words.find("{name: ") + 7;
          parameters[key] = words.substr(from, words.find(',') - from);
        }
        if (path == "schemas:" && indent == 4) schema = words.substr(0, words.size() - 1);
        if (path == "schemas:" && indent == 6 && words.starts_with("required:"))
          contract.required[schema] = list_of(words);
      }
    }
    for (const auto& [name, keys] : used)
      for (const std::string& key : keys)
        if (parameters.contains(key)) contract.operations[name].query.insert(parameters[key]);
    return contract;
  }
};

// What a request shows beside its path.
struct Sent {
  std::string token = "its own";  // "" : none
  std::string type = "application/json";
  std::vector<std::pair<std::string, std::string>> headers = {};
};

class Program : public testing::Test {
 protected:
  explicit Program(const app::Config& config = test::small_site()) : house(config) {
    root = house.somebody("Root", accounts::State::active, true);
    token = house.api_token(root, {"admin"});
  }

  // `path` is below /api/v1.
  net::Response call(std::string method, std::string_view path, std::string body = "",
                     const Sent& sent = {}) {
    net::RequestDraft draft;
    draft.method = std::move(method);
    draft.target = cat("/api/v1", path);
    draft.body = std::move(body);
    draft.headers = sent.headers;
    const std::string& shown = sent.token == "its own" ? token : sent.token;
    if (!shown.empty()) draft.headers.emplace_back("Authorization", cat("Bearer ", shown));
    if (!draft.body.empty() && !sent.type.empty()) draft.headers.emplace_back("Content-Type", sent.type);
    return house.send(std::move(draft));
  }

  json::Object read(const net::Response& response, int status = 200) {
    EXPECT_EQ(response.status(), status) << response.body();
    auto document = json::parse_object(response.body());
    EXPECT_TRUE(document.ok()) << response.body();
    return document.ok() ? std::move(document).value() : json::Object();
  }
  json::Object get(std::string_view path) { return read(call("GET", path)); }

  // The problem, with every member that the contract asks for.
  json::Object expect_problem(const net::Response& response, int status, std::string_view code) {
    json::Object document = read(response, status);
    EXPECT_EQ(text(document, "code"), code) << response.body();
    EXPECT_EQ(response.find_header("Content-Type"), "application/problem+json");
    for (const std::string& name : contract().required.at("Problem"))
      EXPECT_NE(document.find(name), nullptr) << name;
    EXPECT_TRUE(text(document, "type").starts_with("/problems/"));
    EXPECT_FALSE(text(document, "detail").empty());
    return document;
  }

  // Exactly the members of that schema, and of `base`, which it adds to.
  void expect_shape(const json::Object& object, const std::string& schema, const std::string& base = "") {
    std::set<std::string> wanted = contract().required.at(schema), found;
    if (!base.empty()) wanted.merge(std::set(contract().required.at(base)));
    for (const json::Member& member : object) found.insert(member.name);
    EXPECT_EQ(found, wanted) << schema;
  }

  static std::string text(const json::Object& object, std::string_view name) {
    const json::Value* value = object.find(name);
    return value != nullptr && value->as_string() != nullptr ? *value->as_string() : std::string();
  }
  static std::vector<json::Object> items(const json::Object& page, std::string_view name = "items") {
    std::vector<json::Object> found;
    const json::Value* value = page.find(name);
    if (value == nullptr || value->as_array() == nullptr) return found;
    for (const json::Value& item : *value->as_array())
      if (item.as_object() != nullptr) found.push_back(*item.as_object());
    return found;
  }
  static json::Object part(const json::Object& object, std::string_view name) {
    const json::Value* value = object.find(name);
    return value != nullptr && value->as_object() != nullptr ? *value->as_object() : json::Object();
  }

  const Contract& contract() {
    if (!contract_) contract_ = Contract::read(call("GET", "/openapi.yaml", "", {.token = ""}).body());
    return *contract_;
  }
  accounts::Account stored(const AccountId& id) {
    auto account = house.floors().directory.get_account(id);
    EXPECT_TRUE(account.ok());
    return account.ok() ? std::move(account).value() : accounts::Account{};
  }
  std::string make_group(const std::string& path) {
    return text(read(call("POST", "/groups", cat(R"({"path": ")", path, R"("})")), 201), "id");
  }

  test::TestHouse house;
  accounts::Account root;  // an administrator
  std::string token;       // of root, scope admin

 private:
  std::optional<Contract> contract_;
};

}  // namespace lanyard::doors::api
