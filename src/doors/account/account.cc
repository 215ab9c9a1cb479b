#include "doors/account/account.h"

#include <array>

#include "doors/account/pages.h"

namespace lanyard::doors::account {
namespace {

constexpr auto kGet = net::Method::get;
constexpr auto kPost = net::Method::post;

constexpr auto kRoutes = std::to_array<Row>({
    {kGet, "/", Needs::person, show_front},
    {kGet, "/pending", Needs::person, show_pending},
    {kPost, "/pending", Needs::person, change_note},
    {kGet, "/account", Needs::member, show_home},
    {kGet, "/account/profile", Needs::resident, show_profile},
    {kPost, "/account/profile", Needs::resident, change_profile},
    {kGet, "/account/identities", Needs::member, show_identities},
    {kPost, "/account/identities/unlink", Needs::fresh_member, unlink_identity},
    {kGet, "/account/sessions", Needs::member, show_sessions},
    {kPost, "/account/sessions/end-others", Needs::member, end_other_sessions},
    {kPost, "/account/sessions/{id}/end", Needs::member, end_session},
    {kGet, "/account/apps", Needs::member, show_apps},
    {kPost, "/account/apps/{client}/stop", Needs::member, stop_app},
    {kGet, "/account/tokens", Needs::member, show_tokens},
    {kPost, "/account/tokens", Needs::fresh_member, make_token},
    {kGet, "/account/tokens/{id}", Needs::member, ask_about_token},
    {kPost, "/account/tokens/{id}/revoke", Needs::member, revoke_token},
    {kPost, "/account/tokens/{id}/renew", Needs::fresh_member, renew_token},
    {kGet, "/account/groups", Needs::member, show_groups},
    {kGet, "/account/data", Needs::member, download_data},
    {kGet, "/admin/queue", Needs::administrator, show_queue},
    {kPost, "/admin/queue/{id}", Needs::administrator, decide},
    {kGet, "/admin/accounts", Needs::administrator, show_people},
    {kGet, "/admin/accounts/{id}", Needs::administrator, show_person},
    {kPost, "/admin/accounts/{id}/apps/{client}/stop", Needs::fresh_administrator, stop_app_of},
    {kPost, "/admin/accounts/{id}/{act}", Needs::fresh_administrator, change_person},
});

}  // namespace

struct Account::State {
  Desk desk;
};

Account::Account(Parts parts, Settings settings)
    : state_(std::make_shared<State>(State{Desk{parts, std::move(settings)}})) {}

Account::~Account() = default;

void Account::mount(net::Router& router) {
  for (const Row& row : kRoutes) {
    router.add(
        row.method, std::string(row.pattern), net::Runs::db,
        [state = state_, &row](const net::Request& request) { return serve(state->desk, row, request); });
  }
}

}  // namespace lanyard::doors::account
