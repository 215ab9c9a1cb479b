// What making and reading one token costs.
#include <benchmark/benchmark.h>

#include <cstdlib>
#include <iostream>

#include "app/migration_list.h"
#include "base/text.h"
#include "domain/tokens/mint.h"
#include "domain/tokens/profiles.h"
#include "platform/store/database.h"
#include "platform/store/migrations.h"

namespace {

using namespace lanyard;

constexpr const char* kIssuer = "https://login.example.org";
template <class T>
T sure(Result<T> result) {
  if (result.ok()) return std::move(result).value();
  std::cerr << result.error().message << " " << result.error().cause << "\n";
  std::exit(1);
}

struct Bench {
  SystemClock clock;
  SystemRandom random;
  Log log{clock, Level::error, Log::to_stderr()};
  std::unique_ptr<store::Database> database = sure(store::open_database({.url = "sqlite::memory:"}, log));
  journal::Marks marks;
  journal::Ledger ledger{*database, marks, clock};
  crypto::Sealer sealer = sure(crypto::Sealer::from_text(Secret(hex_encode(random.bytes(32)))));
  tokens::Keys keys{ledger, sealer, random, marks, {}};
  tokens::Mint mint{keys, random, clock, kIssuer};
  clients::Client client;
  tokens::Subject subject;
  tokens::Order order;

  Bench() {
    if (!store::migrate(*database, app::migration_list(), clock) || !keys.prepare()) std::exit(1);
    client.id = ClientId("hub");
    client.audiences = {"https://service.example.org"};
    subject = {.id = "0123456789abcde", .name = "Mia Example", .username = "mia", .email = "m@example.org"};
    subject.groups = {"Rubin", "Rubin/production", "atlas", "atlas/higgs"};
    order.client = &client;
    order.subject = &subject;
    order.scopes = {"openid", "profile", "email", "offline_access", "wlcg.groups", "storage.read:/data"};
    order.grant_id = "abcdefghij01234";
    order.auth_time = clock.now();
  }
  static Bench& shared() {
    static Bench bench;
    return bench;
  }
};

void signature(benchmark::State& state, crypto::Algorithm algorithm) {
  const auto key = sure(Bench::shared().keys.signer(algorithm));
  for (auto unused : state) benchmark::DoNotOptimize(key->key.sign("header.payload"));
}
BENCHMARK_CAPTURE(signature, es256, crypto::Algorithm::es256);
BENCHMARK_CAPTURE(signature, rs256, crypto::Algorithm::rs256);

// Everything but the signature.
void claims(benchmark::State& state, clients::Profile profile) {
  Bench& bench = Bench::shared();
  bench.client.profile = profile;
  for (auto unused : state)
    benchmark::DoNotOptimize(sure(
        tokens::profile_claims(tokens::Document::access_token, bench.order, kIssuer, bench.clock.now())));
}
BENCHMARK_CAPTURE(claims, oidc, clients::Profile::oidc);
BENCHMARK_CAPTURE(claims, wlcg, clients::Profile::wlcg);

void access_token(benchmark::State& state, clients::Profile profile) {
  Bench& bench = Bench::shared();
  bench.client.profile = profile;
  for (auto unused : state) benchmark::DoNotOptimize(sure(bench.mint.access_token(bench.order)));
}
BENCHMARK_CAPTURE(access_token, oidc_es256, clients::Profile::oidc);
BENCHMARK_CAPTURE(access_token, wlcg_es256, clients::Profile::wlcg);

void id_token(benchmark::State& state) {
  Bench& bench = Bench::shared();
  bench.client.profile = clients::Profile::oidc;
  for (auto unused : state)
    benchmark::DoNotOptimize(sure(bench.mint.id_token(bench.order, "an access token")));
}
BENCHMARK(id_token);

void read_ours(benchmark::State& state) {
  Bench& bench = Bench::shared();
  const std::string token = sure(bench.mint.access_token(bench.order)).token;
  for (auto unused : state)
    benchmark::DoNotOptimize(
        sure(tokens::read_ours(bench.keys, kIssuer, token, bench.clock.now(), tokens::Expired::refuse)));
}
BENCHMARK(read_ours);

}  // namespace
