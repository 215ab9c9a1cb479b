// lanyard token print, lanyard token list.
#include <iostream>

#include "base/text.h"
#include "cli/made_tokens.h"
#include "cli/shelf.h"
#include "cli/show.h"
#include "cli/table.h"
#include "lib/private_files.h"

namespace lanyard::cli {
namespace {

// The token to print: a kept one, fresh; else what bearer token discovery finds, as it is.
Result<Secret> token_to_print(const terminal::Given& given, const Shelf& shelf) {
  std::optional<Duration> if_under;
  if (given.has("refresh-if-under")) {
    LANYARD_TRY(if_under, parse_duration(given.value_or("refresh-if-under", "")));
  }
  LANYARD_TRY(const auto held, shelf.chosen());
  if (held) {
    LANYARD_TRY(lib::Fresh fresh, shelf.fresh(*held, if_under));
    if (!given.has("id-token")) return std::move(fresh.held.access_token);
    if (fresh.held.id_token.empty())
      return make_error(Code::not_found, "There is no ID token.", "Sign in with --scope openid.");
    return std::move(fresh.held.id_token);
  }
  if (given.has("id-token") || given.has("server") || !shelf.organisation().empty()) return not_signed_in();
  LANYARD_TRY(auto found, lib::find_bearer_token(shelf.places()));
  if (!found) return not_signed_in();
  return std::move(found->token);
}

}  // namespace

int token_print(const terminal::Given& given) {
  const auto shelf = Shelf::open(given);
  if (!shelf.ok()) return terminal::fail(shelf.error());
  const auto token = token_to_print(given, **shelf);
  if (!token.ok()) return terminal::fail(token.error());
  if (given.has("write-bearer-file")) {
    const std::string path = lib::bearer_file((*shelf)->places());
    if (const Status done = lib::write_private_file(path, token->reveal()); !done.ok())
      return terminal::fail(done.error());
    std::cout << path << "\n";
    return 0;
  }
  std::cout << (given.has("header") ? "Authorization: Bearer " : "") << token->reveal() << "\n";
  return 0;
}

int token_list(const terminal::Given& given) {
  if (given.has("at-server") || given.has("account")) return list_tokens_at_server(given);
  const auto shelf = Shelf::open(given);
  if (!shelf.ok()) return terminal::fail(shelf.error());
  const auto store = (*shelf)->store();
  const auto all = store.ok() ? (*store)->list() : Result<std::vector<lib::Held>>(store.error());
  if (!all.ok()) return terminal::fail(all.error());
  json::Array items;
  for (const lib::Held& held : *all) {
    json::Object item{{"id", held.issuer},
                      {"issuer", held.issuer},
                      {"organisation", held.organisation},
                      {"client_id", held.client_id},
                      {"scope", held.scope},
                      {"audience", held.audience},
                      {"obtained_at", format_rfc3339(held.obtained_at)},
                      {"expires_at", nullptr},
                      {"refreshes", !held.refresh_token.empty()},
                      {"file", (*store)->path_of(held.issuer, held.organisation)}};
    if (held.expires_at) item.set("expires_at", format_rfc3339(*held.expires_at));
    items.emplace_back(std::move(item));
  }
  return print_list(given, items,
                    {{"ISSUER", "issuer"},
                     {"ORGANISATION", "organisation"},
                     {"CLIENT", "client_id"},
                     {"EXPIRES", "expires_at"},
                     {"REFRESHES", "refreshes"},
                     {"SCOPE", "scope"}});
}

}  // namespace lanyard::cli
