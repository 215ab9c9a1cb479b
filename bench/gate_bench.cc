// What the gate costs. Three uses:
//   bench_gate                       the verdict cache with 1, 10,000 and 1,000,000 entries (Google
//   Benchmark) bench_gate --mint FOLDER COUNT   tokens and a key set for gate.sh bench_gate --session CONFIG
//   an application's session in the database of that configuration; prints its
//                                    cookie
#include <benchmark/benchmark.h>

#include <cstdio>
#include <fstream>
#include <memory>
#include <string>

#include "app/config_reader.h"
#include "app/house.h"
#include "base/text.h"
#include "domain/callers/verdicts.h"
#include "platform/crypto/jws.h"

namespace lanyard {
namespace {

constexpr std::string_view kIssuer = "https://issuer.bench.example";

struct Cache {
  SystemClock clock;
  journal::Marks marks;
  callers::Verdicts verdicts{callers::VerdictLimits{1'000'000, std::chrono::hours(1), std::chrono::hours(1)},
                             marks, clock};
  std::shared_ptr<callers::Person> person = std::make_shared<callers::Person>();

  explicit Cache(std::int64_t entries) {
    marks.confirmed(clock.steady());
    person->account.id = AccountId("000000000000001");
    for (std::int64_t i = 0; i < entries; ++i) add(i);
  }
  static crypto::Sha256 key(std::int64_t number) { return crypto::sha256(cat("token ", number)); }
  void add(std::int64_t number) {
    auto caller = std::make_shared<callers::Caller>();
    caller->person = person;
    caller->expires_at = Time::max();
    verdicts.keep(key(number), std::move(caller), marks.of(person->account.id));
  }
};

// Keys are made beforehand: their digest is part of the server's cost, not of the cache's.
void find(benchmark::State& state) {
  Cache cache(state.range(0));
  std::vector<crypto::Sha256> keys;
  for (std::int64_t i = 0; i < 4096; ++i) keys.push_back(Cache::key(i * 7919 % state.range(0)));
  std::size_t at = 0;
  std::int64_t missed = 0;
  for (auto unused : state) {
    missed += cache.verdicts.find(keys[at++ & 4095]) == nullptr ? 1 : 0;
  }
  state.counters["missed"] = static_cast<double>(missed) / static_cast<double>(state.iterations());
  state.counters["entries"] = static_cast<double>(cache.verdicts.counts().entries);
}
BENCHMARK(find)->Arg(1)->Arg(10'000)->Arg(1'000'000);

// Far more distinct keys than places: what a flood of good tokens would do.
void keep_beyond_the_limit(benchmark::State& state) {
  Cache cache(1'000'000);
  std::int64_t number = 1'000'000;
  for (auto unused : state) cache.add(number++);
  state.counters["entries"] = static_cast<double>(cache.verdicts.counts().entries);
}
BENCHMARK(keep_beyond_the_limit);

std::string token(const crypto::PrivateKey& key, std::string_view issuer, std::int64_t number, Time now) {
  const json::Object claims{{"iss", issuer},
                            {"sub", "bench"},
                            {"aud", "https://bench.example"},
                            {"scope", "openid servicex storage.read:/"},
                            {"iat", to_unix_seconds(now)},
                            {"exp", to_unix_seconds(now) + 6 * 3600},
                            {"jti", cat("bench-", number)}};
  return crypto::sign_jws(key, json::Object{{"typ", "at+jwt"}}, json::write(claims));
}

int mint(const std::string& folder, std::int64_t count) {
  const Time now = SystemClock().now();
  json::Array keys;
  for (const auto algorithm : {crypto::Algorithm::rs256, crypto::Algorithm::es256}) {
    const auto key = crypto::PrivateKey::generate(algorithm).value();
    keys.emplace_back(key.public_key().to_jwk());
    std::ofstream file(cat(folder, "/", to_lower_ascii(crypto::to_string(algorithm)), ".txt"));
    for (std::int64_t i = 0; i < count; ++i) file << token(key, kIssuer, i, now) << '\n';
    if (algorithm != crypto::Algorithm::es256) continue;
    std::ofstream bad(folder + "/unknown_issuer.txt");
    for (std::int64_t i = 0; i < 10'000; ++i) bad << token(key, "https://nobody.example", i, now) << '\n';
  }
  std::ofstream(folder + "/jwks.json") << json::write(json::Object{{"keys", std::move(keys)}});
  return 0;
}

int make_session(const std::string& config_file) {
  const app::ConfigOutcome outcome = app::load_config(config_file, {});
  if (!outcome.loaded) {
    std::fputs(app::describe(outcome.faults).c_str(), stderr);
    return 1;
  }
  const SystemClock clock;
  SystemRandom random;
  const Log log(clock, Level::error, Log::to_stderr());
  const auto floors = app::Floors::make(outcome.loaded->config, app::Ground{clock, random, log});
  if (!floors) return 1;
  accounts::Arrival arrival;
  arrival.issuer = kIssuer;
  arrival.subject = "bench session";
  arrival.source = "issuers[bench]";
  arrival.newcomer = accounts::Newcomer::active;
  const access::Actor actor = access::system_actor("bench");
  const auto arrived = (*floors)->directory.arrive(arrival, actor);
  if (!arrived) return 1;
  const auto parent = (*floors)->sessions.start(
      {arrived->account.id, arrival.issuer, arrival.subject, arrival.source, "", ""}, "", actor);
  if (!parent) return 1;
  const auto child = (*floors)->sessions.start_child(parent->session, ClientId("wiki"), actor);
  if (!child) return 1;
  std::puts(std::string(child->cookie.reveal()).c_str());
  return 0;
}

}  // namespace
}  // namespace lanyard

int main(int count, char** words) {
  const std::string first = count > 1 ? words[1] : "";
  if (first == "--mint" && count == 4) return lanyard::mint(words[2], std::atoll(words[3]));
  if (first == "--session" && count == 3) return lanyard::make_session(words[2]);
  benchmark::Initialize(&count, words);
  if (benchmark::ReportUnrecognizedArguments(count, words)) return 1;
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
