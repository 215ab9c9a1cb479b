// The table of the client's commands.
#pragma once

#include "platform/terminal/commands.h"

namespace lanyard::cli {

inline constexpr std::string_view kVersion = "0.1.0";
inline constexpr std::string_view kReleased = "2026-11-28";  // for the manual

terminal::Program lanyard();
std::vector<terminal::Command> token_commands();
std::vector<terminal::Command> client_commands();

// commands_login.cc, commands_whoami.cc, commands_token.cc, commands_made_token.cc, commands_user.cc,
// commands_import.cc, commands_client.cc, commands_try_client.cc, commands_key.cc, commands_other.cc
int login(const terminal::Given& given);
int logout(const terminal::Given& given);
int whoami(const terminal::Given& given);
int token_print(const terminal::Given& given);
int token_list(const terminal::Given& given);
int token_create(const terminal::Given& given);
int token_revoke(const terminal::Given& given);
int user_list(const terminal::Given& given);
int user_show(const terminal::Given& given);
int user_approve(const terminal::Given& given);
int user_reject(const terminal::Given& given);
int user_suspend(const terminal::Given& given);
int user_restore(const terminal::Given& given);
int user_close(const terminal::Given& given);
int user_import(const terminal::Given& given);
int client_list(const terminal::Given& given);
int client_show(const terminal::Given& given);
int client_create(const terminal::Given& given);
int client_test(const terminal::Given& given);
int client_delete(const terminal::Given& given);
int client_rotate_secret(const terminal::Given& given);
int key_list(const terminal::Given& given);
int key_rotate(const terminal::Given& given);
int issuer_list(const terminal::Given& given);
int issuer_show(const terminal::Given& given);
int issuer_test_token(const terminal::Given& given);
int explain(const terminal::Given& given);
int manual(const terminal::Given& given);
int completion(const terminal::Given& given);

}  // namespace lanyard::cli
