// Finding accounts: search and state stand in the address, so that a page can be kept and sent.
#include <array>

#include "base/text.h"
#include "doors/account/pages.h"
#include "doors/account/words.h"
#include "platform/view/pieces.h"

namespace lanyard::doors::account {
namespace {

using accounts::State;
using view::el;

constexpr std::int64_t kOnePage = 50;
constexpr std::array kStates{State::pending,   State::approved, State::active,
                             State::suspended, State::rejected, State::closed};

Result<accounts::Listing> read(const Form& query) {
  accounts::Listing listing;
  listing.search = std::string(trim(query.value_or("q", "")));
  if (const std::string state = query.value_or("state", ""); !state.empty()) {
    LANYARD_TRY(listing.state, accounts::parse_state(state));
  }
  if (const std::string after = query.value_or("after", ""); !after.empty()) {
    LANYARD_TRY(listing.after, parse_integer(after));
  }
  listing.limit = kOnePage + 1;
  return listing;
}

std::string address_of(const accounts::Listing& listing, std::int64_t after) {
  Form query;
  if (!listing.search.empty()) query.add("q", listing.search);
  if (listing.state) query.add("state", std::string(to_string(*listing.state)));
  if (after > 0) query.add("after", cat(after));
  return query.pairs().empty() ? "/admin/accounts" : with_query("/admin/accounts", query);
}

view::Html search_of(const accounts::Listing& listing) {
  std::vector<view::Choice> choices{{"", "all", !listing.state}};
  for (const State state : kStates)
    choices.push_back({std::string(to_string(state)), std::string(to_string(state)), listing.state == state});
  return view::search_form(
      "/admin/accounts",
      view::group(view::text_field({.name = "q",
                                    .label = "Name, e-mail or user name",
                                    .value = listing.search,
                                    .type = view::TextField::Type::search,
                                    .longest = 64}),
                  view::select_field("state", "State", choices),
                  view::button({.label = "Search", .emphasis = view::Emphasis::secondary})));
}

}  // namespace

net::Response show_people(const Desk& desk, const Visit& visit) {
  const auto listing = read(visit.query);
  if (!listing) return refuse(desk, visit, listing.error());
  auto found = desk.parts.directory.list_accounts(*listing);
  if (!found) return refuse(desk, visit, found.error());
  const bool has_more = found->size() > static_cast<std::size_t>(kOnePage);
  if (has_more) found->pop_back();

  view::Page page = page_for(visit, "Accounts");
  page.width = view::Page::Width::wide;
  page.body.add(el("p", view::text_link("Requests for access", "/admin/queue"), " · ",
                   view::text_link("Your account", "/account")));
  page.body.add(search_of(*listing));
  view::Table table{.columns = {"Name", "E-mail", "State", "Institution", "Last seen"},
                    .when_empty =
                        "Nobody fits. A search finds the beginnings of names, words of names, "
                        "addresses and user names."};
  for (const accounts::Account& account : *found) {
    table.rows.push_back(
        {view::text_link(display_name(account), cat("/admin/accounts/", account.id.str())),
         or_dash(account.email),
         view::group(state_badge(account.state),
                     account.is_admin ? view::group(" ", view::badge(view::Tone::neutral, "administrator"))
                                      : view::Html()),
         or_dash(account.institution),
         account.last_seen_at ? view::time_text(*account.last_seen_at) : view::Html("never")});
  }
  page.body.add(view::table(table));
  view::Pagination pages;
  if (listing->after > 0) pages.previous = address_of(*listing, 0);
  if (has_more) pages.next = address_of(*listing, found->back().number);
  page.body.add(view::pagination(pages));
  return show(desk, page);
}

}  // namespace lanyard::doors::account
