// lanyard token create, token revoke, token list --at-server: API tokens, which the server keeps and which
// programs use for months.
#include <iostream>

#include "base/text.h"
#include "base/time.h"
#include "cli/made_tokens.h"
#include "cli/secret_way.h"
#include "cli/show.h"
#include "cli/table.h"

namespace lanyard::cli {
namespace {

// The API speaks of scopes; here is what brings them.
Error with_advice(Error error) {
  if (error.code == Code::forbidden)
    error.hint = cat(error.hint,
                     " For one evening: lanyard login --scope 'openid profile email offline_access account "
                     "tokens'.");
  return error;
}

// Whose tokens: one's own, or those of --account, for administrators.
Result<std::string> path_of(Api& api, const terminal::Given& given) {
  if (!given.has("account")) return std::string("/me/tokens");
  LANYARD_TRY(const std::string id, account_id(api, given.value_or("account", "")));
  return cat("/accounts/", segment(id), "/tokens");
}

Result<json::Object> read_wish(const terminal::Given& given) {
  LANYARD_TRY(const Duration life, parse_duration(given.value_or("expires", "30d")));
  json::Array scopes;
  for (const std::string_view word : split_words(given.value_or("scope", "account")))
    scopes.emplace_back(word);
  return json::Object{{"label", given.argument(0)},
                      {"scopes", std::move(scopes)},
                      {"life_seconds", std::chrono::duration_cast<std::chrono::seconds>(life).count()}};
}

int print_made(const terminal::Given& given, json::Object made, SecretWay& way) {
  const Secret token(text_of(made, "token"));
  made.erase("token");
  if (!way.prints()) {
    const Status written =
        way.write(token, cat("Nobody has it: lanyard token revoke ", text_of(made, "id"), "."));
    if (!written.ok()) return terminal::fail(written.error());
    std::cerr << "the token is in " << terminal::harmless(way.file()) << "\n";
  }
  if (given.has("json")) {
    if (way.prints()) made.set("token", token.reveal());
    return print_one(given, made, {});
  }
  std::cerr << "made: " << text_of(made, "id") << ", good until " << text_of(made, "expires_at") << "\n";
  if (!way.prints()) return 0;
  std::cerr << "the token is shown this once:\n";
  std::cout << token.reveal() << "\n";
  return 0;
}

}  // namespace

int token_create(const terminal::Given& given) {
  const auto wish = read_wish(given);
  if (!wish.ok()) return terminal::fail(wish.error());
  auto api = Api::open(given);
  if (!api.ok()) return terminal::fail(api.error());
  auto way = SecretWay::choose(given);
  if (!way.ok()) return terminal::fail(way.error());
  auto answer = (*api)->post("/me/tokens", *wish);
  if (!answer.ok()) return failed(**api, with_advice(answer.error()));
  return print_made(given, std::move(answer->object), *way);
}

int token_revoke(const terminal::Given& given) {
  auto api = Api::open(given);
  if (!api.ok()) return terminal::fail(api.error());
  const auto path = path_of(**api, given);
  if (!path.ok()) return failed(**api, path.error());
  int code = 0;
  for (const std::string& id : given.rest(0)) {
    const auto answer = (*api)->post(cat(*path, "/", segment(id)), {}, "DELETE");
    if (answer.ok()) {
      std::cerr << "revoked: " << terminal::harmless(id) << "\n";
    } else {
      code = failed(**api, with_advice(answer.error()));
    }
  }
  return code;
}

int list_tokens_at_server(const terminal::Given& given) {
  auto api = Api::open(given);
  if (!api.ok()) return terminal::fail(api.error());
  const auto path = path_of(**api, given);
  if (!path.ok()) return failed(**api, path.error());
  const auto items = all_items(**api, *path, {}, 1000);
  if (!items.ok()) return failed(**api, with_advice(items.error()));
  return print_list(given, *items,
                    {{"ID", "id"},
                     {"FOR", "label"},
                     {"SCOPES", "scopes"},
                     {"MADE", "created_at"},
                     {"LAST USED", "last_used_at"},
                     {"EXPIRES", "expires_at"}});
}

}  // namespace lanyard::cli
