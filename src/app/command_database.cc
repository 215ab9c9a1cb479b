// lanyardd migrate, journal verify, health, provider refresh, jws-verify.
#include <iostream>

#include "app/beside.h"
#include "app/commands.h"
#include "app/config_reader.h"
#include "app/migration_list.h"
#include "app/serve.h"
#include "base/text.h"
#include "domain/journal/journal.h"
#include "platform/crypto/offline.h"
#include "platform/net/client.h"
#include "platform/store/migrations.h"
#include "platform/terminal/output.h"

namespace lanyard::app {

int migrate_database(const terminal::Given& given) {
  int exit = 0;
  const auto beside = Beside::open(given, exit);
  if (!beside) return exit;
  Floors& floors = beside->floors();
  const auto state = store::migration_state(*floors.database, migration_list());
  if (!state) return terminal::fail(state.error());
  if (given.has("plan") || given.has("check")) {
    for (const std::string& name : state->pending) std::cout << name << "\n";
    if (state->pending.empty())
      std::cerr << "nothing to do: the database is at migration " << state->applied << "\n";
    return given.has("check") && !state->pending.empty() ? static_cast<int>(terminal::Exit::failed) : 0;
  }
  const auto done = store::migrate(*floors.database, migration_list(), floors.ground.clock);
  if (!done) return terminal::fail(done.error());
  std::cerr << "the database is at migration " << done->applied << " (was " << state->applied << ")\n";
  return 0;
}

int journal_verify(const terminal::Given& given) {
  int exit = 0;
  const auto beside = Beside::open(given, exit);
  if (!beside) return exit;
  const auto report = journal::verify(*beside->floors().database);
  if (!report) return terminal::fail(report.error());
  if (given.has("json")) {
    json::Object object{{"intact", report->intact}, {"entries", report->entries}, {"head", report->head}};
    if (!report->intact) {
      object.set("broken_at", report->broken_at);
      object.set("what", report->what);
    }
    std::cout << json::write(object) << "\n";
  } else if (report->intact) {
    std::cout << "intact: " << report->entries << " entries, last hash " << report->head << "\n";
  } else {
    std::cout << "broken at entry " << report->broken_at << ": " << report->what << "\n";
  }
  return report->intact ? 0 : static_cast<int>(terminal::Exit::failed);
}

int health(const terminal::Given& given) {
  const ConfigOutcome outcome = load_config(config_file(given), config_flags(given));
  if (!outcome.loaded) {
    std::cerr << describe(outcome.faults);
    return static_cast<int>(terminal::Exit::usage);
  }
  const std::string& listen = outcome.loaded->config.server.operations_listen;
  if (listen.empty()) {
    return terminal::fail(make_error(Code::invalid,
                                     "server.operations_listen is off, so there is nobody to ask.",
                                     "Set it to an address of this machine."));
  }
  const SystemClock clock;
  const Log log(clock, Level::error, Log::to_stderr());
  const auto client = net::make_client({}, clock, log);
  net::Call call;
  call.url = cat("http://", listen, "/readyz");
  call.reach.http = call.reach.loopback = true;
  const auto reply = client->send(call);
  if (!reply)
    return terminal::fail(make_error(Code::unavailable, cat("The server does not answer at ", listen, "."),
                                     reply.error().message));
  std::cout << reply->body << "\n";
  return reply->status == 200 ? 0 : static_cast<int>(terminal::Exit::failed);
}

int provider_refresh(const terminal::Given& given) {
  int exit = 0;
  const auto beside = Beside::open(given, exit);
  if (!beside) return exit;
  Floors& floors = beside->floors();
  const std::string wanted = given.argument(0);
  std::vector<std::string> sources;
  for (const ProviderConfig& provider : floors.config.providers) {
    if (wanted.empty() || provider.id == wanted) sources.push_back(cat("providers[", provider.id, "]"));
  }
  for (const IssuerConfig& issuer : floors.config.issuers) {
    if (wanted.empty() || issuer.id == wanted) sources.push_back(cat("issuers[", issuer.id, "]"));
  }
  if (sources.empty())
    return terminal::fail(make_error(
        Code::not_found, cat("There is no provider and no issuer \"", wanted, "\" in the configuration.")));
  const Status asked =
      floors.ledger.change(beside->actor(), [&](store::Connection&, journal::Notes& notes) -> Status {
        for (const std::string& source : sources) {
          journal::Note note;
          note.event = "issuer.refresh_asked";
          note.subject = {"issuer", source};
          note.everybody = true;
          notes.add(std::move(note));
        }
        return {};
      });
  if (!asked) return terminal::fail(asked.error());
  for (const std::string& source : sources) std::cout << source << "\n";
  std::cerr << "running servers drop metadata and keys within two seconds; the next use fetches them\n";
  return 0;
}

int jws_verify(const terminal::Given&) {
  std::string line;
  while (std::getline(std::cin, line)) {
    if (line.empty()) continue;
    std::cout << crypto::verify_line(line) << "\n";
  }
  return 0;
}

}  // namespace lanyard::app
