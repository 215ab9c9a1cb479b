#include "cli/table.h"

namespace lanyard::cli {

using terminal::Command;
using terminal::Flag;

static std::vector<Command> user_commands() {
  const terminal::Argument who{"WHO", "id, number, user name or e-mail address", true, true};
  const Flag reason{"reason", "TEXT", "shown to the person", '\0', false};
  return {
      {"user list",
       "Lists accounts",
       {},
       {{"state", "STATE", "only these: pending, approved, active, suspended, rejected, closed"},
        {"search", "TEXT", "whose name, address or user name begins like this"},
        {"limit", "N", "at most so many (1000)"}},
       {{"lanyard user list --state pending", "who waits"},
        {"lanyard user list --json=id,email | jq", "for programs"}},
       "",
       user_list},
      {"user show",
       "Shows one account",
       {{"WHO", who.sentence}},
       {},
       {{"lanyard user show noah@practice.example", "by address"}},
       "",
       user_show},
      {"user approve",
       "Lets people in who wait",
       {{"WHO", who.sentence, true, true}},
       {reason, {"group", "GROUP", "make them members of this group too"}},
       {{"lanyard user approve noah@practice.example", "let one in"}},
       "Somebody who was rejected can be approved too: that is a new decision.",
       user_approve},
      {"user reject",
       "Turns people down who wait",
       {{"WHO", who.sentence, true, true}},
       {reason},
       {{"lanyard user reject noah@practice.example --reason 'We do not know you.'", "with the reason"}},
       "",
       user_reject},
      {"user suspend",
       "Shuts people out until they are restored",
       {{"WHO", who.sentence, true, true}},
       {reason},
       {{"lanyard user suspend mia --reason 'Contract ended'", "from the next request on"}},
       "",
       user_suspend},
      {"user restore",
       "Lets suspended people in again",
       {{"WHO", who.sentence, true, true}},
       {reason},
       {{"lanyard user restore mia", "again"}},
       "",
       user_restore},
      {"user close",
       "Ends accounts for good",
       {{"WHO", who.sentence, true, true}},
       {reason, {"yes", "", "do not ask"}},
       {{"lanyard user close mia --reason 'Asked for it' --yes", "nothing leads back"}},
       "",
       user_close},
      {"user import",
       "Prepares many people at once",
       {{"FILE", "CSV with a header line, or JSON Lines; \"-\" is standard input"}},
       {{"dry-run", "", "only read the file"}},
       {{"lanyard user import people.csv", "subject,email,name,institution,groups,…"}},
       "Who is there already is left alone but for the groups, so it can be run again after an interruption. "
       "Groups are paths with \";\" between them, and must exist.",
       user_import},
  };
}

static std::vector<Command> other_commands() {
  return {
      {"issuer list",
       "Lists issuers and providers with the health of their keys",
       {},
       {},
       {{"lanyard issuer list", "who can be believed now"}},
       "",
       issuer_list},
      {"issuer show",
       "Shows one issuer or provider",
       {{"ID", "its configured name"}},
       {},
       {{"lanyard issuer show grid", "keys and the last error"}},
       "",
       issuer_show},
      {"issuer test-token",
       "Says rule by rule whether a token of this issuer is accepted",
       {{"ID", "the issuer's configured name"}},
       {{"file", "FILE", "read the token from there; else from standard input"}},
       {{"lanyard issuer test-token grid --file token.txt", "why it is refused"}},
       "The token is never an argument: others could see it.",
       issuer_test_token},
      {"key list",
       "Lists the keys that tokens are signed with",
       {},
       {},
       {{"lanyard key list", "which one signs, which ones are published"}},
       "",
       key_list},
      {"key rotate",
       "Makes a new key to sign with",
       {{"ALGORITHM", "ES256 or RS256"}},
       {{"now", "", "a key is in the wrong hands: all older ones are worthless at once"}},
       {{"lanyard key rotate ES256", "published now, signs when every verifier knows it"},
        {"lanyard key rotate --now RS256",
         "every token that older RS256 keys signed is refused from now on"}},
       "",
       key_rotate},
      {"explain",
       "Says why somebody was let in or turned away",
       {{"WORDS", "a request id from an error page, or an account"}},
       {},
       {{"lanyard explain 7f3a91c25be01d44", "the number at the foot of an error page"}},
       "",
       explain},
      {"completion",
       "Prints completion for a shell",
       {{"SHELL", "bash, zsh or fish"}},
       {},
       {{"lanyard completion bash > ~/.local/share/bash-completion/completions/lanyard", "install it"}},
       "",
       completion},
      {"manual",
       "Prints the manual page of this program",
       {},
       {},
       {{"lanyard manual | man -l -", "read it"}},
       "",
       manual},
  };
}

terminal::Program lanyard() {
  terminal::Program program;
  program.name = "lanyard";
  program.sentence = "the client of the front desk: signing in, people, applications, issuers, and why";
  for (auto* part : {token_commands, user_commands, client_commands, other_commands}) {
    for (Command& command : part()) program.commands.push_back(std::move(command));
  }
  program.common = {{"server", "URL", "instead of $LANYARD_SERVER and the configuration file"},
                    {"token-file", "FILE", "read the token from there"},
                    {"json", "[FIELDS]", "JSON; FIELDS is a list such as id,state"},
                    {"quiet", "", "ids only", 'q', false}};
  program.topics = {
      {"exit-codes", "what the exit codes mean",
       "0  done\n1  failed\n2  wrong usage\n3  not found\n4  not signed in\n5  not permitted\n6  conflict, "
       "or already done\n7  server not reachable\n130  interrupted\n"},
      {"tokens", "where a token is looked for",
       "In this order (WLCG bearer token discovery): BEARER_TOKEN; the file that BEARER_TOKEN_FILE names;\n"
       "$XDG_RUNTIME_DIR/bt_u<uid>; /tmp/bt_u<uid>. token_file in ~/.config/lanyard/config.yaml replaces the "
       "files.\nAfter these, what lanyard login keeps in $XDG_STATE_HOME/lanyard.\n"
       "A token itself does not belong into that file, nor on the command line.\n"},
  };
  return program;
}

}  // namespace lanyard::cli
