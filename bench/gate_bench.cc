// What the gate costs. Three uses:
//   bench_gate                            the verdict cache with 1, 10,000 and 1,000,000 entries
//   bench_gate --mint FOLDER COUNT MANY   tokens and a key set for gate.mjs
//   bench_gate --session CONFIG           an application's session in that database; prints its cookie
#include <benchmark/benchmark.h>

#include <cstdio>
#include <fstream>
#include <functional>
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

json::Object claims_of(std::string_view issuer, std::int64_t number, Time issued) {
  return json::Object{{"iss", issuer},
                      {"sub", "bench"},
                      {"aud", "https://bench.example"},
                      {"scope", "openid servicex storage.read:/"},
                      {"iat", to_unix_seconds(issued)},
                      {"exp", to_unix_seconds(issued) + 6 * 3600},
                      {"jti", cat("bench-", number)}};
}

std::string token(const crypto::PrivateKey& key, std::string_view claims) {
  return crypto::sign_jws(key, json::Object{{"typ", "at+jwt"}}, claims);
}

void write_tokens(const std::string& file, std::int64_t count,
                  const std::function<std::string(std::int64_t)>& make) {
  std::ofstream out(file);
  for (std::int64_t i = 0; i < count; ++i) out << make(i) << '\n';
}

// One file for each way to be refused, and for good tokens; see gate.mjs.
int mint(const std::string& folder, std::int64_t count, std::int64_t many) {
  constexpr std::int64_t kRefused = 10'000;
  const Time now = SystemClock().now();
  const auto rsa = crypto::PrivateKey::generate(crypto::Algorithm::rs256).value();
  const auto ec = crypto::PrivateKey::generate(crypto::Algorithm::es256).value();
  const auto stranger = crypto::PrivateKey::generate(crypto::Algorithm::es256).value();
  const auto good = [&](std::int64_t i) { return json::write(claims_of(kIssuer, i, now)); };
  std::ofstream(folder + "/jwks.json") << json::write(
      json::Object{{"keys", json::Array{rsa.public_key().to_jwk(), ec.public_key().to_jwk()}}});
  write_tokens(folder + "/rs256.txt", count, [&](std::int64_t i) { return token(rsa, good(i)); });
  write_tokens(folder + "/es256.txt", count, [&](std::int64_t i) { return token(ec, good(i)); });
  write_tokens(folder + "/many.txt", many, [&](std::int64_t i) { return token(ec, good(count + i)); });
  write_tokens(folder + "/unknown_issuer.txt", kRefused, [&](std::int64_t i) {
    return token(ec, json::write(claims_of("https://nobody.example", i, now)));
  });
  write_tokens(folder + "/unknown_kid.txt", kRefused,
               [&](std::int64_t i) { return token(stranger, good(i)); });
  write_tokens(folder + "/expired.txt", kRefused, [&](std::int64_t i) {
    return token(ec, json::write(claims_of(kIssuer, i, now - std::chrono::hours(7))));
  });
  // Good to the end of the header, and then cut short.
  write_tokens(folder + "/malformed.txt", kRefused, [&](std::int64_t i) {
    const std::string claims = good(i);
    return token(ec, std::string_view(claims).substr(0, claims.size() / 2));
  });
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
  if (first == "--mint" && count == 5)
    return lanyard::mint(words[2], std::atoll(words[3]), std::atoll(words[4]));
  if (first == "--session" && count == 3) return lanyard::make_session(words[2]);
  benchmark::Initialize(&count, words);
  if (benchmark::ReportUnrecognizedArguments(count, words)) return 1;
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
