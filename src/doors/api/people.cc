// Reading accounts, and their sessions.
#include "base/text.h"
#include "doors/api/condition.h"
#include "doors/api/handlers.h"
#include "doors/api/paging.h"
#include "doors/api/shapes.h"

namespace lanyard::doors::api {
namespace {

// An id is taken as an id first, so that nobody hides an account behind a user name that looks like its id.
Result<accounts::Account> find_account(accounts::Directory& directory, std::string_view words) {
  if (is_id_text(words)) {
    auto account = directory.get_account(AccountId(std::string(words)));
    if (account.ok() || account.error().code != Code::not_found) return account;
  }
  return directory.find_by_words(words);
}

}  // namespace

net::Response account_response(const accounts::Account& account, int status) {
  net::Response response = json_response(to_json(account), status);
  response.header("ETag", etag_of(account.version));
  return response;
}

Result<net::Response> list_accounts(Desk& desk, const Ask& ask) {
  LANYARD_TRY(const Page page, read_page(desk.settings.page_key, ask.request.path(), ask.query));
  accounts::Listing listing;
  listing.limit = page.limit;
  LANYARD_TRY(const auto search, ask.query.find("search"));
  listing.search = search.value_or("");
  LANYARD_TRY(const auto state, ask.query.find("state"));
  if (state) {
    LANYARD_TRY(listing.state, accounts::parse_state(*state));
  }
  if (!page.position.empty()) {
    LANYARD_TRY(listing.after, parse_integer(page.position));
  }
  LANYARD_TRY(const auto found, desk.parts.directory.list_accounts(listing));
  std::optional<std::string> last;
  if (!found.empty()) last = cat(found.back().number);
  return json_response(page_of(desk.settings.page_key, page, to_array(found), last));
}

Result<net::Response> get_account(Desk& desk, const Ask& ask) {
  accounts::Directory& directory = desk.parts.directory;
  LANYARD_TRY(const auto account, find_account(directory, ask.request.path_part("id")));
  LANYARD_TRY(const auto identities, directory.list_identities(account.id));
  LANYARD_TRY(const auto addresses, directory.list_addresses(account.id));
  LANYARD_TRY(const auto paths, desk.parts.groups.paths_of(account.id));
  LANYARD_TRY(const auto request, desk.parts.approvals.find_latest(account.id));
  json::Object detail = to_json(account);
  detail.set("identities", to_array(identities));
  detail.set("addresses", to_array(addresses));
  detail.set("groups", to_array(paths));
  detail.set("request", request ? json::Value(to_json(*request)) : json::Value());
  net::Response response = json_response(detail);
  response.header("ETag", etag_of(account.version));
  return response;
}

Result<net::Response> list_sessions(Desk& desk, const Ask& ask) {
  LANYARD_TRY(const auto id, account_in_path(ask));
  LANYARD_CHECK(desk.parts.directory.get_account(id));
  LANYARD_TRY(const auto sessions, desk.parts.sessions.list(id));
  return json_response({{"items", to_array(sessions)}});
}

Result<net::Response> end_sessions(Desk& desk, const Ask& ask) {
  LANYARD_TRY(const auto id, account_in_path(ask));
  LANYARD_CHECK(desk.parts.directory.get_account(id));
  LANYARD_TRY(const auto ended, desk.parts.sessions.end_all(id, {}, ask.actor));
  return json_response({{"ended", ended}});
}

}  // namespace lanyard::doors::api
