#include "doors/api/handlers.h"

namespace lanyard::doors::api {
namespace {

using access::Permission;
using Query = std::vector<std::string_view>;

Route read(std::string_view path, Permission permission, Handler handler, Query query = {}) {
  return {net::Method::get, path, Who::administrator, permission, Takes::nothing, std::move(query), handler};
}
Route send(net::Method method, std::string_view path, Permission permission, Handler handler,
           Takes takes = Takes::body) {
  return {method, path, Who::administrator, permission, takes, {}, handler};
}
Route remove(std::string_view path, Permission permission, Handler handler) {
  return send(net::Method::del, path, permission, handler, Takes::nothing);
}
Route own(net::Method method, std::string_view path, Handler handler, Takes takes = Takes::nothing) {
  return {method, path, Who::owner, {}, takes, {}, handler};
}
Route runs(net::Runs where, Route route) {
  route.runs = where;
  return route;
}
Route quick(Route route) {
  route.is_quick = true;
  return route;
}
Route open(std::string_view path, Who who, Handler handler) {
  return {net::Method::get, path, who, {}, Takes::nothing, {}, handler};
}

}  // namespace

const std::vector<Route>& routes() {
  using enum access::Permission;
  using enum net::Method;
  using enum net::Runs;
  static const std::vector<Route> kRoutes{
      runs(on_loop, open("/openapi.yaml", Who::anybody, get_contract)),
      // A token of an issuer outside may have to wait for keys.
      quick(runs(waits, open("/me", Who::known, get_me))),

      own(get, "/me/tokens", list_my_tokens),
      own(post, "/me/tokens", make_my_token, Takes::body),
      own(del, "/me/tokens/{id}", revoke_my_token),

      read("/accounts", see_accounts, list_accounts, {"state", "search", "cursor", "limit"}),
      send(post, "/accounts", change_accounts, create_account),
      send(post, "/accounts/import", change_accounts, import_accounts, Takes::long_body),
      read("/accounts/{id}", see_accounts, get_account),
      send(patch, "/accounts/{id}", change_accounts, change_account, Takes::body_if_match),
      read("/accounts/{id}/journal", read_journal, list_account_journal, {"after", "before", "limit"}),
      read("/accounts/{id}/sessions", see_accounts, list_sessions),
      remove("/accounts/{id}/sessions", change_accounts, end_sessions),
      read("/accounts/{id}/tokens", see_accounts, list_tokens),
      remove("/accounts/{id}/tokens/{token}", change_accounts, revoke_token),
      send(post, "/accounts/{id}/suspend", change_accounts, suspend_account),
      send(post, "/accounts/{id}/restore", change_accounts, restore_account),
      send(post, "/accounts/{id}/activate", change_accounts, activate_account),
      send(post, "/accounts/{id}/reset", change_accounts, reset_account),
      send(post, "/accounts/{id}/close", change_accounts, close_account),

      read("/requests", decide_requests, list_requests, {"cursor", "limit"}),
      send(post, "/accounts/{id}/approve", decide_requests, approve_account),
      send(post, "/accounts/{id}/reject", decide_requests, reject_account),

      read("/groups", manage_groups, list_groups, {"path", "cursor", "limit"}),
      send(post, "/groups", manage_groups, create_group),
      read("/groups/{id}", manage_groups, get_group),
      remove("/groups/{id}", manage_groups, remove_group),
      read("/groups/{id}/members", manage_groups, list_members, {"cursor", "limit"}),
      send(put, "/groups/{id}/members/{kind}/{member}", manage_groups, set_member),
      remove("/groups/{id}/members/{kind}/{member}", manage_groups, remove_member),

      read("/clients", manage_clients, list_clients, {"cursor", "limit"}),
      send(post, "/clients", manage_clients, create_client),
      read("/clients/{id}", manage_clients, get_client),
      send(put, "/clients/{id}", manage_clients, replace_client, Takes::body_if_match),
      remove("/clients/{id}", manage_clients, remove_client),
      send(post, "/clients/{id}/secret", manage_clients, rotate_client_secret),

      read("/issuers", see_issuers, list_issuers),
      read("/issuers/{id}", see_issuers, get_issuer, {"kind"}),
      runs(waits, send(post, "/issuers/{id}/test-token", see_issuers, test_token)),

      read("/keys", manage_keys, list_keys),
      send(post, "/keys/rotate", manage_keys, rotate_key),

      read("/journal", read_journal, list_journal,
           {"after", "before", "subject", "actor", "event", "request", "limit"}),
      read("/explain/{words}", see_accounts, get_explanation),
  };
  return kRoutes;
}

}  // namespace lanyard::doors::api
