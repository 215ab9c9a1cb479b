// The handlers of this door, one a route, grouped by the file that holds them.
#pragma once

#include "doors/account/desk.h"

namespace lanyard::doors::account {

// home.cc
net::Response show_front(const Desk& desk, const Visit& visit);
net::Response show_home(const Desk& desk, const Visit& visit);
net::Response show_groups(const Desk& desk, const Visit& visit);
net::Response download_data(const Desk& desk, const Visit& visit);  // data.cc

// pending.cc
net::Response show_pending(const Desk& desk, const Visit& visit);
net::Response change_note(const Desk& desk, const Visit& visit);

// profile.cc
net::Response show_profile(const Desk& desk, const Visit& visit);
net::Response change_profile(const Desk& desk, const Visit& visit);

// logins.cc
net::Response show_identities(const Desk& desk, const Visit& visit);
net::Response unlink_identity(const Desk& desk, const Visit& visit);
net::Response show_sessions(const Desk& desk, const Visit& visit);
net::Response end_session(const Desk& desk, const Visit& visit);
net::Response end_other_sessions(const Desk& desk, const Visit& visit);

// apps.cc
net::Response show_apps(const Desk& desk, const Visit& visit);
net::Response stop_app(const Desk& desk, const Visit& visit);
// For administrators, about somebody else: a part of the page of an account.
net::Response stop_app_of(const Desk& desk, const Visit& visit);
Result<view::Html> apps_of(const Desk& desk, const Visit& visit, const AccountId& account);
Result<std::size_t> count_apps(const Desk& desk, const AccountId& account);

// tokens.cc
net::Response show_tokens(const Desk& desk, const Visit& visit);
net::Response make_token(const Desk& desk, const Visit& visit);
net::Response ask_about_token(const Desk& desk, const Visit& visit);
net::Response revoke_token(const Desk& desk, const Visit& visit);
net::Response renew_token(const Desk& desk, const Visit& visit);

// queue.cc
net::Response show_queue(const Desk& desk, const Visit& visit);
net::Response decide(const Desk& desk, const Visit& visit);

// people.cc
net::Response show_people(const Desk& desk, const Visit& visit);

// person.cc
net::Response show_person(const Desk& desk, const Visit& visit);
net::Response change_person(const Desk& desk, const Visit& visit);

}  // namespace lanyard::doors::account
