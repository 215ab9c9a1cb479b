// The handlers that routes.cc lists, by the file in which they stand.
#pragma once

#include "doors/api/desk.h"

namespace lanyard::doors::api {

// contract.cc
Result<net::Response> get_contract(Desk& desk, const Ask& ask);

// me.cc
Result<net::Response> get_me(Desk& desk, const Ask& ask);

// tokens.cc
Result<net::Response> list_my_tokens(Desk& desk, const Ask& ask);
Result<net::Response> make_my_token(Desk& desk, const Ask& ask);
Result<net::Response> revoke_my_token(Desk& desk, const Ask& ask);
Result<net::Response> list_tokens(Desk& desk, const Ask& ask);
Result<net::Response> revoke_token(Desk& desk, const Ask& ask);

// people.cc
Result<net::Response> list_accounts(Desk& desk, const Ask& ask);
Result<net::Response> get_account(Desk& desk, const Ask& ask);
Result<net::Response> list_sessions(Desk& desk, const Ask& ask);
Result<net::Response> end_sessions(Desk& desk, const Ask& ask);

// changes.cc
Result<net::Response> create_account(Desk& desk, const Ask& ask);
Result<net::Response> change_account(Desk& desk, const Ask& ask);
Result<accounts::NewAccount> read_new_account(const Desk& desk, const json::Object& body);

// import.cc
Result<net::Response> import_accounts(Desk& desk, const Ask& ask);

// decisions.cc
Result<net::Response> list_requests(Desk& desk, const Ask& ask);
Result<net::Response> approve_account(Desk& desk, const Ask& ask);
Result<net::Response> reject_account(Desk& desk, const Ask& ask);
Result<net::Response> suspend_account(Desk& desk, const Ask& ask);
Result<net::Response> restore_account(Desk& desk, const Ask& ask);
Result<net::Response> activate_account(Desk& desk, const Ask& ask);
Result<net::Response> reset_account(Desk& desk, const Ask& ask);
Result<net::Response> close_account(Desk& desk, const Ask& ask);

// groups.cc
Result<net::Response> list_groups(Desk& desk, const Ask& ask);
Result<net::Response> create_group(Desk& desk, const Ask& ask);
Result<net::Response> get_group(Desk& desk, const Ask& ask);
Result<net::Response> remove_group(Desk& desk, const Ask& ask);
Result<net::Response> list_members(Desk& desk, const Ask& ask);
Result<net::Response> set_member(Desk& desk, const Ask& ask);
Result<net::Response> remove_member(Desk& desk, const Ask& ask);

// clients.cc
Result<net::Response> list_clients(Desk& desk, const Ask& ask);
Result<net::Response> create_client(Desk& desk, const Ask& ask);
Result<net::Response> get_client(Desk& desk, const Ask& ask);
Result<net::Response> replace_client(Desk& desk, const Ask& ask);
Result<net::Response> remove_client(Desk& desk, const Ask& ask);
Result<net::Response> rotate_client_secret(Desk& desk, const Ask& ask);

// issuers.cc
Result<net::Response> list_issuers(Desk& desk, const Ask& ask);
Result<net::Response> get_issuer(Desk& desk, const Ask& ask);
Result<net::Response> test_token(Desk& desk, const Ask& ask);

// keys.cc
Result<net::Response> list_keys(Desk& desk, const Ask& ask);
Result<net::Response> rotate_key(Desk& desk, const Ask& ask);

// history.cc
Result<net::Response> list_journal(Desk& desk, const Ask& ask);
Result<net::Response> list_account_journal(Desk& desk, const Ask& ask);

// explanation.cc
Result<net::Response> get_explanation(Desk& desk, const Ask& ask);

// An account as the answer to a change of it.
net::Response account_response(const accounts::Account& account, int status = 200);

}  // namespace lanyard::doors::api
