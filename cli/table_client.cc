// The part of the table that is about applications.
#include "cli/secret_way.h"
#include "cli/table.h"

namespace lanyard::cli {

static constexpr std::string_view kAboutTest =
    "You sign in as yourself, with your own browser, and see what the application would see: which rules its "
    "library will check, the claims and scopes that it gets for you, and for how long. Nothing is weakened "
    "for "
    "it: the server holds the test to the client's registered addresses.\n\n"
    "A client with an address on this machine (http://127.0.0.1/...) gets its answer there, on a free port. "
    "Any other client's answer goes to the application, which does not know this sign-in and turns it down: "
    "copy the whole address from the browser's address bar and paste it into the terminal. PKCE makes the "
    "code "
    "in it worthless to everybody else. Where an application leads on before you can copy, the browser's "
    "list "
    "of network requests still shows it. A client with the device flow alone, or --device, shows a code "
    "instead; one with client_credentials alone asks for a token of its own. A client that proves itself "
    "with "
    "a key or a certificate is tested as far as its answer.\n\n"
    "The settings are read from the server, so this is for administrators. The tokens of the test are never "
    "shown, and are revoked at the end.";

std::vector<terminal::Command> client_commands() {
  const terminal::Flag secret_file = secret_file_flag(), show_secret = show_secret_flag();
  return {
      {"client list",
       "Lists the applications that ask Lanyard about people",
       {},
       {},
       {{"lanyard client list", "those of the configuration too"}},
       "",
       client_list},
      {"client show",
       "Shows one client",
       {{"ID", "its id"}},
       {},
       {{"lanyard client show jupyterhub", "every setting"}},
       "",
       client_show},
      {"client create",
       "Makes an OAuth client, and prints the configuration of the other side",
       {{"NAME", "the client's id: letters, digits, dots, underscores, hyphens"}},
       {{"for", "WHAT", "jupyterhub, servicex, panda, arvados, apache, nginx or oidc-agent"},
        {"url", "URL", "with --for: where the other side lives"},
        {"vo", "NAME", "with --for panda: the virtual organisation"},
        {"issuer", "URL", "Lanyard's public address, if it is not the one of --server"},
        {"title", "TEXT", "the name that people see"},
        {"redirect-uri", "URI", "where people may be sent back to", '\0', true},
        {"grant", "GRANT", "authorization_code, refresh_token, device_code, client_credentials, …", '\0',
         true},
        {"scope", "SCOPES", "what it may ask for, separated by spaces"},
        {"audience", "URI", "for whom it may ask for tokens", '\0', true},
        {"auth", "METHOD", "client_secret, none, private_key_jwt, …"},
        {"profile", "PROFILE", "oidc, wlcg, scitokens, aarc, iam or servicex"},
        {"trusted", "", "of this site: people are not asked for consent"},
        secret_file,
        show_secret},
       {{"lanyard client create --for jupyterhub --url https://hub.example.org hub --secret-file hub_secret",
         "and lines for jupyterhub_config.py"},
        {"lanyard client create --for panda --vo Rubin --url https://panda.example.org panda-rubin",
         "and Rubin_auth_config.json"},
        {"lanyard client create robot --grant client_credentials --scope storage.read:/data",
         "without a person"}},
       "What is said by other flags stands over what --for brings. The secret is shown once, on a terminal "
       "or with --show-secret, or goes into a file; it is never an argument.",
       client_create},
      {"client test",
       "Signs in as a client does, and says line by line what works and what to mend",
       {{"ID", "its id"}},
       {{"secret-file", "FILE", "read the client's secret from there; else it is asked for, unseen"},
        {"redirect-uri", "URI", "one of its addresses, if not the one that fits best"},
        {"scope", "WORDS", "what to ask for (all that it may)"},
        {"audience", "URI", "for whom to ask for a token"},
        {"device", "", "by the device flow, without a browser on this machine"},
        {"issuer", "URL", "Lanyard's public address, if it is not the one of --server"},
        {"wait", "TIME", "how long to wait for the browser (10m)"}},
       {{"lanyard client test hub --secret-file hub_secret",
         "a web application: paste the address at the end"},
        {"lanyard client test portal --device --scope 'openid groups'", "on a machine without a browser"}},
       kAboutTest,
       client_test},
      {"client delete",
       "Removes a client",
       {{"ID", "its id"}},
       {{"yes", "", "do not ask"}},
       {{"lanyard client delete hub --yes", "nobody can sign in to it any more"}},
       "Clients of the configuration are removed there.",
       client_delete},
      {"client rotate-secret",
       "Gives a client a new secret",
       {{"ID", "its id"}},
       {{"overlap", "TIME", "how long the former secret stays good (24h); 0s ends it at once"},
        secret_file,
        show_secret},
       {{"lanyard client rotate-secret hub --secret-file hub_secret", "and a day to change over"}},
       "",
       client_rotate_secret},
  };
}

}  // namespace lanyard::cli
