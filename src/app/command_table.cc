// The table of lanyardd's commands: reading, help, man page and reference are made from it.
#include <iostream>

#include "app/beside.h"
#include "app/commands.h"
#include "app/serve.h"

namespace lanyard::app {

using terminal::Argument;
using terminal::Command;
using terminal::Example;
using terminal::Flag;

static int run_serve(const terminal::Given& given) {
  return serve(config_file(given), config_flags(given));
}

static std::vector<Command> service_commands() {
  return {
      {"serve",
       "Runs the service until it is told to stop",
       {},
       {{"listen", "ADDRESS:PORT", "instead of server.listen"},
        {"public-url", "URL", "instead of server.public_url"}},
       {{"lanyardd serve --config /etc/lanyard/lanyard.yaml", "run with this configuration"}},
       "SIGTERM and SIGINT stop it without losing a request; SIGHUP takes new admission rules and "
       "certificates.",
       run_serve},
      {"try",
       "Runs a practice service on this machine, with a provider, an application and three people",
       {},
       {{"port", "PORT", "of the service; the provider and the application take the next two (8080)"},
        {"keep", "FOLDER", "keep the database there instead of forgetting it at the end"}},
       {{"lanyardd try", "start, and print what to open"}},
       "Everything is on loopback, in memory, with keys that are thrown away. It refuses any other address.",
       run_try},
      {"health",
       "Asks a running service whether it is ready",
       {},
       {},
       {{"lanyardd health", "exit code 0 when it is"}},
       "",
       health},
      {"manual",
       "Prints the manual page of this program",
       {},
       {},
       {{"lanyardd manual | man -l -", "read it"}},
       "",
       manual},
  };
}

static std::vector<Command> config_commands() {
  return {
      {"config check",
       "Says whether the configuration holds, or everything that is wrong with it",
       {},
       {},
       {{"lanyardd config check --config lanyard.yaml", "before a restart"}},
       "",
       config_check},
      {"config print",
       "Prints the effective configuration",
       {},
       {{"sources", "", "with the place where each value comes from"},
        {"json", "[FIELDS]", "as JSON; FIELDS out of key, value, source"}},
       {{"lanyardd config print --sources", "what is in force, and why"}},
       "Secrets are never printed.",
       config_print},
      {"config example",
       "Prints a commented configuration with every key",
       {},
       {},
       {{"lanyardd config example > lanyard.yaml", "a start"}},
       "",
       config_example_text},
      {"config reference",
       "Prints the reference of all keys (Markdown)",
       {},
       {},
       {{"lanyardd config reference", "the page in the documentation"}},
       "",
       config_reference_text},
      {"config manual",
       "Prints the same as a manual page, lanyard.yaml(5)",
       {},
       {},
       {{"lanyardd config manual | man -l -", "read it"}},
       "",
       config_manual_text},
  };
}

static std::vector<Command> database_commands() {
  return {
      {"migrate",
       "Brings the database up to date",
       {},
       {{"plan", "", "only print what would be done"},
        {"check", "", "only print, and exit with 1 when something is to be done"}},
       {{"lanyardd migrate --plan", "before an upgrade"}},
       "",
       migrate_database},
      {"journal verify",
       "Walks the whole journal and names the place where its chain breaks",
       {},
       {{"json", "", "as JSON"}},
       {{"lanyardd journal verify", "entries that were removed, edited, reordered or cut off"}},
       "",
       journal_verify},
      {"provider refresh",
       "Makes running servers drop the metadata and keys of a provider or issuer",
       {{"ID", "its id; left out: all", false}},
       {},
       {{"lanyardd provider refresh grid", "after its operator withdrew a key"}},
       "",
       provider_refresh},
      {"jws-verify",
       "Checks signatures offline, with the verifier of the gate",
       {},
       {},
       {{"lanyardd jws-verify < lines",
         "one {\"jws\": …, \"keys\": [JWK…]} a line in, valid or invalid REASON a line out"}},
       "",
       jws_verify},
  };
}

static std::vector<Command> people_commands() {
  return {
      {"user create",
       "Creates somebody who is let in at the first login",
       {{"SUB", "the subject at the issuer"},
        {"EMAIL", "address"},
        {"NAME", "full name"},
        {"ORGANIZATION", "institution"},
        {"REFRESH_TOKEN", "recorded for the account; \"-\" reads it from standard input", false}},
       {{"issuer", "ID", "the provider or issuer whose subject it is; instead of auth.default_issuer"},
        {"refresh-token-file", "FILE", "read the refresh token from there"},
        {"admin", "", "an administrator"}},
       {{"lanyardd user create 4f5c… mia@uni.example 'Mia Member' 'Example University'",
         "while the server runs, or before"}},
       "",
       user_create},
      {"admin bootstrap",
       "Prints a one-time link that makes its user the first administrator",
       {},
       {},
       {{"lanyardd admin bootstrap", "closed for ever once it was used"}},
       "",
       admin_bootstrap},
  };
}

terminal::Program lanyardd() {
  terminal::Program program;
  program.name = "lanyardd";
  program.sentence =
      "the front desk of a research facility: one roster, one login, one badge for every service";
  for (auto* part : {service_commands, config_commands, database_commands, people_commands}) {
    for (Command& command : part()) program.commands.push_back(std::move(command));
  }
  program.common = {
      {"config", "FILE", "the configuration; else $LANYARD_CONFIG, else /etc/lanyard/lanyard.yaml"},
      {"database", "URL", "instead of database.url"}};
  program.topics = {{"exit-codes", "what the exit codes mean",
                     "0  done\n1  failed\n2  wrong usage, or a configuration that does not hold\n3  not "
                     "found\n4  not signed in\n5  not permitted\n"
                     "6  conflict, or already done\n7  not reachable\n130  interrupted\n"}};
  return program;
}

}  // namespace lanyard::app
