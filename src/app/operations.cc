#include "app/operations.h"

#include <unistd.h>

#include <fstream>

#include "app/migration_list.h"
#include "base/json.h"
#include "platform/store/migrations.h"

namespace lanyard::app {
namespace {

net::Response ready(House& house) {
  Floors& floors = house.floors();
  json::Object checks;
  bool good = true;
  const auto note = [&](std::string name, std::string problem) {
    good = good && problem.empty();
    checks.set(std::move(name), problem.empty() ? json::Value("ok") : json::Value(std::move(problem)));
  };
  const Status database = floors.database->ping();
  note("database", database.ok() ? "" : database.error().message);
  const auto state = store::migration_state(*floors.database, migration_list());
  note("migrations", !state ? state.error().message : state->pending.empty() ? "" : "not all applied");
  const SteadyTime since = floors.ground.clock.steady() -
                           std::chrono::duration_cast<SteadyTime::duration>(floors.config.gate.stale_limit);
  note("changes",
       floors.marks.confirmed_since(since) ? "" : "changes of other processes could not be read lately");
  json::Object answer{{"ready", good}, {"checks", std::move(checks)}};
  return net::Response::json(good ? 200 : 503, json::write(answer));
}

// Pages in memory, from the kernel's own count.
double resident_bytes() {
  std::ifstream file("/proc/self/statm");
  double all = 0, resident = 0;
  file >> all >> resident;
  return resident * static_cast<double>(::sysconf(_SC_PAGESIZE));
}

}  // namespace

std::shared_ptr<const net::Router> operations_router(House& house, const Metrics& metrics) {
  auto router = std::make_shared<net::Router>();
  using enum net::Method;
  router->add(get, "/healthz", net::Runs::on_loop,
              [](const net::Request&) { return net::Response::text(200, "ok\n"); });
  router->add(get, "/readyz", net::Runs::db, [&house](const net::Request&) { return ready(house); });
  router->add(get, "/metrics", net::Runs::slow, [&metrics](const net::Request&) {
    net::Response response(200);
    response.body("text/plain; version=0.0.4; charset=utf-8", metrics.scrape());
    return response;
  });
  return router;
}

void add_figures(Metrics& metrics, House& house) {
  using Kind = Metrics::Kind;
  const callers::Verdicts& verdicts = house.verdicts();
  metrics.add(Kind::counter, "lanyard_verdict_cache_hits_total", "Proofs that were answered from memory",
              [&] { return static_cast<double>(verdicts.counts().hits); });
  metrics.add(Kind::counter, "lanyard_verdict_cache_misses_total", "Proofs that had to be looked up",
              [&] { return static_cast<double>(verdicts.counts().misses); });
  metrics.add(Kind::counter, "lanyard_verdict_cache_evicted_total", "Good entries that made room for others",
              [&] { return static_cast<double>(verdicts.counts().evicted); });
  metrics.add(Kind::gauge, "lanyard_verdict_cache_entries", "Entries in the cache",
              [&] { return static_cast<double>(verdicts.counts().entries); });
  metrics.add(Kind::gauge, "lanyard_resident_bytes", "Memory of this process", resident_bytes);
  metrics.add(Kind::gauge, "lanyard_issuers_usable", "Issuers and providers whose keys can be used now",
              [&house] {
                double usable = 0;
                for (const auto& publisher : house.publishers()) usable += publisher->health().usable ? 1 : 0;
                return usable;
              });
  const auto age = [&house](crypto::Algorithm algorithm) {
    const auto key = house.floors().keys.signer(algorithm);
    if (!key) return -1.0;
    return static_cast<double>(to_unix_seconds(house.floors().ground.clock.now())) -
           static_cast<double>(to_unix_seconds((*key)->created_at));
  };
  metrics.add(Kind::gauge, "lanyard_es256_key_age_seconds", "Age of the key that signs with ES256",
              [age] { return age(crypto::Algorithm::es256); });
  metrics.add(Kind::gauge, "lanyard_rs256_key_age_seconds", "Age of the key that signs with RS256",
              [age] { return age(crypto::Algorithm::rs256); });
}

}  // namespace lanyard::app
