// lanyard user …
#include <iostream>

#include "base/text.h"
#include "cli/show.h"
#include "cli/table.h"

namespace lanyard::cli {
namespace {

std::vector<terminal::Column> columns() {
  return {{"ID", "id"},     {"STATE", "state"}, {"USER", "username"},
          {"NAME", "name"}, {"EMAIL", "email"}, {"INSTITUTION", "institution"}};
}

// Names and states of what became of somebody, for a person to read.
int print_account(const terminal::Given& given, const json::Object& account) {
  std::vector<std::pair<std::string, std::string>> lines;
  for (const auto& [label, name] :
       std::initializer_list<std::pair<const char*, const char*>>{{"id", "id"},
                                                                  {"number", "number"},
                                                                  {"state", "state"},
                                                                  {"reason", "state_reason"},
                                                                  {"name", "name"},
                                                                  {"user name", "username"},
                                                                  {"email", "email"},
                                                                  {"verified", "email_verified"},
                                                                  {"institution", "institution"},
                                                                  {"experiment", "experiment"},
                                                                  {"administrator", "is_admin"},
                                                                  {"since", "created_at"},
                                                                  {"last seen", "last_seen_at"}}) {
    lines.emplace_back(label, text_of(account, name));
  }
  const json::Value* identities = account.find("identities");
  if (identities != nullptr && identities->as_array() != nullptr) {
    for (const json::Value& identity : *identities->as_array()) {
      if (const json::Object* one = identity.as_object())
        lines.emplace_back("login", cat(text_of(*one, "subject"), " of ", text_of(*one, "issuer")));
    }
  }
  if (const json::Value* groups = account.find("groups");
      groups != nullptr && groups->as_array() != nullptr) {
    for (const json::Value& group : *groups->as_array()) lines.emplace_back("group", terminal::cell(group));
  }
  return print_one(given, account, lines);
}

// One act on each of the accounts that were named. After a failure the others are still done; the first
// failure's exit code is returned.
template <class Act>
int for_each_account(const terminal::Given& given, std::string_view done, const Act& act) {
  auto api = Api::open(given);
  if (!api.ok()) return terminal::fail(api.error());
  int exit = 0;
  json::Array changed;
  for (const std::string& words : given.rest(0)) {
    Result<Answer> answer = [&]() -> Result<Answer> {
      LANYARD_TRY(const std::string id, account_id(**api, words));
      return act(**api, id);
    }();
    if (!answer.ok()) {
      std::cerr << terminal::harmless(words) << ": ";
      const int code = failed(**api, answer.error());
      if (exit == 0) exit = code;
      continue;
    }
    if (!given.has("json") && !given.has("quiet")) {
      std::cerr << done << ": " << terminal::harmless(text_of(answer->object, "name")) << " ("
                << text_of(answer->object, "id") << ", " << text_of(answer->object, "state") << ")\n";
    }
    changed.emplace_back(std::move(answer->object));
  }
  if (given.has("json") || given.has("quiet")) print_list(given, changed, columns());
  return exit;
}

// Reasons are shown to the person; without one a terminal asks.
Result<std::string> reason(const terminal::Given& given, std::string_view question) {
  std::string text = given.value_or("reason", "");
  if (text.empty() && terminal::input_is_terminal()) {
    std::cerr << question << " " << std::flush;
    std::getline(std::cin, text);
  }
  text = trim(text);
  if (text.empty())
    return make_error(Code::invalid, "A reason is needed; it is shown to the person.", "Say --reason TEXT.");
  return text;
}

int act_with_reason(const terminal::Given& given, std::string_view verb, std::string_view done,
                    std::string_view question) {
  const auto why = reason(given, question);
  if (!why.ok()) return terminal::fail(why.error());
  return for_each_account(given, done, [&](Api& api, const std::string& id) {
    return api.post(cat("/accounts/", segment(id), "/", verb), json::Object{{"reason", *why}});
  });
}

}  // namespace

int user_list(const terminal::Given& given) {
  auto api = Api::open(given);
  if (!api.ok()) return terminal::fail(api.error());
  Form query;
  for (const char* name : {"state", "search"}) {
    if (given.has(name)) query.add(name, given.value_or(name, ""));
  }
  const auto most = parse_integer(given.value_or("limit", "1000"));
  if (!most.ok() || *most < 1)
    return terminal::fail(make_error(Code::invalid, "--limit is a number from 1 on."));
  query.add("limit", cat(std::min<std::int64_t>(*most, 200)));
  const auto items = all_items(**api, "/accounts", query, static_cast<std::size_t>(*most));
  if (!items.ok()) return failed(**api, items.error());
  return print_list(given, *items, columns());
}

int user_show(const terminal::Given& given) {
  auto api = Api::open(given);
  if (!api.ok()) return terminal::fail(api.error());
  const auto answer = (*api)->get(cat("/accounts/", segment(given.argument(0))));
  if (!answer.ok()) return failed(**api, answer.error());
  return print_account(given, answer->object);
}

int user_approve(const terminal::Given& given) {
  return for_each_account(given, "approved", [&](Api& api, const std::string& id) {
    json::Object body;
    if (given.has("reason")) body.set("reason", given.value_or("reason", ""));
    if (given.has("group")) body.set("group", given.value_or("group", ""));
    return api.post(cat("/accounts/", segment(id), "/approve"), body);
  });
}

int user_reject(const terminal::Given& given) {
  return act_with_reason(given, "reject", "rejected", "Why (shown to the person)?");
}
int user_suspend(const terminal::Given& given) {
  return act_with_reason(given, "suspend", "suspended", "Why (shown to the person)?");
}

int user_restore(const terminal::Given& given) {
  return for_each_account(given, "restored", [&](Api& api, const std::string& id) {
    return api.post(cat("/accounts/", segment(id), "/restore"),
                    json::Object{{"reason", given.value_or("reason", "restored")}});
  });
}

int user_close(const terminal::Given& given) {
  if (!given.has("yes")) {
    const auto sure =
        terminal::confirm(cat("Close ", join(given.rest(0), ", "), " for good? Nothing leads back."));
    if (!sure.ok()) return terminal::fail(sure.error());
    if (!*sure) return static_cast<int>(terminal::Exit::failed);
  }
  return act_with_reason(given, "close", "closed", "Why (shown to the person)?");
}

}  // namespace lanyard::cli
