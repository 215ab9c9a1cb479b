// The part of the table that is about one's own tokens.
#include "cli/secret_way.h"
#include "cli/table.h"

namespace lanyard::cli {

std::vector<terminal::Command> token_commands() {
  const terminal::Flag organisation{"organisation", "NAME", "one of several sign-ins at one server"};
  const terminal::Flag vo{"vo", "NAME", "a virtual organisation of PanDA"};
  const terminal::Flag bearer{"write-bearer-file", "",
                              "put the access token where grid tools look: $XDG_RUNTIME_DIR/bt_u<uid>"};
  return {
      {"login",
       "Signs you in: shows a page to open and a code, and waits until you approved",
       {},
       {{"client-id", "ID", "who asks (lanyard-cli)"},
        {"scope", "WORDS", "what for (openid profile email offline_access, and groups where there are)"},
        {"audience", "URL", "for whom the tokens shall be good"},
        organisation,
        vo,
        bearer,
        {"no-qr", "", "no square for a phone's camera"}},
       {{"lanyard login --server https://id.example.org", "at any OpenID provider with a device flow"},
        {"lanyard login --scope 'openid wlcg wlcg.groups offline_access' --audience "
         "https://storage.example.org",
         "a token for a storage"},
        {"lanyard login --vo Rubin", "to PanDA, as its clients do"}},
       "With --vo and without --client-id the server is asked about that virtual organisation, as PanDA's "
       "clients do: it says which client to be, for which audience, and at which issuer. The tokens are kept "
       "in $XDG_STATE_HOME/lanyard (~/.local/state/lanyard), readable for you alone.",
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
        {"header", "", "as the line of a request: Authorization: Bearer ..."},
        {"write-bearer-file", "",
         "write it to $XDG_RUNTIME_DIR/bt_u<uid> and print that file's name instead"}},
       {{"lanyard token print --header | curl -H @- https://files.example.org/",
         "in a script; the token is in no command's arguments, which others on the machine could read"},
        {"lanyard token print --refresh-if-under 30m --write-bearer-file", "before a long job"}},
       "",
       token_print},
      {"token list",
       "Lists tokens, without the tokens themselves",
       {},
       {{"at-server", "", "the API tokens that the server keeps, instead of the sign-ins that are kept here"},
        {"account", "WHO", "with --at-server: somebody else's, for administrators"}},
       {{"lanyard token list", "issuers, organisations, and until when"},
        {"lanyard token list --at-server", "what programs use in your name"}},
       "",
       token_list},
      {"token create",
       "Makes an API token, with which a program acts for you for a long time",
       {{"LABEL", "what it is for, in your words"}},
       {{"scope", "WORDS", "what it may be used for (account)"},
        {"expires", "TIME", "how long it lives (30d)"},
        secret_file_flag(),
        show_secret_flag()},
       {{"lanyard token create 'nightly report' --expires 90d --secret-file report.token",
         "for BEARER_TOKEN_FILE of that program"},
        {"lanyard login --scope 'openid profile email offline_access account tokens'",
         "a sign-in that may make tokens"}},
       "The new token can do what the token that asks can do, or less, and lives no longer than what that "
       "one "
       "rests on. Asking needs the scope tokens: sign in with it as below, or make a first token on the "
       "account "
       "page. An API token of an administrator with the scope admin will do too. The token is shown once, on "
       "a "
       "terminal or with --show-secret, or goes into a file; it is never an argument.",
       token_create},
      {"token revoke",
       "Revokes API tokens",
       {{"ID", "as lanyard token list --at-server shows it", true, true}},
       {{"account", "WHO", "somebody else's, for administrators"}},
       {{"lanyard token revoke 0123456789abcde", "programs that use it stop working at once"}},
       "A token may always revoke itself; for others it needs the scope tokens, or admin.",
       token_revoke},
  };
}

}  // namespace lanyard::cli
