// The part of the table that is about one's own tokens.
#include "cli/table.h"

namespace lanyard::cli {

std::vector<terminal::Command> token_commands() {
  const terminal::Flag organisation{"organisation", "NAME", "one of several sign-ins at one server"};
  const terminal::Flag vo{"vo", "NAME", "the same, as PanDA's users say it"};
  const terminal::Flag bearer{"write-bearer-file", "",
                              "put the access token where grid tools look: $XDG_RUNTIME_DIR/bt_u<uid>"};
  return {
      {"login",
       "Signs you in: shows a page to open and a code, and waits until you approved",
       {},
       {{"client-id", "ID", "who asks (lanyard-cli)"},
        {"scope", "WORDS", "what for (openid profile email offline_access)"},
        {"audience", "URL", "for whom the tokens shall be good"},
        organisation,
        vo,
        bearer,
        {"no-qr", "", "no square for a phone's camera"}},
       {{"lanyard login --server https://id.example.org", "at any OpenID provider with a device flow"},
        {"lanyard login --scope 'openid wlcg wlcg.groups offline_access' --audience "
         "https://storage.example.org",
         "a token for a storage"},
        {"lanyard login --vo Rubin --client-id panda", "one of several organisations"}},
       "The tokens are kept in $XDG_STATE_HOME/lanyard (~/.local/state/lanyard), readable for you alone.",
       login},
      {"logout",
       "Revokes your tokens and deletes them here",
       {},
       {organisation, vo, {"all", "", "at every server"}},
       {{"lanyard logout", "the only sign-in"}, {"lanyard logout --all", "everything"}},
       "",
       logout},
      {"whoami",
       "Says who you are by the token at hand, without asking anybody",
       {},
       {organisation, vo, {"panda", "", "print what panda_auth status prints"}},
       {{"lanyard whoami", "file, times, name, groups, scopes"},
        {"lanyard whoami --json=groups,expires", "for programs"}},
       "With --panda the file .token of PANDA_CONFIG_ROOT comes first.",
       whoami},
      {"token print",
       "Prints the access token, refreshed when it is about to end",
       {},
       {organisation,
        vo,
        {"id-token", "", "the ID token instead, which is what PanDA takes"},
        {"refresh-if-under", "TIME", "refresh when less is left (5m, or half of its life)"},
        {"write-bearer-file", "",
         "write it to $XDG_RUNTIME_DIR/bt_u<uid> and print that file's name instead"}},
       {{"curl -H \"Authorization: Bearer $(lanyard token print)\" https://files.example.org/",
         "in a script"},
        {"lanyard token print --refresh-if-under 30m --write-bearer-file", "before a long job"}},
       "",
       token_print},
      {"token list",
       "Lists what is kept, without the tokens themselves",
       {},
       {},
       {{"lanyard token list", "issuers, organisations, and until when"}},
       "",
       token_list},
  };
}

}  // namespace lanyard::cli
