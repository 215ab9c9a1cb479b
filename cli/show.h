// How the client prints what the API answers: a table, ids alone, or JSON.
#pragma once

#include <string>
#include <vector>

#include "base/json.h"
#include "cli/api.h"
#include "platform/terminal/commands.h"
#include "platform/terminal/output.h"

namespace lanyard::cli {

// The items of pages, one page after the other, up to `most`.
Result<json::Array> all_items(Api& api, std::string_view path, Form query, std::size_t most);

// Prints by --json, -q, or as a table; the exit code.
int print_list(const terminal::Given& given, const json::Array& items,
               const std::vector<terminal::Column>& columns);
int print_one(const terminal::Given& given, const json::Object& object,
              const std::vector<std::pair<std::string, std::string>>& lines);

// An error of a call, with the request id that the server gave.
int failed(const Api& api, const Error& error);

// The id of an account: as typed when it is one, else looked up.
Result<std::string> account_id(Api& api, const std::string& words);

std::string text_of(const json::Object& object, std::string_view name);

}  // namespace lanyard::cli
